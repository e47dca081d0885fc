// The variational autoencoder: pictures to a few numbers, and back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

struct VaeConfig {
    int size = 28, channels = 1;       // of the images
    std::vector<std::int64_t> widths;  // of the levels; each halves the side
    std::int64_t latent = 32;          // units
    std::int64_t classes = 0;          // 0: knows none
    std::int64_t base_side() const { return size >> widths.size(); }
};

/// Values that the network's file holds, buffers too, and multiply-adds to encode and decode an
/// image, without building it.
std::int64_t value_count(const VaeConfig& config);
double macs_per_image(const VaeConfig& config);
/// Bytes of fp32 values that a backward pass keeps of one image.
std::uint64_t kept_bytes(const VaeConfig& config);

/// What the encoder takes an image's code to be: a normal distribution, its units independent.
struct Posterior {
    at::Tensor mean, log_variance;  // [N, latent] float32; the second in [-10, 10]
};

/// Images are y of dequantised(). labels: [N] int64, `classes` for none; undefined when the model
/// has no classes. Source: Kingma and Welling 2014 (arXiv:1312.6114).
class VaeImpl : public torch::nn::Module {
public:
    explicit VaeImpl(const VaeConfig& config);
    Posterior encode(const at::Tensor& y, const at::Tensor& labels = {});
    /// z: [N, latent]. Gives the means of the pixels, [N, C, H, W] float32.
    at::Tensor decode(const at::Tensor& z, const at::Tensor& labels = {});
    const VaeConfig& config() const { return config_; }

    /// Running means over the training images, which aren't trained: the mean square of what
    /// decoding misses; [K, latent] and [K, latent, latent] mean and E[z·zᵀ] of the codes, a row a
    /// class and the last one of all images.
    at::Tensor error, code_mean, code_second;

private:
    at::Tensor joined(const at::Tensor& values, const at::Tensor& labels);

    VaeConfig config_;
    std::vector<torch::nn::Conv2d> down_, up_;
    std::vector<torch::nn::GroupNorm> down_norms_, up_norms_;
    torch::nn::Conv2d last_{nullptr};
    torch::nn::Linear to_code_{nullptr}, from_code_{nullptr};
    torch::nn::Embedding class_table_{nullptr};
};
TORCH_MODULE(Vae);

/// Draws all weights as torch does, from `seed` alone.
void initialise(Vae& network, std::uint64_t seed);

/// Values k/127.5 − 1 of 8-bit images as values of a density: y = 2(k + u)/256 − 1, with u in
/// [0, 1) of the same shape, or a number. Source: Theis et al. 2016 (arXiv:1511.01844),
/// section 3.1.
at::Tensor dequantised(const at::Tensor& images, const at::Tensor& u);
/// The images whose middle, u = ½, y is.
at::Tensor quantised(const at::Tensor& y);

/// KL of each posterior from N(0, 1), in nats: [N]. Source: Kingma and Welling 2014, appendix B.
at::Tensor divergence(const Posterior& posterior);
/// −ln of a normal density of variance γ² at a mean square miss of `error`, in nats a dimension.
/// With γ² = error it is least. Source: Rybkin et al. 2021 (arXiv:2006.13202), section 3.1.
at::Tensor miss_nats(const at::Tensor& error, const at::Tensor& variance);
/// The variance that belongs to a mean square miss: that itself, with ln γ ≥ −5.
at::Tensor variance_for(const at::Tensor& error);
/// Nats a dimension of the density of y as bits of the 256 values: a uniform density on [−1, 1]
/// counts 8.
at::Tensor bits_of_nats(const at::Tensor& nats);

}  // namespace daguerre
