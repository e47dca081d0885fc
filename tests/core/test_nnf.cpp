#include "core/inpaint/nnf.h"

#include <QtTest>
#include <algorithm>
#include <numeric>
#include <set>

#include "areas.h"
#include "core/inpaint/vote.h"

using namespace daguerre;

namespace {

const OnProgress nobody;

Level level_at(const Area& area, int side) { return level_of(pyramid(area, side)[0], side); }

/// By the definition, in 64 bits.
std::int64_t plain_distance(const Level& level, std::int32_t p, std::int32_t q) {
    std::int64_t sum = 0;
    const int r = level.reach();
    for (int dy = -r; dy <= r; ++dy)
        for (int dx = -r; dx <= r; ++dx)
            for (int c = 0; c < feature_count; ++c) {
                const auto at = [&](std::int32_t centre) {
                    const auto pixel = std::size_t(centre + dy * level.width + dx);
                    return std::int64_t(level.features[pixel * feature_count + std::size_t(c)]);
                };
                sum += (at(p) - at(q)) * (at(p) - at(q));
            }
    return sum;
}

std::int32_t distance(const Level& level, Processor processor, std::int32_t p, std::int32_t q,
                      std::int32_t enough) {
    const int corner = level.reach() * (level.width + 1);
    return distance_of(level.side, processor)(
        &level.features[std::size_t(p - corner) * feature_count],
        &level.features[std::size_t(q - corner) * feature_count],
        std::ptrdiff_t(level.width) * feature_count, 0, enough);
}

std::vector<std::int32_t> nearest(const Level& level) {
    std::vector<std::int32_t> result;
    for (const std::int32_t p : level.targets) {
        std::int64_t best = std::numeric_limits<std::int64_t>::max();
        for (const std::int32_t q : level.sources)
            best = std::min(best, plain_distance(level, p, q));
        result.push_back(std::int32_t(best));
    }
    return result;
}

double sum_of(const Level& level, const Matches& matches) {
    double sum = 0;
    for (const std::int32_t p : level.targets) sum += matches.distance[std::size_t(p)];
    return sum;
}

/// Waves with a hole that is filled with noise: more pairs of windows than are searched one by one.
Level searchable() {
    Level level = level_at(area_of({80, 64}, 3, waves(), box({22, 20, 28, 26})), 7);
    for (const std::int32_t p : level.holes)
        for (int c = 0; c < 3; ++c)
            level.colours.values[std::size_t(p) * 3 + std::size_t(c)] =
                float(waves()(p % 80 + 7, p / 80 + 3, c) + noise(3)(p, 0, c) / 32);
    make_features(level, level.holes.data(), std::int64_t(level.holes.size()));
    return level;
}

}  // namespace

