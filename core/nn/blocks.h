// What a UNet is made of, with the names of diffusers' modules.
#pragma once

#include <vector>

#include "core/nn/unet_plan.h"

namespace daguerre {

using Activation = at::Tensor (*)(const at::Tensor&);
/// silu, swish, mish, gelu or relu. Throws UnknownWord.
Activation activation_named(const std::string& name);

/// Sinusoids of a step. t: [N]. Gives [N, width] float32: sines, then cosines (flip: the other way
/// round) of t·10000^(−i / (width/2 − shift)); an odd width ends in a zero.
/// Source: Ho et al. 2020 (arXiv:2006.11239), appendix B.
at::Tensor sinusoids(const at::Tensor& t, int width, double shift, bool flip);

/// [N, in] → [N, out]: linear, SiLU, linear.
struct TimeEmbeddingImpl : torch::nn::Module {
    TimeEmbeddingImpl(int in, int out);
    at::Tensor forward(const at::Tensor& t);
    torch::nn::Linear linear_1, linear_2;
};
TORCH_MODULE(TimeEmbedding);

/// Random Fourier features of ln t: sin, then cos of 2π·ln t·weight, [N] → [N, 2·width]. The weight
/// is a buffer: it isn't trained. Source: Song et al. 2021 (arXiv:2011.13456), appendix C.
struct FourierProjectionImpl : torch::nn::Module {
    explicit FourierProjectionImpl(int width);
    at::Tensor forward(const at::Tensor& t);
    at::Tensor weight;
};
TORCH_MODULE(FourierProjection);

/// Residual block with the embedding as a shift, or as scale and shift.
/// x: [N, in, H, W], embedding: [N, E]. Gives [N, out, H', W'].
struct ResnetBlockImpl : torch::nn::Module {
    ResnetBlockImpl(const ResnetPlan& plan, const UNetConfig& config, int embedding, double scale);
    at::Tensor forward(at::Tensor x, const at::Tensor& embedding);
    /// The activation of the normalised x + shift.
    at::Tensor normed(const at::Tensor& x, const torch::nn::GroupNorm& norm,
                      const at::Tensor& shift) const;

    ResnetPlan plan;
    bool scale_shift;
    double scale, dropout;
    Activation activation;
    torch::nn::GroupNorm norm1, norm2;
    torch::nn::Conv2d conv1, conv2, conv_shortcut{nullptr};
    torch::nn::Linear time_emb_proj;
};
TORCH_MODULE(ResnetBlock);

/// Self-attention over all pixels. x: [N, C, H, W] → the same.
struct AttentionImpl : torch::nn::Module {
    AttentionImpl(const AttentionPlan& plan, double eps, double scale);
    at::Tensor forward(const at::Tensor& x);

    AttentionPlan plan;
    double scale;
    torch::nn::GroupNorm group_norm{nullptr};
    torch::nn::Linear to_q, to_k, to_v, to_out{nullptr};
};
TORCH_MODULE(Attention);

/// 3x3 convolution to half the size (padding 0: a zero row and column at right and bottom first),
/// or nearest-neighbour enlarging to twice the size and a 3x3 convolution.
struct ConvResampleImpl : torch::nn::Module {
    ConvResampleImpl(Resample direction, int width, int padding);
    at::Tensor forward(at::Tensor x);

    Resample direction;
    int padding;
    torch::nn::Conv2d conv;
};
TORCH_MODULE(ConvResample);

/// One block of a plan.
struct UNetBlockImpl : torch::nn::Module {
    UNetBlockImpl(const BlockPlan& plan, const UNetConfig& config, int embedding);
    int layers() const { return int(resnets.size()); }
    bool resamples() const { return plan.resample != Resample::None; }
    /// Resnet i, and attention i where there is one.
    at::Tensor layer(int i, const at::Tensor& x, const at::Tensor& embedding);
    at::Tensor resample(const at::Tensor& x, const at::Tensor& embedding);

    BlockPlan plan;
    std::vector<ResnetBlock> resnets;
    std::vector<Attention> attentions;
    ConvResample conv_resample{nullptr};
    ResnetBlock resnet_resample{nullptr};
};
TORCH_MODULE(UNetBlock);

}  // namespace daguerre
