// Tensors on their way from the processor to a device.
#pragma once

#include "core/base/torch.h"

namespace daguerre {

/// For a tensor on the processor that will go to `device`: pinned memory for a GPU, which
/// to_device() copies without waiting.
inline at::TensorOptions staged(at::ScalarType type, const at::Device& device) {
    return at::TensorOptions(type).pinned_memory(device.is_cuda());
}

/// The tensor on the device. Doesn't wait for a GPU when the tensor is pinned; it may be let go of
/// at once, but not be written to.
inline at::Tensor to_device(const at::Tensor& tensor, const at::Device& device) {
    return tensor.to(device, /*non_blocking=*/true);
}

}  // namespace daguerre
