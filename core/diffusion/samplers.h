// The table of samplers.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace daguerre {

using Denoiser = std::function<at::Tensor(const at::Tensor& x, double sigma)>;
using Sigmas = std::vector<double>;

/// Fresh standard normal noise of x's shape; draw j of a run, j = 0, 1, ... in step order.
using Noise = std::function<at::Tensor(int j)>;

/// One step: `x` at noise level `sigma` and the clean guess from it.
struct SamplerStep {
    int step, steps;
    double sigma;
    const at::Tensor& x;
    const at::Tensor& denoised;
};
/// false stops the sampler, which then returns the clean guess.
using OnStep = std::function<bool(const SamplerStep&)>;

/// What a sampler may be told beside the list of levels.
struct SamplerOptions {
    double eta = -1;  // share of fresh noise; -1: the sampler's own
};

struct Sampler {
    std::string id, title, source;
    double order = 1;  // observed on the Gaussian oracle (learning.md 3.2)
    bool stochastic = false;
    /// x: [N, C, H, W] at noise level sigmas[0]. sigmas: falling; last one 0 for a clean result.
    at::Tensor (*run)(const Denoiser&, at::Tensor x, const Sigmas& sigmas, const Noise&,
                      const OnStep&, const SamplerOptions&) = nullptr;
};

/// ddpm, ddim, euler, euler_a, heun, dpmpp_2m, unipc.
const std::vector<Sampler>& samplers();

}  // namespace daguerre
