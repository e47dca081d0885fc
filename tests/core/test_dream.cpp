#include <QtTest>
#include <cmath>
#include <opencv2/core.hpp>

#include "areas.h"
#include "core/inpaint/patch_denoiser.h"

using namespace daguerre;

namespace {

const OnProgress go_on = [](const Progress&) { return true; };

Level level_of_area(const Area& area, int side) { return level_of(pyramid(area, side)[0], side); }

/// Noisy values for a level's hole.
std::vector<float> noisy(const Level& level, double sigma) {
    std::vector<float> x;
    for (std::size_t i = 0; i < level.holes.size() * std::size_t(level.colours.channels); ++i)
        x.push_back(float(sigma * (noise(9)(int(i), 1, 0) / 64 - 2)));
    return x;
}

std::vector<float> guess_of(const Level& level, const std::vector<float>& x, double sigma) {
    Watch watch(go_on, "", 0);
    return PatchDenoiser(level, {})(x, sigma, watch);
}

/// By the definition, in doubles, all windows weighed.
std::vector<double> plain_guess(const Level& level, const std::vector<float>& x, double sigma) {
    const int r = level.reach(), w = level.width, n = level.colours.channels;
    const double s0 = 0.06, annealed = sigma / (4 * (1 + sigma));
    const double in_hole = sigma * sigma + s0 * s0, known = s0 * s0 + annealed * annealed;
    std::vector<double> seen;
    for (const float grey : level.colours.values) seen.push_back(double(grey) / 127.5 - 1);
    for (std::size_t k = 0; k < x.size(); ++k)
        seen[std::size_t(level.holes[k / std::size_t(n)] * n) + k % std::size_t(n)] = double(x[k]);
    std::vector<double> sum(seen.size()), total(seen.size());
    for (const std::int32_t t : level.targets) {
        std::vector<double> log_weights;
        const auto each = [&](std::int32_t q, const auto& act) {
            for (int dy = -r; dy <= r; ++dy)
                for (int dx = -r; dx <= r; ++dx)
                    for (int c = 0; c < n; ++c) {
                        const std::int32_t offset = dy * w + dx;
                        act(std::size_t((t + offset) * n + c), std::size_t((q + offset) * n + c),
                            dx * dx + dy * dy);
                    }
        };
        for (const std::int32_t q : level.sources) {
            double square = 0;
            each(q, [&](std::size_t i, std::size_t j, int) {
                const bool hole = level.hole[i / std::size_t(n)];
                square += (seen[i] - seen[j]) * (seen[i] - seen[j]) / (hole ? in_hole : known);
            });
            log_weights.push_back(-square / 2);
        }
        const double top = *std::max_element(log_weights.begin(), log_weights.end());
        double all = 0;
        for (const double l : log_weights) all += std::exp(l - top);
        for (std::size_t k = 0; k < log_weights.size(); ++k)
            each(level.sources[k], [&](std::size_t i, std::size_t j, int square) {
                const double falls = std::exp(-square / (2 * 0.04 * r * r));
                sum[i] += falls * std::exp(log_weights[k] - top) / all * seen[j];
                if (k == 0) total[i] += falls;
            });
    }
    std::vector<double> result;
    for (const std::int32_t p : level.holes)
        for (int c = 0; c < n; ++c)
            result.push_back(sum[std::size_t(p * n + c)] / total[std::size_t(p * n + c)]);
    return result;
}

Filling dreamt(const Area& area) { return dream_inpainter().make({})(area, go_on); }

}  // namespace

