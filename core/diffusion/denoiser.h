// The best guess of the clean image, and what bends it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/torch.h"
#include "core/diffusion/objectives.h"
#include "core/diffusion/samplers.h"

namespace daguerre {

/// A network call: F(x [N, C, H, W], t) → the same shape and type; t is what it
/// is told of the level (Scaling::noise): in [0, T-1], may lie between steps. What it throws passes
/// through denoisers and samplers untouched.
using NetworkCall = std::function<at::Tensor(const at::Tensor& x, double t)>;

/// Wraps what a network predicts into a Denoiser. Throws Error when the objective can't be used
/// with the schedule; the Denoiser throws Error with σ and the count when the guess isn't finite.
Denoiser denoiser_of(NetworkCall network, const Objective& objective,
                     const NoiseSchedule& schedule);
/// D = without + scale·(with_class − without): 0 unconditional, 1 conditional, over 1 guided; at 0
/// and 1 only the one needed is called. Source: Ho and Salimans 2022 (arXiv:2207.12598), eq. 6 with
/// w = scale − 1.
Denoiser guided(Denoiser with_class, Denoiser without, double scale);
/// `inside` for noise levels σ in (low, high], `outside` at all others.
Denoiser between_levels(Denoiser inside, Denoiser outside, double low, double high);
/// What guidance made of a guess, moved by `share` in [0, 1] to the deviation that the guess with
/// the class has, per image. `guess` is called first. Source: Lin et al. 2023 (arXiv:2305.08891),
/// section 3.4, here of the clean guess.
Denoiser rescaled(Denoiser guess, Denoiser with_class, double share);
/// ln p(y | x) of each image of x, [N], at noise level σ. Gradients flow to x.
using LogProbability = std::function<at::Tensor(const at::Tensor& x, double sigma)>;
/// D + scale·σ²·∇ₓ ln p(y | x): at scale 1 what an exact classifier makes of an unconditional
/// denoiser is the conditional one. Source: Dhariwal and Nichol 2021 (arXiv:2105.05233), eq. 10 to
/// 14, in x = clean + σ·noise.
Denoiser classifier_guided(Denoiser inner, LogProbability log_probability, double scale);
/// Clips to [-limit, limit].
Denoiser clamped(Denoiser inner, double limit = 1);
/// Clips each image to ±s and divides by s, the `quantile` of its absolute values, but at least 1
/// and at most `most`: what strong guidance blew up comes back as a picture, not as white. Source:
/// Saharia et al. 2022 (arXiv:2205.11487), section 2.3.
Denoiser thresholded(Denoiser inner, double quantile = 0.995, double most = 1e6);

/// Noise for images with these seeds, each from its own CPU generator, so that an image's noise
/// doesn't depend on the others: the first draw is the start noise, to be scaled by
/// NoiseSchedule::start_deviation, then one a stochastic step. This is the order of diffusers'
/// pipelines with a list of generators. shape: [C, H, W]. Draws are [N, C, H, W] float32 on the
/// CPU. Copies share their place.
Noise seeded_noise(const std::vector<std::uint32_t>& seeds, const std::vector<std::int64_t>& shape);

}  // namespace daguerre
