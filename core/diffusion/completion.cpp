#include "core/diffusion/completion.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/diffusion/spacings.h"

namespace daguerre {
namespace {

/// The guess with the known part in its place.
at::Tensor joined(const KnownPart& part, const at::Tensor& guess) {
    return at::where(part.known, part.picture, guess.clamp(-1, 1));
}

/// How often each level is still to be left upwards, by its number from the lowest.
std::vector<int> jumps_of(int n, const Resampling& resampling) {
    require(resampling.jump > 0 && resampling.times > 0, "a jump has a length");
    std::vector<int> jumps(std::size_t(n), 0);
    for (int i = 0; i < n - resampling.jump; i += resampling.jump)
        jumps[std::size_t(i)] = resampling.times - 1;
    return jumps;
}

}  // namespace

Sigmas completion_sigmas(const NoiseSchedule& schedule, int n) {
    if (schedule.range) return row_named(spacings(), "karras", "schedule").sigmas(schedule, n);
    const int stride = int(schedule.sigmas.size()) / n;
    require(n > 0 && stride > 0, "a level is visited once");
    Sigmas sigmas;
    for (int i = n - 1; i >= 0; --i) sigmas.push_back(schedule.sigmas[std::size_t(stride * i)]);
    sigmas.push_back(0);
    return sigmas;
}

at::Tensor ddnm(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const KnownPart& part,
                const Noise& noise, const OnStep& on_step, double eta) {
    const int n = int(sigmas.size()) - 1;
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[std::size_t(i)], next = sigmas[std::size_t(i) + 1];
        const at::Tensor guess = denoise(x, now);
        const at::Tensor denoised = joined(part, guess);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        // The noise is what the network saw, not what is left beside the known part.
        const at::Tensor kept = (x - guess) * (std::sqrt(1 - eta * eta) / now);
        x = denoised + (kept + noise().to(x.options()) * eta) * next;
    }
    return x;
}

int repaint_calls(int n, const Resampling& resampling) {
    int calls = n;
    for (const int times : jumps_of(n, resampling)) calls += times * resampling.jump;
    return calls;
}

at::Tensor repaint(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas,
                   const KnownPart& part, const Noise& noise, const OnStep& on_step,
                   const Resampling& resampling) {
    const int n = int(sigmas.size()) - 1, calls = repaint_calls(n, resampling);
    std::vector<int> jumps = jumps_of(n, resampling);
    const auto level = [&](int i) { return sigmas[std::size_t(n - 1 - i)]; };
    const auto fresh = [&] { return noise().to(x.options()); };
    int i = n - 1;
    for (int call = 0;; ++call) {
        const double now = level(i);
        x = at::where(part.known, part.picture + fresh() * now, x);
        const at::Tensor guess = denoise(x, now).clamp(-1, 1);
        const at::Tensor denoised = joined(part, guess);
        if (!on_step({call, calls, now, x, denoised}) || i == 0) return denoised;
        const double next = level(i - 1), kept = next * next / (now * now);
        x = guess + (x - guess) * kept + fresh() * (next * std::sqrt(1 - kept));
        if (jumps[std::size_t(--i)] == 0) continue;
        --jumps[std::size_t(i)];
        for (int up = 0; up < resampling.jump; ++up, ++i)
            x = x + fresh() * std::sqrt(level(i + 1) * level(i + 1) - level(i) * level(i));
    }
}

}  // namespace daguerre
