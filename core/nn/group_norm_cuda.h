// Group normalisation with shift and SiLU on a GPU, channels last, in one kernel each way.
#pragma once

#include "core/base/torch.h"
#include "core/nn/group_norm_kernel.h"

namespace daguerre {

/// Whether the kernels below can work on this GPU. They are compiled there when first asked for, by
/// the compiler that comes with LibTorch's CUDA part.
bool has_cuda_norm(const at::Device& device);
/// The widest group they take.
inline constexpr std::int64_t widest_cuda_group = 512;

/// x, y: [N, C, H, W], float32 or bf16, channels last. shift (or undefined): [N, C], one of the
/// two types; gamma, beta: [C]; mean, scale: [N, groups], for the way back: float32; all
/// contiguous. y, mean and scale are written. Doesn't wait for the GPU. Throws Error when the GPU
/// refuses.
void cuda_norm_forward(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                       const at::Tensor& beta, const NormOptions& options, const at::Tensor& y,
                       const at::Tensor& mean, const at::Tensor& scale);

/// The slopes that a backward pass asks for, written: dx like x; d_shift (undefined: not asked
/// for), d_gamma and d_beta [N, C] float32.
struct NormSlopes {
    at::Tensor dx, d_shift, d_gamma, d_beta;
};
void cuda_norm_backward(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                        const at::Tensor& beta, const NormOptions& options, const at::Tensor& dy,
                        const at::Tensor& mean, const at::Tensor& scale, const NormSlopes& slopes);

}  // namespace daguerre
