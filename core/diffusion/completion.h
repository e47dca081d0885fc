// Sampling the rest of a picture of which a part is known.
#pragma once

#include "core/base/torch.h"
#include "core/diffusion/noise_schedule.h"
#include "core/diffusion/samplers.h"

namespace daguerre {

/// known: bool, true where the picture is known; [1, 1, H, W] or of x's shape. picture: [N, C, H,
/// W] in [-1, 1], of x's type and on its device.
struct KnownPart {
    at::Tensor known, picture;
};

/// The noise levels of the training steps ⌊T/n⌋·i, i = n-1 … 0, then 0; of a range those of the
/// spacing karras. n is at most most_levels().
Sigmas completion_sigmas(const NoiseSchedule& schedule, int n);

/// Both block. x: noise at sigmas[0]; sigmas: falling, the last one 0. The result equals the
/// picture exactly where that is known. on_step comes once a call of the Denoiser, whose `denoised`
/// holds the known part; false returns that guess at once. The Denoiser should not clamp: that is
/// done here, to [-1, 1].

/// Each guess takes the known part before the next step is made from it; `eta` is the share of
/// fresh noise. Source: Wang et al. 2022 (arXiv:2212.00490), algorithm 1 for inpainting, eq. 13.
at::Tensor ddnm(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const KnownPart& part,
                const Noise& noise, const OnStep& on_step, double eta = 0.85);

/// How RePaint goes back: at every `jump`-th step, `times` - 1 times, by `jump` steps.
struct Resampling {
    int jump = 10, times = 5;
};
/// Steps with the known part noised to the level in hand, and jumps back up, which let the rest
/// agree with it. Source: Lugmayr et al. 2022 (arXiv:2201.09865), algorithm 1.
at::Tensor repaint(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas,
                   const KnownPart& part, const Noise& noise, const OnStep& on_step,
                   const Resampling& resampling = {});
/// The calls of n levels: n + (jump points)·(times - 1)·jump.
int repaint_calls(int n, const Resampling& resampling);

}  // namespace daguerre
