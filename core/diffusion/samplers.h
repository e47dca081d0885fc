// The table of samplers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diffusion/sampler_options.h"

namespace at {
class Tensor;
}

namespace daguerre {

/// The best guess of the clean image at noise level σ > 0: [N, C, H, W] in and out.
using Denoiser = std::function<at::Tensor(const at::Tensor& x, double sigma)>;
/// Noise levels in the order they are visited: falling, the last one 0 for a clean result.
using Sigmas = std::vector<double>;
/// The next draw of standard normal noise, of x's shape. Samplers ask in step order, and move it to
/// x's device and type.
using Noise = std::function<at::Tensor()>;

/// One step: `x` at noise level `sigma` and the clean guess from it.
struct SamplerStep {
    int step, steps;  // 0 .. steps-1
    double sigma;
    const at::Tensor& x;
    const at::Tensor& denoised;
};
/// Called once a step, when the clean guess is known. false: the sampler returns that guess at
/// once. Whoever must stop within a step throws from the Denoiser; samplers hold no state.
using OnStep = std::function<bool(const SamplerStep&)>;

struct Sampling;

struct Sampler {
    std::string id, title, source;
    int order = 1;            // of the error in the step size, without fresh noise
    bool stochastic = false;  // draws noise by its own options
    at::Tensor (*loop)(const Sampling&, at::Tensor x) = nullptr;
    SamplerOptions own{};                // what it does when nothing is chosen
    std::vector<std::string> options{};  // keys of SamplerOptions that it follows, beside:
    int highest_order = 0;               // 0: has no order to choose
    std::vector<std::string> forms{};    // empty: has no form to choose

    /// Whether an option, named by its key, changes what it does.
    bool follows(std::string_view option) const;
    /// Its own options with those that are followed and wanted. Throws Error for an order or form
    /// that it hasn't.
    SamplerOptions settled(const SamplerOptions& wanted) const;
    /// Blocks. x: [N, C, H, W] at noise level sigmas[0], any floating type; at least two sigmas.
    /// The result is at noise level sigmas.back(). Works element by element, so an image doesn't
    /// depend on its neighbours. Throws as settled, and what the Denoiser throws.
    at::Tensor run(const Denoiser&, at::Tensor x, const Sigmas& sigmas, const Noise&, const OnStep&,
                   const SamplerOptions&) const;
};

/// The usual one, those that explain, then the others.
const std::vector<Sampler>& samplers();

}  // namespace daguerre
