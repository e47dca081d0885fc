// The layers that both sides of a GAN are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

enum class LayerKind { Linear, Conv, TransposedConv };

struct GanLayerOptions {
    LayerKind kind = LayerKind::Linear;
    std::int64_t in = 0, out = 0;
    int kernel = 1, stride = 1, padding = 0;
    bool bias = true;
    bool spectral_norm = false;  // not of a transposed convolution
};

/// A layer whose weight may be divided by its largest singular value, taken of [out, the rest]. Its
/// two vectors come closer to that value's own by one power step in each forward pass of training.
/// Source: Miyato et al. 2018 (arXiv:1802.05957), algorithm 1. Its weight isn't set; on the meta
/// device it has shapes alone.
struct GanLayerImpl : torch::nn::Module {
    GanLayerImpl(const GanLayerOptions& options, const at::Device& device);
    at::Tensor forward(const at::Tensor& x);
    /// The weight as it is used.
    at::Tensor used_weight();

    GanLayerOptions options;
    at::Tensor weight, bias, u,
        v;  // u: [out], v: [the rest], of length 1; buffers
};
TORCH_MODULE(GanLayer);

/// Normalises each channel by the statistics of the batch. Source: Ioffe and Szegedy 2015
/// (arXiv:1502.03167). Out of training it uses those that were gathered, where it keeps them; it
/// has no running ones, which one bad batch would spoil.
struct BatchNormImpl : torch::nn::Module {
    BatchNormImpl(std::int64_t channels, bool keeps, const at::Device& device);
    at::Tensor forward(const at::Tensor& x);  // [N, channels, H, W]

    at::Tensor weight, bias, mean,
        variance;            // the last two: buffers, or undefined
    int gathered = 0;        // batches whose statistics they are the mean of
    bool gathering = false;  // forward passes of training add to them
};
TORCH_MODULE(BatchNorm);

/// A vector of its own for each class, at first N(0, deviation²). labels: [N] int64. Gives [N,
/// width].
struct ClassVectorsImpl : torch::nn::Module {
    ClassVectorsImpl(std::int64_t classes, std::int64_t width, double deviation,
                     const at::Device& device);
    at::Tensor forward(const at::Tensor& labels) { return weight.index_select(0, labels); }

    at::Tensor weight;
    double deviation;
};
TORCH_MODULE(ClassVectors);

/// Makes the layers of a network and registers them there.
class LayerMaker {
public:
    /// spectral_norm: of every layer but those of classes.
    LayerMaker(torch::nn::Module& network, const at::Device& device, bool spectral_norm)
        : network_(network), device_(device), spectral_norm_(spectral_norm) {}

    GanLayer linear(const std::string& name, std::int64_t in, std::int64_t out) const;
    GanLayer conv(const std::string& name, std::int64_t in, std::int64_t out, int kernel,
                  int stride, int padding, bool bias = true) const;
    GanLayer transposed(const std::string& name, std::int64_t in, std::int64_t out, int kernel,
                        int stride, int padding, bool bias) const;
    BatchNorm norm(const std::string& name, std::int64_t channels, bool keeps) const;
    ClassVectors classes(const std::string& name, std::int64_t count, std::int64_t width,
                         double deviation) const;

private:
    GanLayer layer(const std::string& name, GanLayerOptions options) const;

    torch::nn::Module& network_;
    at::Device device_;
    bool spectral_norm_;
};
/// "hidden_", 2 → "hidden_2".
std::string numbered(const char* name, std::size_t i);
/// LeakyReLU of slope .2. Source: Radford et al. 2016 (arXiv:1511.06434).
at::Tensor leaky(const at::Tensor& x);

/// Fills the layers of a network on the processor: their weights with N(0, deviation²) and those of
/// batch norm with N(1, deviation²), or, deviation 0, the layers uniformly with the variance of
/// Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
/// networks", eq. 12, and batch norm with 1.
void initialise_gan(torch::nn::Module& network, double deviation, std::uint64_t seed);

/// While it lives, the network's batch norms take their statistics anew, from what forward passes
/// of training see.
class GatheredStatistics {
public:
    explicit GatheredStatistics(torch::nn::Module& network);
    ~GatheredStatistics();
    GatheredStatistics(const GatheredStatistics&) = delete;
    GatheredStatistics& operator=(const GatheredStatistics&) = delete;
    bool empty() const { return norms_.empty(); }  // the network has none

private:
    std::vector<BatchNormImpl*> norms_;
};

}  // namespace daguerre
