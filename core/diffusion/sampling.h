// What the samplers are made of.
#pragma once

#include <cmath>
#include <vector>

#include "core/base/torch.h"
#include "core/diffusion/samplers.h"

namespace daguerre {

/// What Sampler::run was given, its options settled.
struct Sampling {
    const Denoiser& denoise;
    const Sigmas& sigmas;
    const Noise& noise;
    const OnStep& on_step;
    const SamplerOptions& options;

    int steps() const { return int(sigmas.size()) - 1; }
    /// dx/dσ of the flow without fresh noise. Source: Karras et al. 2022 (arXiv:2206.00364), eq. 4.
    at::Tensor slope(const at::Tensor& x, double sigma) const {
        return (x - denoise(x, sigma)) / sigma;
    }
    /// x with a fresh draw of this deviation; none is drawn for 0.
    at::Tensor noisy(const at::Tensor& x, double deviation) const {
        return deviation > 0 ? x + noise().to(x.options()) * deviation : x;
    }
};

/// From the level `now` to `next`, when the clean guess at `now` is known.
struct Step {
    int i;
    double now, next;
    const at::Tensor &x, &denoised;

    at::Tensor slope() const { return (x - denoised) / now; }
};

/// Visits all levels. step(Step) gives x at the next one.
template <class OneStep>
at::Tensor walked(const Sampling& sampling, at::Tensor x, OneStep step) {
    const int n = sampling.steps();
    for (int i = 0; i < n; ++i) {
        const double now = sampling.sigmas[std::size_t(i)];
        const at::Tensor denoised = sampling.denoise(x, now);
        if (!sampling.on_step({i, n, now, x, denoised})) return denoised;
        x = step(Step{i, now, sampling.sigmas[std::size_t(i) + 1], x, denoised});
    }
    return x;
}

/// The same for formulas that can't go down to 0: there the clean guess is the result.
template <class OneStep>
at::Tensor walked_to_guess(const Sampling& sampling, at::Tensor x, OneStep step) {
    return walked(sampling, std::move(x), [&](const Step& at) -> at::Tensor {
        return at.next == 0 ? at.denoised : step(at);
    });
}

/// How far a step goes, in half the logarithm of the signal-to-noise ratio.
inline double width(double now, double next) { return std::log(now / next); }

/// With fewer steps, the end may be of lower order.
constexpr int few_steps = 15;

/// Keeps the newest `most` tensors, the newest first.
inline void remember(std::vector<at::Tensor>& past, at::Tensor newest, std::size_t most) {
    past.insert(past.begin(), std::move(newest));
    if (past.size() > most) past.pop_back();
}

/// Coefficients, the constant first, of the polynomial that is 1 at nodes[j] and 0 at the others.
inline std::vector<double> lagrange(const std::vector<double>& nodes, std::size_t j) {
    std::vector<double> polynomial{1};
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        if (k == j) continue;
        const double gap = nodes[j] - nodes[k];
        polynomial.push_back(0);
        for (std::size_t m = polynomial.size() - 1; m > 0; --m)
            polynomial[m] = (polynomial[m - 1] - nodes[k] * polynomial[m]) / gap;
        polynomial[0] *= -nodes[k] / gap;
    }
    return polynomial;
}

/// The loops, each in the file of its kind; samplers.cpp says which are which. x as Sampler::run.
namespace loops {
// samplers.cpp
at::Tensor euler(const Sampling& sampling, at::Tensor x);
at::Tensor heun(const Sampling& sampling, at::Tensor x);
// ancestral.cpp
at::Tensor ddim(const Sampling& sampling, at::Tensor x);
at::Tensor ddpm(const Sampling& sampling, at::Tensor x);
at::Tensor dpm2(const Sampling& sampling, at::Tensor x);
at::Tensor dpmpp_2s(const Sampling& sampling, at::Tensor x);
at::Tensor dpmpp_sde(const Sampling& sampling, at::Tensor x);
// adams.cpp
at::Tensor lms(const Sampling& sampling, at::Tensor x);
at::Tensor plms(const Sampling& sampling, at::Tensor x);
at::Tensor pndm(const Sampling& sampling, at::Tensor x);
at::Tensor ipndm(const Sampling& sampling, at::Tensor x);
at::Tensor deis(const Sampling& sampling, at::Tensor x);
// multistep.cpp, unipc.cpp
at::Tensor dpm_solver(const Sampling& sampling, at::Tensor x);
at::Tensor unipc(const Sampling& sampling, at::Tensor x);
}  // namespace loops

}  // namespace daguerre
