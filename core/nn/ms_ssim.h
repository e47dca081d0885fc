// How alike two images are, to the eye, at several sizes.
#pragma once

#include "core/base/torch.h"

namespace daguerre {

/// Multi-scale structural similarity of each pair: [N] in [0, 1]; 1 for equal images.
/// a, b: [N, C, H, W] of values 0 to 255, any type; the shorter side at least 11. Gaussian window
/// of 11, σ 1.5, over whole windows only; K .01 and .03; ⌊log2(side/11)⌋ + 1 scales, at most 5,
/// each the mean of 2 x 2 of the one before, with the first of the published exponents,
/// renormalised. Channels apart, then averaged; negative terms count as 0. In double.
/// Source: Wang, Simoncelli, Bovik 2003, "Multiscale structural similarity for image quality
/// assessment", eq. 7.
at::Tensor ms_ssim(const at::Tensor& a, const at::Tensor& b);

/// The shortest side that ms_ssim takes.
inline constexpr int ms_ssim_window = 11;

}  // namespace daguerre
