// Samplers that may put fresh noise in: they go below the next level, then up to it.
#include <algorithm>

#include "core/diffusion/sampling.h"

namespace daguerre {
namespace {

/// down² + up² = next².
struct Split {
    double down, up;
};

/// eta is the share of fresh noise. Source: Song et al. 2021 (arXiv:2010.02502), eq. 16.
Split split(double now, double next, double eta) {
    const double ratio = next / now;
    const double up = std::min(next, eta * next * std::sqrt(1 - ratio * ratio));
    return {std::sqrt(next * next - up * up), up};
}

/// x moved straight towards or away from a guess, from one noise level to another.
at::Tensor moved(const at::Tensor& x, const at::Tensor& guess, double from, double to) {
    return guess + (x - guess) * (to / from);
}

/// place: -1 the deviation of the variance `small`, 1 that of `large`. Source: Nichol and Dhariwal
/// 2021 (arXiv:2102.09672), eq. 15.
at::Tensor deviation_between(const at::Tensor& place, double small, double large) {
    const at::Tensor share = (place + 1) / 2;
    return ((share * std::log(large) + (1 - share) * std::log(small)) / 2).exp();
}

}  // namespace

at::Tensor loops::ddim(const Sampling& sampling, at::Tensor x) {
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        const auto [down, up] = split(at.now, at.next, sampling.options.eta);
        return sampling.noisy(moved(at.x, at.denoised, at.now, down), up);
    });
}

at::Tensor loops::ddpm(const Sampling& sampling, at::Tensor x) {
    const std::string& variance = sampling.options.variance;
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        const double now = at.now * at.now, next = at.next * at.next;
        const double small = next * (1 - next / now);
        const double large = (now - next) * (1 + next) / (1 + now);
        const at::Tensor mean = at.denoised + (at.x - at.denoised) * (next / now);
        if (variance != "learned")
            return sampling.noisy(mean, std::sqrt(variance == "large" ? large : small));
        const at::Tensor learned = sampling.options.learned_variance().to(at.x.options());
        return mean + sampling.noise().to(at.x.options()) *
                          (sampling.options.variance_is_place
                               ? deviation_between(learned, small, large)
                               : (learned.clamp_min(0) * (1 + next)).sqrt());
    });
}

at::Tensor loops::dpm2(const Sampling& sampling, at::Tensor x) {
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        const auto [down, up] = split(at.now, at.next, sampling.options.eta);
        if (down == 0) return sampling.noisy(at.denoised, up);
        const double middle = std::sqrt(at.now * down);
        const at::Tensor there = at.x + at.slope() * (middle - at.now);
        return sampling.noisy(at.x + sampling.slope(there, middle) * (down - at.now), up);
    });
}

at::Tensor loops::dpmpp_2s(const Sampling& sampling, at::Tensor x) {
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        const auto [down, up] = split(at.now, at.next, sampling.options.eta);
        if (down == 0) return sampling.noisy(at.denoised, up);
        const double middle = std::sqrt(at.now * down);
        const at::Tensor guess = sampling.denoise(moved(at.x, at.denoised, at.now, middle), middle);
        return sampling.noisy(moved(at.x, guess, at.now, down), up);
    });
}

/// The noise of the half step is the first part of the whole step's, as on one Brownian path.
at::Tensor loops::dpmpp_sde(const Sampling& sampling, at::Tensor x) {
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        const double middle = std::sqrt(at.now * at.next);
        const auto [half_down, half_up] = split(at.now, middle, sampling.options.eta);
        const auto [down, up] = split(at.now, at.next, sampling.options.eta);
        at::Tensor there = moved(at.x, at.denoised, at.now, half_down);
        if (up == 0) return moved(at.x, sampling.denoise(there, middle), at.now, down);
        const at::Tensor first = sampling.noise().to(at.x.options());
        const at::Tensor guess = sampling.denoise(there + first * half_up, middle);
        const double shared = (at.now - middle) / (at.now - at.next);
        const at::Tensor whole = sampling.noisy(first * std::sqrt(shared), std::sqrt(1 - shared));
        return moved(at.x, guess, at.now, down) + whole * up;
    });
}

}  // namespace daguerre
