#include "core/inpaint/synthesis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/inpaint/grain.h"
#include "core/inpaint/guide.h"
#include "core/inpaint/nnf.h"
#include "core/inpaint/poisson.h"
#include "core/inpaint/vote.h"

namespace daguerre {
namespace {

constexpr double still = 0.3;                     // greys: a round that changes less is the last
constexpr std::size_t field_only_from = 500'000;  // hole pixels

/// The value of a picture between its pixels. x, y: not negative.
float between(const float* values, int width, int height, int channels, float x, float y, int c) {
    const int x0 = std::min(int(x), width - 1), y0 = std::min(int(y), height - 1);
    const int x1 = std::min(x0 + 1, width - 1), y1 = std::min(y0 + 1, height - 1);
    const float fx = std::min(x - float(x0), 1.0f), fy = std::min(y - float(y0), 1.0f);
    const auto at = [&](int u, int v) {
        return values[std::size_t(v * width + u) * std::size_t(channels) + std::size_t(c)];
    };
    return (1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x1, y0)) +
           fy * ((1 - fx) * at(x0, y1) + fx * at(x1, y1));
}

/// Fills a level's hole with the coarser level's picture: what windows without a match keep.
void start_from(const Level& coarse, Level& fine) {
    const int channels = fine.colours.channels;
    for (const std::int32_t p : fine.holes) {
        const int x = p % fine.width, y = p / fine.width;
        const auto take = [&](const std::vector<float>& values, int count, int c) {
            return between(values.data(), coarse.width, coarse.height, count, float(x) / 2,
                           float(y) / 2, c);
        };
        for (int c = 0; c < channels; ++c)
            fine.colours.pixel(x, y)[c] = take(coarse.colours.values, channels, c);
        for (int c = 0; c < 2; ++c)
            fine.texture[2 * std::size_t(p) + std::size_t(c)] = take(coarse.texture, 2, c);
    }
    make_features(fine, fine.holes.data(), std::int64_t(fine.holes.size()));
}

/// The difference of two neighbours in what was copied: as at the sources of either, where both
/// pixels are known; the mean of the two, or 0.
class CopiedStep {
public:
    CopiedStep(const Level& level, const std::vector<std::int32_t>& copied)
        : level_(level), from_(level.hole.size(), -1) {
        for (std::size_t k = 0; k < copied.size(); ++k)
            from_[std::size_t(level.holes[k])] = copied[k];
    }

    void operator()(std::int32_t p, std::int32_t q, float* step) const {
        const int channels = level_.colours.channels;
        float count = 0;
        const auto add = [&](std::int32_t a, std::int32_t b) {
            if (a < 0 || b < 0) return;
            for (int c = 0; c < channels; ++c) step[c] += value(a, c) - value(b, c);
            ++count;
        };
        const std::int32_t m = from_[std::size_t(p)], n = from_[std::size_t(q)];
        add(m, moved(m, p, q));
        add(moved(n, q, p), n);
        for (int c = 0; c < channels && count > 0; ++c) step[c] /= count;
    }

private:
    float value(std::int32_t pixel, int c) const {
        const auto channels = std::size_t(level_.colours.channels);
        return level_.colours.values[std::size_t(pixel) * channels + std::size_t(c)];
    }
    /// The neighbour of m in the direction from p to q, where it is known.
    std::int32_t moved(std::int32_t m, std::int32_t p, std::int32_t q) const {
        if (m < 0) return -1;
        const int w = level_.width, dx = q % w - p % w, dy = q / w - p / w;
        const int x = m % w + dx, y = m / w + dy;
        if (x < 0 || y < 0 || x >= w || y >= level_.height) return -1;
        const std::int32_t n = y * w + x;
        return level_.hole[std::size_t(n)] ? -1 : n;
    }

    const Level& level_;
    std::vector<std::int32_t> from_;
};

class Synthesis {
public:
    Synthesis(const Area& area, const Start& start, std::int64_t done, Watch& watch)
        : area_(area), start_(start), done_(done), watch_(watch) {}

    /// The first level, from what Start says.
    Level begin(Picture picture, int side, Matches& matches) {
        Level level = level_of(std::move(picture), side);
        matches = no_matches(level);
        if (start_.colours.width == 0) {
            peel(level, matches, watch_);
        } else {
            const auto channels = std::size_t(level.colours.channels);
            for (const std::int32_t p : level.holes)
                std::copy_n(&start_.colours.values[std::size_t(p) * channels], channels,
                            &level.colours.values[std::size_t(p) * channels]);
            trust_hole(level);
        }
        return level;
    }

