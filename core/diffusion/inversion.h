// From a picture back to the noise that makes it.
#pragma once

#include "core/diffusion/samplers.h"

namespace daguerre {

/// x at the first of `sigmas` (as of Sampler::run) from which the flow without fresh noise leads to
/// `image`, [N, C, H, W]: DDIM's step, taken upwards. Of first order in the step; the picture is
/// taken for one at the lowest level over 0. Calls the denoiser once at each level between.
/// Source: Song et al. 2021 (arXiv:2010.02502), section 4.3, eq. 14.
at::Tensor inverted(const Denoiser& denoise, const at::Tensor& image, const Sigmas& sigmas);

}  // namespace daguerre
