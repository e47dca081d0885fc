// What samplers are tried with: a network without meaning, noise that is known, lists of levels.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "core/base/table.h"
#include "core/base/torch.h"
#include "core/diffusion/denoiser.h"
#include "core/diffusion/samplers.h"
#include "core/diffusion/spacings.h"
#include "gaussian_oracle.h"

namespace daguerre {

inline const OnStep go_on = [](const SamplerStep&) { return true; };

inline const Sampler& sampler_named(const std::string& id) {
    return row_named(samplers(), id, "sampler");
}

inline double largest(const at::Tensor& difference) {
    return difference.abs().max().item<double>();
}

/// A smooth network without meaning, bent enough that no two samplers agree by luck.
inline at::Tensor dummy_network(const at::Tensor& x, double t) {
    return at::tanh(x * 0.9 + 0.2) * (0.6 + 0.4 * t / 1000) + x * 0.1;
}

inline Denoiser dummy() { return denoiser_of(dummy_network, objectives()[0], noise_schedule({})); }

/// 48 values in double, and noise that is the same in every run.
inline at::Tensor wave() { return at::sin(at::arange(48, at::kDouble)).reshape({1, 3, 4, 4}); }
inline Noise wave_noise() {
    return [j = 0]() mutable {
        const at::Tensor k = at::arange(48, at::kDouble).reshape({1, 3, 4, 4});
        return std::numbers::sqrt2 * at::cos(k * 7 + 3 * j++ + 1);
    };
}

/// The spacings of the program, and a list of diffusers that it doesn't offer: trailing-all goes to
/// the top of every table.
inline Sigmas visited(const std::string& spacing, const NoiseSchedule& schedule, int n) {
    if (spacing != "trailing-all")
        return row_named(spacings(), spacing, "schedule").sigmas(schedule, n);
    Sigmas sigmas;
    const auto steps = double(schedule.sigmas.size());
    for (int i = n; i > 0; --i) sigmas.push_back(schedule.sigma_of(steps * i / n - 1));
    sigmas.push_back(0);
    return sigmas;
}

/// What a sampler makes of Gaussian noise with the oracle of N(0, 1/4): all is linear, so element 0
/// carries the start and each other one draw.
inline at::Tensor shares(const Sampler& sampler, const Sigmas& sigmas,
                         const SamplerOptions& options = {}) {
    const auto size = 2 * std::int64_t(sigmas.size());
    at::Tensor x = at::zeros({size}, at::kDouble);
    x[0] = std::sqrt(1 + sigmas[0] * sigmas[0]);
    const Noise noise = [j = std::int64_t(0), size]() mutable {
        at::Tensor draw = at::zeros({size}, at::kDouble);
        draw[++j] = 1;
        return draw;
    };
    return sampler.run(GaussianOracle{0, 0.5}, x, sigmas, noise, go_on, options);
}

/// The deviation of that, where the truth is 1/2.
inline double deviation(const Sampler& sampler, const Sigmas& sigmas,
                        const SamplerOptions& options = {}) {
    return shares(sampler, sigmas, options).norm().item<double>();
}

}  // namespace daguerre