    Level next(const Level& coarse, Picture picture, int side, Matches& matches) {
        watch_.go_on();
        Level level = level_of(std::move(picture), side);
        if (!watch_.go_on()) return level;
        start_from(coarse, level);
        matches = finer(coarse, matches, level);
        vote(level, matches, Weighing::Alike, watch_);
        return level;
    }

    void refine(Level& level, Matches& matches, int number, const Guidance& guidance) {
        const auto pixels = std::int64_t(level.holes.size());
        frame(level, number, done_);
        const bool field_only = level.holes.size() > field_only_from;
        const int rounds = field_only ? 1 : start_.rounds, first = number == start_.level ? 10 : 6;
        for (int round = 0; round < rounds && !watch_.stopped(); ++round) {
            const int passes = field_only ? 2 : round == 0 ? first : 2;
            search(level, matches, {area_.seed, number, round}, passes, guidance, watch_);
            const double change = vote(level, matches, Weighing::ByDistance, watch_);
            frame(level, number, done_ + (round + 1) * pixels);
            if (change < still) break;
        }
        done_ += start_.rounds * pixels;
    }

    Colours finish(Level& level, const Matches& matches) {
        const std::vector<std::int32_t> copied = best_sources(level, matches, watch_);
        if (watch_.stopped()) return {};
        const auto channels = std::size_t(level.colours.channels);
        for (std::size_t k = 0; k < copied.size(); ++k)
            if (copied[k] >= 0)
                std::copy_n(&level.colours.values[std::size_t(copied[k]) * channels], channels,
                            &level.colours.values[std::size_t(level.holes[k]) * channels]);
        frame(level, 0, done_);
        const CopiedStep step(level, copied);
        Colours picture = level.colours;
        solve_poisson(picture, unknowns_of(level.hole, level.width, level.height), step, {},
                      watch_);
        if (!watch_.go_on()) return {};
        match_grain(picture, level.hole, area_.seed);
        // Differences that add up may leave the range.
        for (float& value : picture.values) value = std::clamp(value, 0.0f, 255.0f);
        return picture;
    }

private:
    void frame(const Level& level, int number, std::int64_t done) {
        watch_.frame(done, [&, number] {
            Preview preview;
            preview.denoised = {shown(area_, level.colours, number)};
            return preview;
        });
    }

    const Area& area_;
    const Start& start_;
    std::int64_t done_;
    Watch& watch_;
};

}  // namespace

std::int64_t synthesis_work(const std::vector<Picture>& pictures, const Start& start) {
    std::int64_t sum = 0;
    for (int l = 0; l <= start.level; ++l) {
        const std::vector<std::uint8_t>& hole = pictures[std::size_t(l)].hole;
        sum += start.rounds * std::count(hole.begin(), hole.end(), 1);
    }
    return sum;
}

Filling synthesise(const Area& area, std::vector<Picture> pictures, int side, const Start& start,
                   std::int64_t done, Watch& watch) {
    Synthesis synthesis(area, start, done, watch);
    std::vector<Guidance> guidance = guidance_of(area, pictures, side);
    Level level;
    Matches matches;
    for (int l = start.level; l >= 0 && !watch.stopped(); --l) {
        Picture& picture = pictures[std::size_t(l)];
        level = l == start.level ? synthesis.begin(std::move(picture), side, matches)
                                 : synthesis.next(level, std::move(picture), side, matches);
        synthesis.refine(level, matches, l, guidance[std::size_t(l)]);
        guidance[std::size_t(l)] = {};
    }
    Filling result;
    if (!watch.stopped()) result.colours = synthesis.finish(level, matches);
    result.stopped = watch.stopped();
    if (result.stopped) result.colours = {};
    return result;
}

Image shown(const Area& area, const Colours& picture, int level) {
    const Colours& known = area.colours;
    Image image = Image::blank(known.width, known.height, known.channels);
    const float scale = 1.0f / float(1 << level);
    for (int y = 0; y < known.height; ++y) {
        const auto row = image.row<std::uint8_t>(y);
        const auto hole = area.hole.row<std::uint8_t>(y);
        for (int x = 0; x < known.width; ++x)
            for (int c = 0; c < known.channels; ++c) {
                const float value =
                    hole[std::size_t(x)] >= 128
                        ? between(picture.values.data(), picture.width, picture.height,
                                  picture.channels, float(x) * scale, float(y) * scale, c)
                        : known.pixel(x, y)[c];
                row[std::size_t(x * known.channels + c)] =
                    std::uint8_t(std::clamp(value, 0.0f, 255.0f) + 0.5f);
            }
    }
    return image;
}

}  // namespace daguerre
