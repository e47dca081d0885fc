// The gated PixelCNN: a network whose answer for a pixel hangs on the pixels before it in raster
// order alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/torch.h"
#include "core/models/pixel_heads.h"

namespace daguerre {

struct PixelCnnConfig {
    int channels = 1;
    std::int64_t features = 64, layers = 8;
    std::int64_t kernel = 3;  // odd; of the layers after the first
    /// Gaps between the pixels that those layers' kernels see, in turn: 1, 2, 4 sees far with small
    /// kernels. Source: Yu and Koltun 2016 (arXiv:1511.07122), section 2.
    std::vector<int> dilations{1};
    /// Whether the vertical stack adds to its features, as the horizontal one does.
    bool vertical_residual = false;
    double dropout = 0;
    std::string head = "softmax256";  // id of pixel_heads()
    std::int64_t mixtures = 10;       // of the head `logistics`
    std::int64_t classes = 0;         // 0: knows none
    bool null_class = false;          // whether it learned "no class" beside them
};

const PixelHead& head_of(const PixelCnnConfig& config);
/// Numbers that it answers for a pixel.
std::int64_t outputs_of(const PixelCnnConfig& config);
/// Trainable parameters of the network, and multiply-adds for a pixel, without building it.
std::int64_t parameter_count(const PixelCnnConfig& config);
double macs_per_pixel(const PixelCnnConfig& config);
/// Bytes of fp32 values that a backward pass keeps of one pixel.
std::uint64_t kept_bytes_per_pixel(const PixelCnnConfig& config);

/// A convolution without padding, of whose weights those count where `mask` is 1.
struct MaskedConvImpl : torch::nn::Module {
    /// mask: [out, in, height, width], or undefined: all count.
    MaskedConvImpl(std::int64_t in, std::int64_t out, std::int64_t height, std::int64_t width,
                   std::int64_t dilation = 1, at::Tensor mask = {});
    at::Tensor forward(const at::Tensor& x) {
        return at::conv2d(x, counting(), bias, {1, 1}, at::IntArrayRef{0, 0},
                          {dilation_, dilation_});
    }
    /// The weight, zero where it doesn't count.
    at::Tensor counting() const;

    at::Tensor weight, bias;

private:
    std::int64_t dilation_;
    at::Tensor mask_;
};
TORCH_MODULE(MaskedConv);

/// One layer of both stacks. The vertical one sees rows above, the horizontal one what is left in
/// the row, and the vertical one's features. Source: van den Oord et al. 2016 (arXiv:1606.05328),
/// figure 2 and eq. 4.
struct GatedLayerImpl : torch::nn::Module {
    GatedLayerImpl(const PixelCnnConfig& config, std::int64_t number);

    /// What both stacks know: [N, F, H, W], the image in the first layer. skip: summed up over the
    /// layers; undefined in the first.
    struct Stacks {
        at::Tensor vertical, horizontal, skip;
    };
    Stacks forward(const Stacks& before, const at::Tensor& labels);
    /// [N, 2F], or undefined without classes: what a class adds in the stack's gate.
    at::Tensor class_bias(const at::Tensor& labels, bool horizontal);

    bool first;
    bool adds;  // whether the vertical features add to those of the layer before
    std::int64_t dilation;
    std::int64_t reach;  // rows above, and columns to the left, that its kernels see
    bool centre;         // whether the horizontal kernel has a column for the pixel itself
    double dropout;
    MaskedConv vertical{nullptr}, horizontal{nullptr};  // before the gates
    MaskedConv link{nullptr};                           // from one stack to the other
    MaskedConv out{nullptr};  // [residual, skip] of the gated horizontal features
    torch::nn::Embedding class_table{nullptr};
};
TORCH_MODULE(GatedLayer);

/// tanh of the first half of the features times σ of the second, along `axis`.
at::Tensor gated(const at::Tensor& features, std::int64_t axis);

class PixelCnnImpl : public torch::nn::Module {
public:
    explicit PixelCnnImpl(const PixelCnnConfig& config);
    /// x: [N, C, H, W] in [-1, 1]; labels: [N] int64, `classes` for none; undefined when the model
    /// has no classes. Gives [N, outputs, H, W] in x's dtype.
    at::Tensor forward(const at::Tensor& x, const at::Tensor& labels = {});
    /// The same for pixels in a row: the answers of image after image, and in each of row after
    /// row, [N·H·W, outputs].
    at::Tensor answers(const at::Tensor& x, const at::Tensor& labels = {});
    const PixelCnnConfig& config() const { return config_; }

    std::vector<GatedLayer> layers;
    MaskedConv mix{nullptr}, last{nullptr};  // from the summed skips to the answer

private:
    PixelCnnConfig config_;
};
TORCH_MODULE(PixelCnn);

/// Draws all weights from `seed` alone, so that features keep their size from layer to layer. The
/// last layer is zero but for its head's first answer.
void initialise(PixelCnn& network, std::uint64_t seed);

/// [N, C, H, W] → [N·H·W, C], as answers() orders them.
at::Tensor pixel_rows(const at::Tensor& images);

}  // namespace daguerre
