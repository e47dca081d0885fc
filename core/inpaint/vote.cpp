#include "core/inpaint/vote.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace daguerre {
namespace {

constexpr int most_windows = 9 * 9;
constexpr std::int64_t block = 512;

/// The windows with a match that cover a pixel, in raster order.
struct Proposals {
    std::array<std::int32_t, most_windows> source{};  // the pixel that each proposes
    std::array<std::int32_t, most_windows> distance{};
    std::array<std::int32_t, most_windows> offset{};  // squared, of its centre
    int count = 0;
};

void collect(const Level& level, const Matches& matches, std::int32_t pixel, Proposals& found) {
    const int r = level.reach(), w = level.width, x = pixel % w, y = pixel / w;
    const int x0 = std::max(x - r, r), x1 = std::min(x + r, w - 1 - r);
    const int y0 = std::max(y - r, r), y1 = std::min(y + r, level.height - 1 - r);
    found.count = 0;
    for (int cy = y0; cy <= y1; ++cy)
        for (int cx = x0; cx <= x1; ++cx) {
            const std::int32_t centre = cy * w + cx;
            const std::int32_t match = matches.source[std::size_t(centre)];
            if (match < 0) continue;
            const auto i = std::size_t(found.count++);
            found.source[i] = match + pixel - centre;
            found.distance[i] = matches.distance[std::size_t(centre)];
            found.offset[i] = (cx - x) * (cx - x) + (cy - y) * (cy - y);
        }
}

/// exp(-d) in steps of 1/64: a weight needs no more, and no library decides the last bit.
float falling(float d) {
    constexpr int steps = 64, farthest = 16;
    static const std::array<float, steps* farthest> table = [] {
        std::array<float, steps * farthest> t{};
        for (std::size_t i = 0; i < t.size(); ++i) t[i] = std::exp(-float(i) / steps);
        return t;
    }();
    return table[std::size_t(std::min(d * steps, float(table.size() - 1)))];
}

std::int32_t upper_quartile(const Proposals& found) {
    std::array<std::int32_t, most_windows> sorted = found.distance;
    const auto middle = sorted.begin() + 3 * found.count / 4;
    std::nth_element(sorted.begin(), middle, sorted.begin() + found.count);
    return *middle;
}

/// Colour and texture: up to 5 values.
using Values = std::array<float, 5>;

Values mean(const Level& level, const Proposals& found, Weighing weighing) {
    const auto channels = std::size_t(level.colours.channels);
    const float scale =
        weighing == Weighing::Alike ? 0 : 0.5f / float(std::max(upper_quartile(found), 1));
    Values sum{};
    float total = 0;
    for (std::size_t i = 0; i < std::size_t(found.count); ++i) {
        const float weight = falling(float(found.distance[i]) * scale);
        const auto s = std::size_t(found.source[i]);
        for (std::size_t c = 0; c < channels; ++c)
            sum[c] += weight * level.colours.values[s * channels + c];
        for (std::size_t c = 0; c < 2; ++c) sum[3 + c] += weight * level.texture[2 * s + c];
        total += weight;
    }
    for (float& value : sum) value /= total;
    return sum;
}

/// Sets some pixels to their vote, in two steps, so that all read the old picture.
double vote_for(Level& level, const Matches& matches, Weighing weighing,
                const std::vector<std::int32_t>& pixels, Watch& watch) {
    const auto channels = std::size_t(level.colours.channels);
    const auto count = std::int64_t(pixels.size());
    std::vector<Values> votes(pixels.size());
    watch.ranges(count, block, [&](auto first, auto last) {
        Proposals found;
        for (auto k = std::size_t(first); k < std::size_t(last); ++k) {
            const auto i = std::size_t(pixels[k]);
            collect(level, matches, pixels[k], found);
            if (found.count > 0) {
                votes[k] = mean(level, found, weighing);
                continue;
            }
            std::copy_n(&level.colours.values[i * channels], channels, votes[k].begin());
            std::copy_n(&level.texture[2 * i], 2, votes[k].begin() + 3);
        }
    });
    const double change = watch.sum(count, block, [&](auto first, auto last) {
        double sum = 0;
        for (auto k = std::size_t(first); k < std::size_t(last); ++k) {
            const auto i = std::size_t(pixels[k]);
            for (std::size_t c = 0; c < channels; ++c) {
                float& value = level.colours.values[i * channels + c];
                sum += std::abs(votes[k][c] - value);
                value = votes[k][c];
            }
            std::copy_n(votes[k].begin() + 3, 2, &level.texture[2 * i]);
        }
        make_features(level, &pixels[std::size_t(first)], last - first);
        return sum;
    });
    return count == 0 ? 0 : change / double(count) / double(channels);
}

/// Undone pixels with a done neighbour (8-connected); all that are left when there is none.
std::vector<std::int32_t> next_layer(const Level& level, const std::vector<std::uint8_t>& done) {
    std::vector<std::int32_t> layer, left;
    const int w = level.width, h = level.height;
    for (const std::int32_t p : level.holes) {
        if (done[std::size_t(p)]) continue;
        left.push_back(p);
        const int x = p % w, y = p / w;
        bool touches = false;
        for (int v = std::max(y - 1, 0); v <= std::min(y + 1, h - 1); ++v)
            for (int u = std::max(x - 1, 0); u <= std::min(x + 1, w - 1); ++u)
                touches |= done[std::size_t(v * w + u)] != 0;
        if (touches) layer.push_back(p);
    }
    return layer.empty() ? left : layer;
}

/// The centres of all windows that hold one of these pixels, in raster order.
std::vector<std::int32_t> windows_with(const Level& level,
                                       const std::vector<std::int32_t>& pixels) {
    const int r = level.reach(), w = level.width, h = level.height;
    std::vector<std::int32_t> found;
    for (const std::int32_t p : pixels) {
        const int x = p % w, y = p / w;
        for (int cy = std::max(y - r, r); cy <= std::min(y + r, h - 1 - r); ++cy)
            for (int cx = std::max(x - r, r); cx <= std::min(x + r, w - 1 - r); ++cx)
                found.push_back(cy * w + cx);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

/// A window's features with 0 where nothing is known yet, and a mask of -1 and 0 for them.
struct KnownPart {
    std::vector<std::int16_t> features, mask;

    KnownPart(const Level& level, const std::vector<std::uint8_t>& done, std::int32_t centre) {
        const int r = level.reach();
        for (int dy = -r; dy <= r; ++dy)
            for (int dx = -r; dx <= r; ++dx) {
                const auto pixel = std::size_t(centre + dy * level.width + dx);
                for (std::size_t c = 0; c < feature_count; ++c) {
                    mask.push_back(done[pixel] ? -1 : 0);
                    features.push_back(done[pixel] ? level.features[pixel * feature_count + c]
                                                   : std::int16_t(0));
                }
            }
    }

    std::int64_t distance(const Level& level, std::int32_t source, std::int64_t enough) const {
        const int r = level.reach(), row = level.side * feature_count;
        std::int64_t sum = 0;
        for (int y = 0; y < level.side && sum < enough; ++y) {
            const std::int16_t* q =
                &level.features[std::size_t(source + (y - r) * level.width - r) * feature_count];
            const std::int16_t *p = &features[std::size_t(y * row)],
                               *m = &mask[std::size_t(y * row)];
            std::int32_t line = 0;
            for (int i = 0; i < row; ++i) {
                const auto d = std::int16_t((q[i] & m[i]) - p[i]);
                line += d * d;
            }
            sum += line;
        }
        return sum;
    }
};

void match_known_parts(const Level& level, const std::vector<std::uint8_t>& done,
                       const std::vector<std::int32_t>& windows, Matches& matches, Watch& watch) {
    constexpr std::int64_t most_sources = 6000;
    const auto count = std::int64_t(level.sources.size());
    const std::int64_t step = (count + most_sources - 1) / most_sources;
    watch.ranges(std::int64_t(windows.size()), 8, [&](auto first, auto last) {
        for (auto k = first; k < last; ++k) {
            const auto centre = windows[std::size_t(k)];
            const KnownPart part(level, done, centre);
            std::int64_t best = std::numeric_limits<std::int64_t>::max();
            for (std::int64_t i = 0; i < count; i += step) {
                const std::int32_t source = level.sources[std::size_t(i)];
                const std::int64_t d = part.distance(level, source, best);
                if (d >= best) continue;
                best = d;
                matches.source[std::size_t(centre)] = source;
            }
            // As if the unknown part differed as much as the known.
            const auto known = std::count(part.mask.begin(), part.mask.end(), -1);
            const auto whole = std::int64_t(part.mask.size());
            matches.distance[std::size_t(centre)] =
                std::int32_t(std::min<std::int64_t>(best * whole / std::max<std::int64_t>(known, 1),
                                                    std::numeric_limits<std::int32_t>::max()));
        }
    });
}

}  // namespace

double vote(Level& level, const Matches& matches, Weighing weighing, Watch& watch) {
    return vote_for(level, matches, weighing, level.holes, watch);
}

std::vector<std::int32_t> best_sources(const Level& level, const Matches& matches, Watch& watch) {
    std::vector<std::int32_t> result(level.holes.size(), -1);
    watch.ranges(std::int64_t(result.size()), block, [&](auto first, auto last) {
        Proposals found;
        for (auto k = std::size_t(first); k < std::size_t(last); ++k) {
            collect(level, matches, level.holes[k], found);
            std::int64_t least = std::numeric_limits<std::int64_t>::max();
            for (std::size_t i = 0; i < std::size_t(found.count); ++i) {
                const std::int64_t rank = std::int64_t(found.distance[i]) * 256 + found.offset[i];
                if (rank >= least) continue;
                least = rank;
                result[k] = found.source[i];
            }
        }
    });
    return result;
}

void peel(Level& level, Matches& matches, Watch& watch) {
    std::vector<std::uint8_t> done(level.hole.size());
    std::transform(level.hole.begin(), level.hole.end(), done.begin(),
                   [](std::uint8_t hole) { return std::uint8_t(hole ? 0 : 1); });
    std::size_t left = level.holes.size();
    while (left > 0 && !watch.stopped()) {
        const std::vector<std::int32_t> layer = next_layer(level, done);
        // Only windows that touch the layer vote for it.
        Matches own = no_matches(level);
        match_known_parts(level, done, windows_with(level, layer), own, watch);
        vote_for(level, own, Weighing::ByDistance, layer, watch);
        for (const std::int32_t p : layer) done[std::size_t(p)] = 1;
        left -= layer.size();
        for (const std::int32_t p : level.targets)
            if (own.source[std::size_t(p)] >= 0) {
                matches.source[std::size_t(p)] = own.source[std::size_t(p)];
                matches.distance[std::size_t(p)] = own.distance[std::size_t(p)];
            }
    }
}

}  // namespace daguerre
