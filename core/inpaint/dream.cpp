#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "core/base/random.h"
#include "core/inpaint/patch_denoiser.h"
#include "core/inpaint/synthesis.h"

namespace daguerre {
namespace {

constexpr int side = 9, finish_side = 7, finish_rounds = 10;
constexpr int first_steps = 20, later_steps = 6;
constexpr double first_noise = 0.999, later_noise = 0.3, last_noise = 1e-4;
constexpr std::int64_t least_sources = 64;

/// Falling noise levels: σ = s / (1 − s) for s from `top` down in even steps.
std::vector<double> sigmas_from(double top, int count) {
    std::vector<double> sigmas;
    for (int k = 0; k < count; ++k) {
        const double s = top + (last_noise - top) * k / (count - 1);
        sigmas.push_back(s / (1 - s));
    }
    return sigmas;
}

/// N(0, 1), a pure function of seed, level, pixel and channel. Box and Muller 1958.
float normal(std::uint64_t seed, int level, std::size_t value) {
    constexpr std::uint64_t stream = 12;
    const std::uint64_t bits =
        mix(mix(mix(mix(seed) ^ stream) ^ std::uint64_t(level)) ^ std::uint64_t(value));
    const double u = 1 - unit_interval(bits), v = unit_interval(mix(bits));
    return float(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

/// The picture of the level's size that has these values in its hole.
Colours with_hole(const Level& level, const std::vector<float>& values, float scale) {
    Colours colours = level.colours;
    const auto channels = std::size_t(colours.channels);
    for (std::size_t k = 0; k < level.holes.size(); ++k)
        for (std::size_t c = 0; c < channels; ++c)
            colours.values[std::size_t(level.holes[k]) * channels + c] =
                (values[k * channels + c] * scale + 1) * 127.5f;
    return colours;
}

Colours doubled(const Colours& coarse, int width, int height) {
    const cv::Mat from(coarse.height, coarse.width, CV_32FC(coarse.channels),
                       const_cast<float*>(coarse.values.data()));
    Colours fine{width, height, coarse.channels, {}};
    fine.values.resize(std::size_t(width) * std::size_t(height) * std::size_t(coarse.channels));
    cv::Mat to(height, width, CV_32FC(coarse.channels), fine.values.data()), whole;
    // pyrUp makes even sizes from even ones; one row or column more is there for odd ones.
    cv::pyrUp(from, whole);
    whole(cv::Rect(0, 0, width, height)).copyTo(to);
    return fine;
}

/// Noise becomes a picture at one level after the other; shows every step.
class Sampling {
public:
    Sampling(const Area& area, int steps, Watch& watch)
        : area_(area), steps_(steps), watch_(watch) {}

    /// coarse: the level before, filled; null at the first.
    Colours fill(const Level& level, int number, PatchDenoiser& denoise, const Colours* coarse) {
        const auto channels = std::size_t(level.colours.channels);
        const std::vector<double> sigmas =
            coarse ? sigmas_from(later_noise, later_steps) : sigmas_from(first_noise, first_steps);
        std::vector<float> x(level.holes.size() * channels);
        const Colours start = coarse ? doubled(*coarse, level.width, level.height) : Colours{};
        for (std::size_t k = 0; k < level.holes.size(); ++k)
            for (std::size_t c = 0; c < channels; ++c) {
                const std::size_t i = std::size_t(level.holes[k]) * channels + c;
                x[k * channels + c] = (coarse ? start.values[i] / 127.5f - 1 : 0) +
                                      float(sigmas[0]) * normal(area_.seed, number, i);
            }
        std::vector<float> guess;
        for (std::size_t k = 0; k < sigmas.size() && !watch_.stopped(); ++k) {
            guess = denoise(x, sigmas[k], watch_);
            done += std::int64_t(level.holes.size());
            show(level, number, x, guess, sigmas[k]);
            if (k + 1 == sigmas.size()) break;
            const auto ratio = float(sigmas[k + 1] / sigmas[k]);
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = guess[i] + ratio * (x[i] - guess[i]);
        }
        return with_hole(level, guess, 1);
    }

    std::int64_t done = 0;

private:
    void show(const Level& level, int number, const std::vector<float>& x,
              const std::vector<float>& guess, double sigma) {
        const int step = step_++;
        watch_.frame(done, [&, number, step, sigma] {
            Preview preview;
            preview.step = step;
            preview.steps = steps_;
            preview.sigma = sigma;
            const auto scale = float(1 / std::sqrt(1 + sigma * sigma));
            preview.x = {shown(area_, with_hole(level, x, scale), number)};
            preview.denoised = {shown(area_, with_hole(level, guess, 1), number)};
            return preview;
        });
    }

    const Area& area_;
    int steps_, step_ = 0;
    Watch& watch_;
};

/// The coarsest level with enough windows to choose from, or -1.
int coarsest(const std::vector<Picture>& pictures) {
    int level = int(pictures.size()) - 1;
    while (level >= 0 && source_count(pictures[std::size_t(level)], side) < least_sources) --level;
    return level;
}

Filling dream(const Area& area, const OnProgress& on_progress) {
    std::vector<Picture> pictures = pyramid(area, finish_side);
    const int first = coarsest(pictures), last = std::min(2, first);
    if (first < 0) return heal_inpainter().make({})(area, on_progress);
    Start start{.level = last, .colours = {}, .rounds = finish_rounds};
    std::int64_t work = synthesis_work(pictures, start);
    for (int l = first; l >= last; --l) {
        const std::vector<std::uint8_t>& hole = pictures[std::size_t(l)].hole;
        work += (l == first ? first_steps : later_steps) * std::count(hole.begin(), hole.end(), 1);
    }
    Watch watch(on_progress, "step", work);
    Sampling sampling(area, first_steps + (first - last) * later_steps, watch);
    Level coarse;
    Matches matches;
    for (int l = first; l >= last && !watch.stopped(); --l) {
        Level level = level_of(pictures[std::size_t(l)], side);
        PatchDenoiser denoise(level, {area.seed, l, 0});
        if (l < first) denoise.matches = finer(coarse, matches, level);
        start.colours = sampling.fill(level, l, denoise, l < first ? &start.colours : nullptr);
        matches = std::move(denoise.matches);
        coarse = std::move(level);
    }
    if (watch.stopped()) return {{}, {}, true};
    return synthesise(area, std::move(pictures), finish_side, start, sampling.done, watch);
}

}  // namespace

InpainterRow dream_inpainter() {
    return {.id = "dream",
            .title = "Dream",
            .sentence = "Lets noise turn into the missing part, by the photo's own pieces.",
            .source = "After Qiu, Kutulakos, Lindell 2026 (arXiv:2606.04299)",
            .varies = true,
            .copies = true,
            .watchable = true,
            .fields = nullptr,
            .make = [](const Fields&) -> Inpainter { return dream; }};
}

}  // namespace daguerre
