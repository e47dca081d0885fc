#include "core/inpaint/patch_denoiser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace daguerre {
namespace {

constexpr std::int64_t most_pairs = 100'000;
constexpr float spread = 0.2f;  // of the Gaussian over a window, in its reach

}  // namespace

PatchDenoiser::PatchDenoiser(const Level& level, const Draws& draws)
    : matches(no_matches(level)),
      level_(level),
      draws_(draws),
      few_(std::int64_t(level.targets.size()) * std::int64_t(level.sources.size()) <= most_pairs),
      window_(std::size_t(level.side * level.side * level.colours.channels)),
      seen_(level.colours.values.size()),
      weight_(seen_.size()),
      guesses_(few_ ? window_ * level.targets.size() : 0),
      number_(few_ ? level.hole.size() : 0) {
    for (std::size_t t = 0; t < level.targets.size() && few_; ++t)
        number_[std::size_t(level.targets[t])] = t;
    std::transform(level.colours.values.begin(), level.colours.values.end(), seen_.begin(),
                   [](float grey) { return grey / 127.5f - 1; });
}

std::vector<float> PatchDenoiser::operator()(const std::vector<float>& x, double sigma,
                                             Watch& watch) {
    observe(x, sigma);
    if (few_)
        watch.ranges(std::int64_t(level_.targets.size()), 8, [&](auto first, auto last) {
            std::vector<float> space(level_.sources.size());
            for (auto t = first; t < last; ++t) weigh_all(std::size_t(t), space);
        });
    else
        take_nearest({draws_.seed, draws_.level, draws_.round++}, watch);
    return watch.stopped() ? x : blend(watch);
}

void PatchDenoiser::observe(const std::vector<float>& x, double sigma) {
    constexpr double misfit = 0.06;
    const double loosened = sigma / (4 * (1 + sigma));
    std::fill(weight_.begin(), weight_.end(), float(1 / (misfit * misfit + loosened * loosened)));
    const auto channels = std::size_t(level_.colours.channels);
    for (std::size_t k = 0; k < level_.holes.size(); ++k)
        for (std::size_t c = 0; c < channels; ++c) {
            const std::size_t i = std::size_t(level_.holes[k]) * channels + c;
            seen_[i] = x[k * channels + c];
            weight_[i] = float(1 / (sigma * sigma + misfit * misfit));
        }
}

/// −2 · log w of a window, without its constant. Ends early where it is `enough`.
double PatchDenoiser::distance(std::int32_t target, std::int32_t source, double enough) const {
    constexpr std::size_t lanes = 8;
    const auto channels = std::ptrdiff_t(level_.colours.channels);
    const std::ptrdiff_t corner = level_.reach() * (level_.width + 1);
    const auto row = std::size_t(level_.side) * std::size_t(channels);
    double sum = 0;
    for (int y = 0; y < level_.side && sum < enough; ++y) {
        const std::ptrdiff_t down = std::ptrdiff_t(y) * level_.width - corner;
        const std::ptrdiff_t p = (target + down) * channels, q = (source + down) * channels;
        const float *seen = &seen_[std::size_t(p)], *weight = &weight_[std::size_t(p)];
        const float* clean = &seen_[std::size_t(q)];
        std::array<float, lanes> sums{};
        std::size_t i = 0;
        for (; i + lanes <= row; i += lanes)
            for (std::size_t l = 0; l < lanes; ++l) {
                const float d = seen[i + l] - clean[i + l];
                sums[l] += weight[i + l] * d * d;
            }
        for (; i < row; ++i) {
            const float d = seen[i] - clean[i];
            sums[i % lanes] += weight[i] * d * d;
        }
        for (const float part : sums) sum += double(part);
    }
    return sum;
}

void PatchDenoiser::weigh_all(std::size_t target, std::vector<float>& space) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const std::int32_t centre = level_.targets[target];
    std::size_t nearest = 0;
    std::vector<double> distances(space.size());
    for (std::size_t j = 0; j < space.size(); ++j) {
        distances[j] = distance(centre, level_.sources[j], infinite);
        if (distances[j] < distances[nearest]) nearest = j;
    }
    double total = 0;
    for (std::size_t j = 0; j < space.size(); ++j) {
        space[j] = float(std::exp((distances[nearest] - distances[j]) / 2));
        total += double(space[j]);
    }
    matches.source[std::size_t(centre)] = level_.sources[nearest];
    float* guess = &guesses_[target * window_];
    std::fill_n(guess, window_, 0.0f);
    const auto row = std::size_t(level_.side * level_.colours.channels);
    for (std::size_t j = 0; j < space.size(); ++j) {
        const float weight = float(double(space[j]) / total);
        if (weight < 1e-6f) continue;
        for (int y = 0; y < level_.side; ++y) {
            const std::int32_t pixel =
                level_.sources[j] - level_.reach() + (y - level_.reach()) * level_.width;
            const float* clean = &seen_[std::size_t(pixel * level_.colours.channels)];
            for (std::size_t i = 0; i < row; ++i)
                guess[std::size_t(y) * row + i] += weight * clean[i];
        }
    }
}

void PatchDenoiser::take_nearest(const Draws& draws, Watch& watch) {
    constexpr double unit = 1000;  // −2 · log w in whole thousandths
    const Measure measure = [&](std::int32_t p, std::int32_t q, std::int32_t enough) {
        return std::int32_t(std::min(distance(p, q, double(enough) / unit) * unit, 2e9));
    };
    search(level_, matches, draws, 2, measure, watch);
}

/// What the window around `centre` proposes for a pixel that it covers.
const float* PatchDenoiser::proposal(std::int32_t centre, std::int32_t pixel) const {
    const auto channels = std::size_t(level_.colours.channels);
    const std::int32_t offset = pixel - centre, w = level_.width, r = level_.reach();
    if (!few_) return &seen_[std::size_t(matches.source[std::size_t(centre)] + offset) * channels];
    const int dy = pixel / w - centre / w, dx = pixel % w - centre % w;
    return &guesses_[number_[std::size_t(centre)] * window_ +
                     std::size_t((dy + r) * level_.side + dx + r) * channels];
}

std::vector<float> PatchDenoiser::blend(Watch& watch) const {
    const int r = level_.reach(), w = level_.width;
    const auto channels = std::size_t(level_.colours.channels);
    std::vector<float> falling, result(level_.holes.size() * channels);
    for (int square = 0; square <= 2 * r * r; ++square)
        falling.push_back(std::exp(-float(square) / (2 * spread * spread * float(r * r))));
    watch.ranges(std::int64_t(level_.holes.size()), 512, [&](auto first, auto last) {
        for (auto k = std::size_t(first); k < std::size_t(last); ++k) {
            const std::int32_t pixel = level_.holes[k];
            const int x = pixel % w, y = pixel / w;
            float* sum = &result[k * channels];
            float total = 0;
            for (int cy = std::max(y - r, r); cy <= std::min(y + r, level_.height - 1 - r); ++cy)
                for (int cx = std::max(x - r, r); cx <= std::min(x + r, w - 1 - r); ++cx) {
                    const float weight =
                        falling[std::size_t((cx - x) * (cx - x) + (cy - y) * (cy - y))];
                    const float* value = proposal(cy * w + cx, pixel);
                    for (std::size_t c = 0; c < channels; ++c) sum[c] += weight * value[c];
                    total += weight;
                }
            for (std::size_t c = 0; c < channels; ++c) sum[c] /= total;
        }
    });
    return result;
}

}  // namespace daguerre