class TestNnf : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void distance_is_the_sum_of_squares() {
        for (const int side : {3, 5, 7, 9})
            for (const int channels : {1, 3}) {
                const Level level = level_at(area_of({40, 30}, channels, noise(1), box({})), side);
                for (std::size_t k = 0; k + 7 < level.sources.size(); k += 5) {
                    const std::int32_t p = level.sources[k], q = level.sources[k / 2 + 3];
                    const std::int64_t sum = plain_distance(level, p, q);
                    for (const Processor processor : {Processor::Any, this_processor()}) {
                        QCOMPARE(std::int64_t(distance(level, processor, p, q, INT32_MAX)), sum);
                        const auto enough = std::int32_t(sum / 2);
                        QVERIFY(distance(level, processor, p, q, enough) >= enough);
                    }
                }
            }
    }

    void the_largest_distance_fits() {
        Level level = level_at(area_of({18, 9}, 3, noise(1), box({})), 9);
        for (std::size_t i = 0; i < level.features.size(); ++i)
            level.features[i] = i / feature_count % 18 < 9 ? 0 : 2040;
        const std::int32_t p = 4 * 18 + 4, q = p + 9;
        for (const Processor processor : {Processor::Any, this_processor()})
            QCOMPARE(distance(level, processor, p, q, INT32_MAX), 405 * 2040 * 2040);
    }

    void windows_are_told_apart() {
        Area area = area_of({40, 30}, 3, noise(1), box({10, 10, 6, 5}));
        area.sources.row<std::uint8_t>(3)[30] = 0;
        const Level level = level_at(area, 5);
        std::set<std::int32_t> targets, sources;
        for (int y = 2; y < 28; ++y)
            for (int x = 2; x < 38; ++x) {
                const bool hole = x >= 8 && x < 18 && y >= 8 && y < 17;
                const bool forbidden = std::abs(x - 30) <= 2 && std::abs(y - 3) <= 2;
                if (hole) targets.insert(y * 40 + x);
                if (!hole && !forbidden) sources.insert(y * 40 + x);
            }
        QCOMPARE(std::set(level.targets.begin(), level.targets.end()), targets);
        QCOMPARE(std::set(level.sources.begin(), level.sources.end()), sources);
        QCOMPARE(source_count(pyramid(area, 5)[0], 5), std::int64_t(sources.size()));
    }

    void search_comes_close_to_the_best() {
        const Level level = searchable();
        QVERIFY(level.targets.size() * level.sources.size() > 2'000'000);
        const std::vector<std::int32_t> best = nearest(level);
        const double least = std::accumulate(best.begin(), best.end(), 0.0);
        Matches matches = no_matches(level);
        Watch watch(nobody, "", 0);
        search(level, matches, {}, 10, Guidance{}, watch);
        QVERIFY2(sum_of(level, matches) <= 1.05 * least,
                 qPrintable(QString::number(sum_of(level, matches) / least)));
        for (const std::int32_t p : level.targets) {
            const std::int32_t q = matches.source[std::size_t(p)];
            QVERIFY(level.source[std::size_t(q)]);
            QCOMPARE(std::int64_t(matches.distance[std::size_t(p)]), plain_distance(level, p, q));
        }
    }

    void small_levels_are_searched_whole() {
        const Level level = level_at(area_of({40, 30}, 1, waves(), box({15, 12, 6, 6})), 7);
        Matches matches = no_matches(level);
        Watch watch(nobody, "", 0);
        search(level, matches, {}, 1, Guidance{}, watch);
        const std::vector<std::int32_t> best = nearest(level);
        for (std::size_t k = 0; k < best.size(); ++k)
            QCOMPARE(matches.distance[std::size_t(level.targets[k])], best[k]);
    }

    void guidance_is_part_of_the_distance() {
        const Level level = searchable();
        const Guidance guidance{level.colours, level.colours, 64 * 49};
        Matches matches = no_matches(level);
        Watch watch(nobody, "", 0);
        search(level, matches, {}, 4, guidance, watch);
        for (const std::int32_t p : level.targets) {
            const std::int32_t q = matches.source[std::size_t(p)];
            QCOMPARE(std::int64_t(matches.distance[std::size_t(p)]),
                     plain_distance(level, p, q) + guidance(p, q));
        }
    }

    void a_shift_stays_a_shift() {
        const Area area = area_of({96, 80}, 3, waves(), box({40, 36, 20, 12}));
        const std::vector<Picture> pictures = pyramid(area, 3);
        QVERIFY(pictures.size() > 1);
        const Level fine = level_of(pictures[0], 3), coarse = level_of(pictures[1], 3);
        Matches matches = no_matches(coarse);
        const int shift = -13 * coarse.width + 4;  // 13 up, 4 to the right
        for (const std::int32_t p : coarse.targets) matches.source[std::size_t(p)] = p + shift;
        const Matches carried = finer(coarse, matches, fine);
        int count = 0;
        for (const std::int32_t p : fine.targets) {
            const std::int32_t q = carried.source[std::size_t(p)];
            if (q < 0) continue;
            QCOMPARE(q - p, -26 * fine.width + 8);
            ++count;
        }
        QVERIFY(count > 240);
    }

    void the_best_window_names_the_pixel() {
        const Level level = searchable();
        Matches matches = no_matches(level);
        Watch watch(nobody, "", 0);
        search(level, matches, {}, 3, Guidance{}, watch);
        const std::vector<std::int32_t> best = best_sources(level, matches, watch);
        for (std::size_t k = 0; k < best.size(); ++k) {
            const std::int32_t p = level.holes[k];
            std::int64_t least = std::numeric_limits<std::int64_t>::max();
            std::int32_t wanted = -1;
            for (const std::int32_t c : level.targets) {
                const int dx = c % 80 - p % 80, dy = c / 80 - p / 80;
                if (std::max(std::abs(dx), std::abs(dy)) > 3) continue;
                const std::int64_t rank =
                    std::int64_t(matches.distance[std::size_t(c)]) * 1000 + dx * dx + dy * dy;
                if (rank >= least) continue;
                least = rank;
                wanted = matches.source[std::size_t(c)] + p - c;
            }
            QCOMPARE(best[k], wanted);
        }
    }

    void coarse_pixels_are_known_where_most_of_them_is() {
        // A plain colour stays that colour under any mask, at every size.
        const Area area = area_of(
            {120, 90}, 3, [](int, int, int c) { return 50.0 * c + 7; }, box({30, 30, 60, 40}));
        const std::vector<Picture> pictures = pyramid(area, 3);
        QVERIFY(pictures.size() >= 3);
        for (const Picture& picture : pictures)
            for (std::size_t i = 0; i < picture.hole.size(); ++i) {
                QVERIFY(!(picture.hole[i] && picture.may_copy[i]));
                for (std::size_t c = 0; c < 3 && !picture.hole[i]; ++c)
                    QVERIFY(std::abs(picture.colours.values[i * 3 + c] - (50.f * float(c) + 7)) <
                            1e-3f);
            }
    }
};

QTEST_GUILESS_MAIN(TestNnf)
#include "test_nnf.moc"
