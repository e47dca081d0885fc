// Differentiable augmentation: what a discriminator sees of real and of made images.
#pragma once

#include <cstdint>

#include "core/base/torch.h"

namespace daguerre {

/// How each of N images is changed; float32 [7, N], of the rows below.
enum AugmentRow { Brightness, Saturation, Contrast, ShiftDown, ShiftRight, HoleY, HoleX };

/// The draws of images first .. first + count - 1 of a run: the first three rows in [0, 1), the
/// others whole pixels: shifts within ±⌊S/8 + ½⌋, the middle of the hole within the image. look:
/// which time of several the same image is looked at. On the processor, for `device`.
at::Tensor augment_draws(std::uint64_t run, std::int64_t first, std::int64_t count, int look,
                         int size, const at::Device& device);

/// images: [N, C, S, S]. With u the draws of the first three rows: + (u − ½); colours from their
/// mean by 2u, where there is more than one channel; all from the image's mean by u + ½. Then the
/// shift, filled with 0, and a square of 0 with side ⌊S/2 + ½⌋. May be differentiated by `images`.
/// Source: Zhao et al. 2020 (arXiv:2006.10738), section 4; what it does in their code's order.
at::Tensor augmented(const at::Tensor& images, const at::Tensor& draws);

}  // namespace daguerre
