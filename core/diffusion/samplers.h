// The table of samplers.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace daguerre {

/// The best guess of the clean image at noise level σ > 0: [N, C, H, W] in and out.
using Denoiser = std::function<at::Tensor(const at::Tensor& x, double sigma)>;
/// Noise levels in the order they are visited: falling, the last one 0 for a clean result.
using Sigmas = std::vector<double>;
/// The next draw of standard normal noise, of x's shape. Samplers ask once a stochastic step, in
/// step order, and move it to x's device and type.
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

struct SamplerOptions {
    /// Share of fresh noise: 0 none, 1 all that was removed in the step; -1: the sampler's own.
    /// ddim (0) and euler_a (1) follow it, the others have nothing to choose.
    double eta = -1;
};

struct Sampler {
    std::string id, title, source;
    int order = 1;            // of the error in the step size, for stochastic ones without noise
    bool stochastic = false;  // draws noise at its own eta
    /// Blocks. x: [N, C, H, W] at noise level sigmas[0], any floating type; at least two sigmas.
    /// The result is at noise level sigmas.back(). Works element by element, so an image doesn't
    /// depend on its neighbours.
    at::Tensor (*run)(const Denoiser&, at::Tensor x, const Sigmas& sigmas, const Noise&,
                      const OnStep&, const SamplerOptions&) = nullptr;
};

/// ddpm, ddim, euler, euler_a, heun, dpmpp_2m, unipc.
const std::vector<Sampler>& samplers();

}  // namespace daguerre
