#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/random.h"
#include "core/inpaint/nnf.h"

namespace daguerre {
namespace {

constexpr std::int32_t unknown = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t exhaustive_limit = 2'000'000;
constexpr int band_rows = 32;

/// The high half of the product is uniform below n without a division.
std::int64_t below(std::uint64_t draw, std::int64_t n) {
    __extension__ using Wide = unsigned __int128;
    return std::int64_t((Wide(draw) * std::uint64_t(n)) >> 64);
}

/// The key of all draws of one level and round.
std::uint64_t key_of(const Draws& draws) {
    constexpr std::uint64_t stream = 11;
    return mix(mix(mix(mix(draws.seed) ^ stream) ^ std::uint64_t(draws.level)) ^
               std::uint64_t(draws.round));
}

std::uint64_t draw(std::uint64_t key, std::int64_t pass, int k, std::int32_t pixel) {
    return mix(mix(key ^ (std::uint64_t(pass) << 32 | std::uint64_t(k))) ^ std::uint64_t(pixel));
}

std::int32_t drawn_source(const Level& level, std::uint64_t bits) {
    return level.sources[std::size_t(below(bits, std::int64_t(level.sources.size())))];
}

/// By features, and by the guidance where there is any.
struct ByFeatures {
    const Level& level;
    const Guidance& guidance;
    Distance distance = distance_of(level.side);

    std::int32_t operator()(std::int32_t p, std::int32_t q, std::int32_t enough) const {
        const std::int32_t corner = level.reach() * (level.width + 1);
        const auto at = [&](std::int32_t centre) {
            return level.features.data() + std::ptrdiff_t(centre - corner) * feature_count;
        };
        const std::int32_t start = guidance.weight > 0 ? guidance(p, q) : 0;
        return distance(at(p), at(q), std::ptrdiff_t(level.width) * feature_count, start, enough);
    }
};

template <class Between>
class Search {
public:
    Search(const Level& level, Matches& matches, std::uint64_t key, Between between)
        : level_(level), matches_(matches), key_(key), between_(std::move(between)) {
        const int bands = level.height / band_rows + 2;
        edge_.resize(std::size_t(bands) * std::size_t(level.width));
    }

    /// Features or matches have changed: measures anew.
    void measure(Watch& watch) {
        watch.ranges(std::int64_t(level_.targets.size()), 1024, [&](auto first, auto last) {
            for (auto k = first; k < last; ++k) {
                const std::int32_t p = level_.targets[std::size_t(k)];
                std::int32_t& q = matches_.source[std::size_t(p)];
                if (q < 0) q = drawn_source(level_, draw(key_, -1, 0, p));
                matches_.distance[std::size_t(p)] = between_(p, q, unknown);
            }
        });
    }

    void exhaustive(Watch& watch) {
        watch.ranges(std::int64_t(level_.targets.size()), 64, [&](auto first, auto last) {
            for (auto k = first; k < last; ++k) {
                const std::int32_t p = level_.targets[std::size_t(k)];
                matches_.distance[std::size_t(p)] = unknown;
                for (const std::int32_t q : level_.sources) take_if_nearer(p, q);
            }
        });
    }

    /// Bands of rows, not threads, cut the work; odd passes shift them, so matches cross borders.
    void pass(int number, Watch& watch) {
        const bool up = number % 2 == 1;
        const int shift = up ? band_rows / 2 : 0;
        const int bands = (level_.height + shift + band_rows - 1) / band_rows;
        remember_edges(bands, shift, up);
        watch.blocks(bands, [&](int i) { band(number, up, i, shift); });
    }

private:
    /// Rows that bands read of their neighbours: as they were before the pass.
    void remember_edges(int bands, int shift, bool up) {
        for (int i = 0; i < bands; ++i) {
            const int row = up ? (i + 1) * band_rows - shift : i * band_rows - shift - 1;
            if (row < 0 || row >= level_.height) continue;
            const auto from = matches_.source.begin() + std::ptrdiff_t(row) * level_.width;
            std::copy(from, from + level_.width, edge_.begin() + std::ptrdiff_t(i) * level_.width);
        }
    }

