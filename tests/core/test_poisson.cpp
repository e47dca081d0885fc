#include "core/inpaint/poisson.h"

#include <QtTest>
#include <cmath>
#include <opencv2/core.hpp>

#include "areas.h"
#include "core/inpaint/grain.h"

using namespace daguerre;

namespace {

const OnProgress nobody;

/// A round hole, one at the edge and a single pixel.
std::vector<std::uint8_t> holes(Size size) {
    std::vector<std::uint8_t> hole(std::size_t(size.width * size.height));
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            hole[std::size_t(y * size.width + x)] = std::hypot(x - 25, y - 20) < 14 ||
                                                    (x > size.width - 8 && y < 12) ||
                                                    (x == 3 && y == 3);
    return hole;
}

Colours painted(Size size, int channels, const Paint& paint) {
    Colours colours{size.width, size.height, channels, {}};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (int c = 0; c < channels; ++c) colours.values.push_back(float(paint(x, y, c)));
    return colours;
}

Colours solved(const Colours& start, const std::vector<std::uint8_t>& hole, const WantedStep& step,
               const PoissonOptions& options) {
    Colours result = start;
    Watch watch(nobody, "", 0);
    solve_poisson(result, unknowns_of(hole, start.width, start.height), step, options, watch);
    return result;
}

double largest_difference(const Colours& a, const Colours& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        largest = std::max(largest, double(std::abs(a.values[i] - b.values[i])));
    return largest;
}

WantedStep steps_of(const Colours& truth) {
    return [&truth](std::int32_t p, std::int32_t q, float* step) {
        const auto n = std::size_t(truth.channels);
        for (std::size_t c = 0; c < n; ++c)
            step[c] = truth.values[std::size_t(p) * n + c] - truth.values[std::size_t(q) * n + c];
    };
}

}  // namespace

class TestPoisson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void known_differences_give_the_picture_back() {
        const Size size{60, 44};
        const std::vector<std::uint8_t> hole = holes(size);
        for (const int channels : {1, 3}) {
            const Colours truth = painted(size, channels, waves());
            Colours start = truth;
            for (std::size_t i = 0; i < hole.size(); ++i)
                for (std::size_t c = 0; c < std::size_t(channels) && hole[i]; ++c)
                    start.values[i * std::size_t(channels) + c] = 0;
            const Colours result = solved(start, hole, steps_of(truth), {.screening = 0});
            QVERIFY(largest_difference(result, truth) < 0.5);
            for (std::size_t i = 0; i < hole.size(); ++i)
                if (!hole[i])
                    QCOMPARE(result.values[i * std::size_t(channels)],
                             truth.values[i * std::size_t(channels)]);
        }
    }

    void strong_screening_keeps_the_start() {
        const Size size{60, 44};
        const Colours start = painted(size, 3, noise(4));
        const auto nothing = [](std::int32_t, std::int32_t, float*) {};
        const Colours result = solved(start, holes(size), nothing, {.screening = 1e5f});
        QVERIFY(largest_difference(result, start) < 0.1);
    }

    void a_plane_is_what_no_differences_leave() {
        // Harmonic: linear colours at the rim continue inside, where the hole is away from the
        // edge.
        const Size size{50, 44};
        std::vector<std::uint8_t> hole = holes(size);
        for (int y = 0; y < 12; ++y)
            for (int x = 0; x < size.width; ++x) hole[std::size_t(y * size.width + x)] = 0;
        const Colours truth = painted(size, 1, [](int x, int y, int) { return 2 * x + y; });
        Colours start = truth;
        for (std::size_t i = 0; i < hole.size(); ++i)
            if (hole[i]) start.values[i] = 99;
        const auto nothing = [](std::int32_t, std::int32_t, float*) {};
        QVERIFY(largest_difference(solved(start, hole, nothing, {.screening = 0}), truth) < 0.5);
    }

    void the_matrix_is_symmetric() {
        const Size size{60, 44};
        const Unknowns unknowns = unknowns_of(holes(size), size.width, size.height);
        std::vector<float> x, y;
        for (std::size_t i = 0; i < unknowns.pixels.size(); ++i) {
            x.push_back(float(noise(1)(int(i), 0, 0)));
            y.push_back(float(noise(2)(int(i), 0, 0)));
        }
        const auto dot = [](const std::vector<float>& a, const std::vector<float>& b) {
            double sum = 0;
            for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
            return sum;
        };
        const double one = dot(x, poisson_product(unknowns, 0.01f, y));
        const double other = dot(y, poisson_product(unknowns, 0.01f, x));
        QVERIFY(std::abs(one - other) < 1e-5 * std::abs(one));
        QVERIFY(dot(x, poisson_product(unknowns, 0, x)) > 0);
    }

    void threads_change_nothing() {
        const Size size{130, 120};
        const auto hole = [&] {
            std::vector<std::uint8_t> h(std::size_t(size.width * size.height));
            for (int y = 10; y < 110; ++y)
                for (int x = 12; x < 120; ++x) h[std::size_t(y * size.width + x)] = 1;
            return h;
        }();
        const Colours start = painted(size, 3, noise(8));
        const Colours truth = painted(size, 3, waves());
        const int threads = cv::getNumThreads();
        std::vector<Colours> results;
        for (const int n : {1, 2, 3, 8}) {
            cv::setNumThreads(n);
            results.push_back(solved(start, hole, steps_of(truth), {}));
        }
        cv::setNumThreads(threads);
        for (const Colours& result : results) QVERIFY(result.values == results[0].values);
    }

    void a_smooth_fill_gets_the_grain_around_it() {
        const Size size{200, 160};
        const Where in = box({60, 40, 90, 70});
        std::vector<std::uint8_t> hole;
        Colours picture{size.width, size.height, 3, {}};
        for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) {
                hole.push_back(in(x, y));
                for (int c = 0; c < 3; ++c)
                    picture.values.push_back(
                        in(x, y) ? 100 : float(100 + (noise(5)(x, y, c) - 127.5) / 10));
            }
        const Colours before = picture;
        match_grain(picture, hole, 1);
        double square = 0, count = 0;
        for (std::size_t i = 0; i < picture.values.size(); ++i) {
            if (!hole[i / 3]) {
                QCOMPARE(picture.values[i], before.values[i]);
                continue;
            }
            square += std::pow(picture.values[i] - 100, 2);
            ++count;
        }
        const double wanted = 255 / std::sqrt(12.0) / 10;  // of even noise
        QVERIFY(std::abs(std::sqrt(square / count) / wanted - 1) < 0.2);
        // What has the grain already stays as it is.
        const Colours once = picture;
        match_grain(picture, hole, 1);
        QVERIFY(picture.values == once.values);
    }
};

QTEST_GUILESS_MAIN(TestPoisson)
#include "test_poisson.moc"