class TestDream : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_guess_is_bayes() {
        for (const int channels : {1, 3}) {
            const Level level =
                level_of_area(area_of({30, 26}, channels, waves(), box({12, 10, 5, 4})), 5);
            for (const double sigma : {50.0, 1.0, 0.3, 0.05}) {
                const std::vector<float> x = noisy(level, sigma);
                const std::vector<float> guess = guess_of(level, x, sigma);
                const std::vector<double> wanted = plain_guess(level, x, sigma);
                QCOMPARE(guess.size(), wanted.size());
                for (std::size_t i = 0; i < guess.size(); ++i)
                    QVERIFY(std::abs(double(guess[i]) - wanted[i]) < 1e-3);
            }
        }
    }

    void the_only_window_is_the_guess() {
        // One window of 5 x 5 may be copied: the lower right corner.
        Area area = area_of({14, 14}, 3, waves(), box({3, 3, 1, 1}));
        for (int y = 0; y < 14; ++y)
            for (int x = 0; x < 14; ++x)
                if (x < 9 || y < 9) area.sources.row<std::uint8_t>(y)[std::size_t(x)] = 0;
        const Level level = level_of_area(area, 5);
        QCOMPARE(level.sources.size(), std::size_t(1));
        const std::vector<float> guess = guess_of(level, noisy(level, 1), 1);
        const std::vector<double> wanted = plain_guess(level, noisy(level, 1), 1);
        for (std::size_t i = 0; i < guess.size(); ++i)
            QVERIFY(std::abs(double(guess[i]) - wanted[i]) < 1e-5);
    }

    /// With little noise the heaviest window has all the weight, so large levels, which take it
    /// alone, guess as small ones do.
    void many_windows_guess_as_few_do() {
        const Level level = level_of_area(area_of({44, 50}, 1, noise(6), box({16, 15, 12, 10})), 5);
        QVERIFY(level.targets.size() * level.sources.size() > 100'000);
        std::vector<float> x = noisy(level, 0.02);
        for (std::size_t k = 0; k < x.size(); ++k)
            x[k] += float(noise(6)(level.holes[k] % 44, level.holes[k] / 44 + 17, 0) / 127.5 - 1);
        Watch watch(go_on, "", 0);
        PatchDenoiser denoise(level, {});
        for (int i = 0; i < 20; ++i) denoise(x, 1e-4, watch);  // each searches on from the last
        const std::vector<float> guess = denoise(x, 1e-4, watch);
        const std::vector<double> wanted = plain_guess(level, x, 1e-4);
        // Where windows lie inside the hole; others are needles in noise, found by luck.
        for (std::size_t k = 0; k < guess.size(); ++k) {
            const int px = level.holes[k] % 44, py = level.holes[k] / 44;
            if (px >= 20 && px < 24 && py >= 19 && py < 21)
                QVERIFY(std::abs(double(guess[k]) - wanted[k]) < 1e-3);
        }
    }

    void steps_fall_from_noise_to_the_picture() {
        const Area area = area_of({96, 80}, 3, waves(), box({30, 25, 36, 30}));
        int noisy_steps = 0;
        double last = 1e9;
        const Filling filling = dream_inpainter().make({})(area, [&](const Progress& p) {
            if (!p.preview) return true;
            const Preview preview = p.preview();
            if (preview.denoised.size() != 1 || preview.denoised[0].width != 96) return false;
            if (preview.x.empty()) return true;
            if (preview.step != noisy_steps++ || preview.step >= preview.steps) return false;
            if (noisy_steps <= 20 && preview.sigma >= last) return false;
            last = preview.sigma;
            return true;
        });
        QVERIFY(!filling.stopped);
        QVERIFY(noisy_steps >= 20);
        for (const float value : filling.colours.values) QVERIFY(value >= 0 && value <= 255);
    }

    void threads_change_nothing_but_seeds_do() {
        Area area = area_of({110, 90}, 3, waves(), box({30, 25, 44, 36}));
        const Filling first = dreamt(area);
        const int threads = cv::getNumThreads();
        for (const int n : {1, 2, 3, 8}) {
            cv::setNumThreads(n);
            QVERIFY(dreamt(area).colours.values == first.colours.values);
        }
        cv::setNumThreads(threads);
        area.seed = 2;
        QVERIFY(dreamt(area).colours.values != first.colours.values);
    }
};

QTEST_GUILESS_MAIN(TestDream)
#include "test_dream.moc"