    void band(int number, bool up, int i, int shift) {
        const int w = level_.width, top = std::max(i * band_rows - shift, 0);
        const int end = std::min((i + 1) * band_rows - shift, level_.height);
        const auto in = [&](int row) {
            return std::lower_bound(level_.targets.begin(), level_.targets.end(), row * w);
        };
        const auto first = in(top), last = in(end);
        const std::int32_t* edge = &edge_[std::size_t(i) * std::size_t(w)];
        for (auto k = first; k < last; ++k) {
            const std::int32_t p = up ? *(last - 1 - (k - first)) : *k;
            const int step = up ? 1 : -1, row = p / w + step;
            const std::int32_t beside = p + step, above = p + step * w;
            follow(p, beside, matches_.source[std::size_t(beside)]);
            if (row >= top && row < end)
                follow(p, above, matches_.source[std::size_t(above)]);
            else if (row >= 0 && row < level_.height)
                follow(p, above, edge[above - row * w]);
            wander(p, number);
        }
    }

    /// Tries the match of a neighbour, shifted. Windows keep away from the edges, so p's neighbours
    /// are pixels, and matches of windows at the edge lead to no source.
    void follow(std::int32_t p, std::int32_t neighbour, std::int32_t source) {
        if (source < 0) return;
        const std::int32_t q = source + (p - neighbour);
        if (level_.source[std::size_t(q)]) take_if_nearer(p, q);
    }

    void wander(std::int32_t p, int pass) {
        int k = 0;
        take_if_nearer(p, drawn_source(level_, draw(key_, pass, k++, p)));
        const int w = level_.width, h = level_.height;
        for (int r = std::max(w, h) / 2; r >= 1; r /= 2) {
            const std::uint64_t bits = draw(key_, pass, k++, p);
            const auto offset = [&](std::uint64_t half) {
                return int(((half & 0xffffffffu) * std::uint64_t(2 * r + 1)) >> 32) - r;
            };
            const std::int32_t best = matches_.source[std::size_t(p)];
            const int x = best % w + offset(bits), y = best / w + offset(bits >> 32);
            if (x < 0 || y < 0 || x >= w || y >= h) continue;
            const std::int32_t q = y * w + x;
            if (level_.source[std::size_t(q)]) take_if_nearer(p, q);
        }
    }

    void take_if_nearer(std::int32_t p, std::int32_t q) {
        std::int32_t& best = matches_.distance[std::size_t(p)];
        const std::int32_t d = between_(p, q, best);
        if (d >= best) return;
        best = d;
        matches_.source[std::size_t(p)] = q;
    }

    const Level& level_;
    Matches& matches_;
    std::uint64_t key_;
    Between between_;
    std::vector<std::int32_t> edge_;
};

template <class Between>
void pass_over(Search<Between>& search, int passes, Watch& watch) {
    search.measure(watch);
    for (int i = 0; i < passes && !watch.stopped(); ++i) search.pass(i, watch);
}

}  // namespace

Matches no_matches(const Level& level) {
    return {std::vector<std::int32_t>(level.hole.size(), -1),
            std::vector<std::int32_t>(level.hole.size(), unknown)};
}

Matches finer(const Level& coarse, const Matches& matches, const Level& fine) {
    Matches result = no_matches(fine);
    const int r = coarse.reach();
    for (const std::int32_t p : fine.targets) {
        const int x = p % fine.width, y = p / fine.width;
        const int cx = std::clamp(x >> 1, r, coarse.width - 1 - r);
        const int cy = std::clamp(y >> 1, r, coarse.height - 1 - r);
        const std::int32_t q = matches.source[std::size_t(cy * coarse.width + cx)];
        if (q < 0) continue;
        const int sx = 2 * (q % coarse.width) + x - 2 * cx;
        const int sy = 2 * (q / coarse.width) + y - 2 * cy;
        if (sx < 0 || sy < 0 || sx >= fine.width || sy >= fine.height) continue;
        const std::int32_t source = sy * fine.width + sx;
        if (fine.source[std::size_t(source)]) result.source[std::size_t(p)] = source;
    }
    return result;
}

std::int32_t Guidance::operator()(std::int32_t p, std::int32_t q) const {
    const auto channels = std::size_t(wanted.channels);
    const float* a = &wanted.values[std::size_t(p) * channels];
    const float* b = &seen.values[std::size_t(q) * channels];
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
    return std::int32_t(std::min(weight * sum, 4e8f));
}

void search(const Level& level, Matches& matches, const Draws& draws, int passes,
            const Guidance& guidance, Watch& watch) {
    Search search(level, matches, key_of(draws), ByFeatures{level, guidance});
    const auto pairs = std::int64_t(level.targets.size()) * std::int64_t(level.sources.size());
    if (pairs <= exhaustive_limit)
        search.exhaustive(watch);
    else
        pass_over(search, passes, watch);
}

void search(const Level& level, Matches& matches, const Draws& draws, int passes,
            const Measure& measure, Watch& watch) {
    Search search(level, matches, key_of(draws), measure);
    pass_over(search, passes, watch);
}

}  // namespace daguerre
