#include <QtTest>
#include <cmath>
#include <opencv2/core.hpp>

#include "areas.h"
#include "core/inpaint/inpainter.h"

using namespace daguerre;

namespace {

const OnProgress go_on = [](const Progress&) { return true; };

Filling healed(const Area& area) { return heal_inpainter().make({})(area, go_on); }

bool in_hole(const Area& area, std::size_t pixel) {
    return area.hole.pixels[pixel] >= std::byte(128);
}

/// The largest difference to the paint in the hole; infinite when something is not a number.
double largest_error(const Area& area, const Filling& filling, const Paint& paint) {
    double largest = 0;
    const int w = area.colours.width, n = area.colours.channels;
    for (std::size_t i = 0; i < filling.colours.values.size(); ++i) {
        const auto pixel = i / std::size_t(n);
        if (!in_hole(area, pixel)) continue;
        const double value = filling.colours.values[i];
        if (!std::isfinite(value)) return INFINITY;
        largest =
            std::max(largest, std::abs(value - paint(int(pixel) % w, int(pixel) / w, int(i) % n)));
    }
    return largest;
}

const Size size{96, 72};

/// Holes of every awkward kind.
std::vector<std::pair<const char*, Where>> awkward_holes() {
    return {{"one pixel", box({40, 30, 1, 1})},
            {"one row", box({0, 30, size.width, 1})},
            {"every second line", [](int, int y) { return y % 2 == 1; }},
            {"chequerboard", [](int x, int y) { return (x + y) % 2 == 1; }},
            {"at an edge", box({30, 0, 20, 15})},
            {"in a corner", box({size.width - 18, size.height - 20, 18, 20})},
            {"all four edges",
             [](int x, int y) {
                 return x < 9 || y < 9 || x >= size.width - 9 || y >= size.height - 9;
             }},
            {"a ring",
             [](int x, int y) {
                 const double r = std::hypot(x - 48, y - 36);
                 return r > 14 && r < 24;
             }},
            {"specks", [](int x, int y) { return mix(std::uint64_t(y * 96 + x)) % 14 == 0; }},
            {"nearly all", [](int x, int y) { return x > 11 || y > 11; }}};
}

}  // namespace

class TestHeal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_plain_colour_stays_plain() {
        for (const int channels : {1, 3})
            for (const auto& [name, hole] : awkward_holes()) {
                const Paint plain = [](int, int, int c) { return 30.0 + 60 * c; };
                const Area area = area_of(size, channels, plain, hole);
                const double error = largest_error(area, healed(area), plain);
                QVERIFY2(error < 0.25,
                         qPrintable(QString::fromLatin1(name) + QString::number(error)));
            }
    }

    void every_hole_is_filled_to_its_border() {
        for (const auto& [name, hole] : awkward_holes()) {
            const Area area = area_of(size, 3, waves(), hole);
            const Filling filling = healed(area);
            QCOMPARE(filling.colours.values.size(), area.colours.values.size());
            QVERIFY2(largest_error(area, filling, waves()) < 256, name);
        }
    }

    void small_pictures_are_filled() {
        for (const Size small : {Size{2, 2}, {7, 7}, {3, 200}, {200, 3}, {8, 40}}) {
            const Area area =
                area_of(small, 3, waves(), box({0, 0, small.width, small.height / 2}));
            const double error = largest_error(area, healed(area), waves());
            QVERIFY2(error < 256, qPrintable(QString::number(small.width)));
        }
    }

    void a_pattern_is_restored() {
        const Paint pattern = [](int x, int y, int c) {
            return noise(3)(x % 12, y % 10, c) * 0.8 + 20;
        };
        const Area area = area_of({140, 110}, 3, pattern, box({50, 40, 36, 30}));
        QVERIFY(largest_error(area, healed(area), pattern) < 1);
    }

    void too_little_to_copy_is_smoothed_and_said() {
        const Area lines = area_of(size, 3, waves(), [](int, int y) { return y % 2 == 1; });
        const Filling filling = healed(lines);
        QCOMPARE(filling.remarks.size(), std::size_t(1));
        QVERIFY(filling.remarks[0].text().find("smoothed") != std::string::npos);
        const Area box_hole = area_of(size, 3, waves(), box({40, 30, 9, 9}));
        QVERIFY(healed(box_hole).remarks.empty());
    }

    void what_must_not_be_copied_is_not() {
        // The right half is white and forbidden; the hole borders it.
        const Paint halves = [](int x, int y, int c) {
            return x < 60 ? noise(2)(x, y, c) / 4 : 255;
        };
        Area area = area_of(size, 3, halves, box({30, 20, 24, 30}));
        for (int y = 0; y < size.height; ++y)
            for (int x = 57; x < size.width; ++x)
                area.sources.row<std::uint8_t>(y)[std::size_t(x)] = 0;
        const Filling filling = healed(area);
        for (std::size_t i = 0; i < filling.colours.values.size(); ++i)
            if (in_hole(area, i / 3)) QVERIFY(filling.colours.values[i] < 100);
    }

    void threads_and_runs_change_nothing() {
        const Area area = area_of({130, 100}, 3, waves(), box({40, 30, 44, 36}));
        const int threads = cv::getNumThreads();
        const Filling first = healed(area);
        for (const int n : {1, 2, 3, 8}) {
            cv::setNumThreads(n);
            QVERIFY(healed(area).colours.values == first.colours.values);
        }
        cv::setNumThreads(threads);
    }

    void stops_at_every_frame() {
        const Area area = area_of(size, 3, waves(), box({30, 20, 30, 30}));
        int frames = 0;
        const Inpainter heal = heal_inpainter().make({});
        std::int64_t last = -1;
        QVERIFY(!heal(area, [&](const Progress& p) {
                     if (p.preview) {
                         const Preview preview = p.preview();
                         if (preview.denoised.size() != 1 ||
                             preview.denoised[0].width != size.width)
                             return false;
                         ++frames;
                     }
                     if (p.done < last || p.done > p.total) return false;
                     last = p.done;
                     return true;
                 }).stopped);
        QVERIFY(frames > 3);
        for (int stop = 0; stop < frames; ++stop) {
            int seen = 0, after = 0;
            const Filling filling = heal(area, [&](const Progress& p) {
                if (seen > stop) ++after;
                return !(p.preview && seen++ == stop);
            });
            QVERIFY(filling.stopped);
            QVERIFY(filling.colours.values.empty());
            QCOMPARE(after, 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestHeal)
#include "test_heal.moc"
