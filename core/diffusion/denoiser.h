// The best guess of the clean image, and what bends it.
#pragma once

#include <functional>

#include "core/base/torch.h"
#include "core/diffusion/objectives.h"
#include "core/diffusion/samplers.h"

namespace daguerre {

/// A network call: F(x_in [N, C, H, W] float32, t) → the same shape, float32. It runs the network
/// on chunks of one fixed size by itself (learning.md 1.8).
using NetworkCall = std::function<at::Tensor(const at::Tensor& x, double t)>;

/// Wraps what a network predicts into a Denoiser. x in the coordinates x = clean + σ·noise.
/// Throws Error with σ and the count when the guess isn't finite.
Denoiser denoiser_of(NetworkCall network, const Objective& objective,
                     const NoiseSchedule& schedule);
/// D = without + scale·(with − without): 0 unconditional, 1 conditional, over 1 guided; at 1 only
/// `with_class` is called. Source: Ho and Salimans 2022 (arXiv:2207.12598), eq. 6 with w = scale
/// − 1.
Denoiser guided(Denoiser with_class, Denoiser without, double scale);
/// Clips to [-low, low].
Denoiser clamped(Denoiser inner, double limit = 1);

/// Fresh noise for images with these seeds, each from its own CPU generator: draw 0 is the start
/// noise, then one a stochastic step (learning.md 1.7). shape: [C, H, W]. Draws must be asked for
/// in order, the first of them by start().
class SeededNoise {
public:
    SeededNoise(std::vector<std::uint32_t> seeds, std::vector<std::int64_t> shape);
    at::Tensor next();  // [N, C, H, W] float32, CPU

private:
    std::vector<at::Generator> generators_;
    std::vector<std::int64_t> shape_;
};

}  // namespace daguerre
