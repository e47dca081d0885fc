#include "core/models/gan_networks.h"

#include "core/base/error.h"
#include "core/models/gan_layers.h"

namespace daguerre {
namespace {

at::Tensor enlarged(const at::Tensor& x) {
    return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

std::vector<std::int64_t> mlp_generator_widths(const GanConfig& config) {
    const std::int64_t first = config.base_channels;
    return {first, 2 * first, 4 * first};
}

class MlpGenerator : public Generator {
public:
    MlpGenerator(const GanConfig& config, const at::Device& device)
        : Generator(config, device), config_(config) {
        const LayerMaker make(*this, device, false);
        std::int64_t in = code_width_;
        for (const std::int64_t out : mlp_generator_widths(config)) {
            hidden_.push_back(make.linear(numbered("hidden_", hidden_.size()), in, out));
            in = out;
        }
        last_ = make.linear("last", in, values_of_image(config));
    }

private:
    at::Tensor decode(const at::Tensor& code) override {
        at::Tensor x = code;
        for (GanLayer& layer : hidden_) x = leaky(layer(x));
        return last_(x).view({-1, config_.channels, config_.size, config_.size});
    }

    GanConfig config_;
    std::vector<GanLayer> hidden_;
    GanLayer last_{nullptr};
};

// Radford et al. 2016 (arXiv:1511.06434), section 3.
class DcganGenerator : public Generator {
public:
    DcganGenerator(const GanConfig& config, const at::Device& device) : Generator(config, device) {
        const LayerMaker make(*this, device, false);
        const auto width = [&](int side) {
            return width_of(config.base_channels, config.widest, config.size / 2, side);
        };
        int side = base_side(config.size);
        layers_.push_back(make.transposed("layer_0", code_width_, width(side), side, 1, 0, false));
        for (; side < config.size; side *= 2) {
            const std::size_t i = layers_.size();
            const bool last = 2 * side == config.size;
            norms_.push_back(make.norm(numbered("norm_", i - 1), width(side), true));
            layers_.push_back(make.transposed(numbered("layer_", i), width(side),
                                              last ? config.channels : width(2 * side), 4, 2, 1,
                                              last));
        }
    }

private:
    at::Tensor decode(const at::Tensor& code) override {
        at::Tensor x = layers_[0](code.view({code.size(0), -1, 1, 1}));
        for (std::size_t i = 0; i < norms_.size(); ++i) x = layers_[i + 1](at::relu(norms_[i](x)));
        return x;
    }

    std::vector<GanLayer> layers_;
    std::vector<BatchNorm> norms_;  // one before each layer but the first
};

// Miyato et al. 2018 (arXiv:1802.05957), table 4 and figure 9.
/// To twice the side. 1x1 convolution and enlarging may change places, and are quicker so.
struct UpBlockImpl : torch::nn::Module {
    UpBlockImpl(std::int64_t in, std::int64_t out, const at::Device& device) {
        const LayerMaker make(*this, device, false);
        norm_1 = make.norm("norm_1", in, true);
        conv_1 = make.conv("conv_1", in, out, 3, 1, 1, false);
        norm_2 = make.norm("norm_2", out, true);
        conv_2 = make.conv("conv_2", out, out, 3, 1, 1);
        shortcut = make.conv("shortcut", in, out, 1, 1, 0);
    }
    at::Tensor forward(const at::Tensor& x) {
        const at::Tensor h = conv_1(enlarged(at::relu(norm_1(x))));
        return conv_2(at::relu(norm_2(h))) + enlarged(shortcut(x));
    }

    BatchNorm norm_1{nullptr}, norm_2{nullptr};
    GanLayer conv_1{nullptr}, conv_2{nullptr}, shortcut{nullptr};
};
TORCH_MODULE(UpBlock);

class ResnetGenerator : public Generator {
public:
    ResnetGenerator(const GanConfig& config, const at::Device& device)
        : Generator(config, device), side_(base_side(config.size)) {
        const LayerMaker make(*this, device, false);
        const auto width = [&](int side) {
            return width_of(config.base_channels, config.widest, config.size, side);
        };
        first_ = make.linear("first", code_width_, width(side_) * side_ * side_);
        for (int side = side_; side < config.size; side *= 2)
            blocks_.push_back(register_module(numbered("block_", blocks_.size()),
                                              UpBlock(width(side), width(2 * side), device)));
        norm_ = make.norm("norm", config.base_channels, true);
        last_ = make.conv("last", config.base_channels, config.channels, 3, 1, 1);
    }

private:
    at::Tensor decode(const at::Tensor& code) override {
        at::Tensor x = first_(code).view({code.size(0), -1, side_, side_});
        for (UpBlock& block : blocks_) x = block(x);
        return last_(at::relu(norm_(x)));
    }

    int side_;
    GanLayer first_{nullptr}, last_{nullptr};
    std::vector<UpBlock> blocks_;
    BatchNorm norm_{nullptr};
};

}  // namespace

Generator::Generator(const GanConfig& config, const at::Device& device)
    : code_width_(config.latent + (config.classes > 0 ? class_width : 0)) {
    if (config.classes > 0)
        classes_ =
            LayerMaker(*this, device, false).classes("classes", config.classes, class_width, 1);
}

at::Tensor Generator::class_vectors(const at::Tensor& labels) {
    return classes_ ? classes_(labels) : at::Tensor();
}

at::Tensor Generator::forward(const at::Tensor& z, const at::Tensor& vectors) {
    const at::Tensor code = vectors.defined() ? at::cat({z, vectors.to(z.dtype())}, 1) : z;
    return decode(code).to(at::kFloat).tanh();
}

std::shared_ptr<Generator> make_generator(const GanConfig& config, const at::Device& device) {
    if (config.backbone == "mlp") return std::make_shared<MlpGenerator>(config, device);
    require(base_side(config.size) > 0, "a side that the backbone can make");
    if (config.backbone == "dcgan") return std::make_shared<DcganGenerator>(config, device);
    return std::make_shared<ResnetGenerator>(config, device);
}

std::uint64_t kept_by_generator(const GanConfig& config) {
    std::int64_t values = 2 * values_of_image(config);
    if (config.backbone == "mlp") {
        for (const std::int64_t width : mlp_generator_widths(config)) values += 2 * width;
        return std::uint64_t(values);
    }
    const bool dcgan = config.backbone == "dcgan";
    const auto width = [&](int side) {
        return width_of(config.base_channels, config.widest, dcgan ? config.size / 2 : config.size,
                        side);
    };
    for (int side = base_side(config.size); side < config.size; side *= 2) {
        const std::int64_t pixels = std::int64_t(side) * side;
        // What enters the norms, ReLUs and convolutions; the larger sides are those after it.
        values +=
            dcgan ? 3 * pixels * width(side) : pixels * (6 * width(side) + 4 * 4 * width(2 * side));
    }
    // The widest side once more: of dcgan its gradients on their way back, of resnet what its last
    // norm and ReLU keep.
    values += dcgan ? 3 * std::int64_t(config.size / 2) * (config.size / 2) * width(config.size / 2)
                    : 2 * values_of_image(config) / config.channels * config.base_channels;
    return std::uint64_t(values);
}

}  // namespace daguerre
