// Image ↔ Tensor.
#pragma once

#include <vector>

#include "core/base/torch.h"
#include "core/image/image.h"

namespace daguerre {

/// 8-bit images of one size → [N, C, H, W] float32, k/127.5 − 1.
at::Tensor tensor_of(const std::vector<Image>& images);
/// [N, C, H, W] → 8-bit images, round((x+1)·127.5) to even, clamped. C 1 or 3.
std::vector<Image> images_of(const at::Tensor& tensor);

}  // namespace daguerre
