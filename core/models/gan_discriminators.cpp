#include "core/models/gan_networks.h"

#include <cmath>

#include "core/base/error.h"
#include "core/models/gan_layers.h"

namespace daguerre {
namespace {

constexpr double mlp_dropout = 0.3;
constexpr double first_shift = 0.1;  // deviation of what a class adds to a layer at first

at::Tensor halved(const at::Tensor& x) { return at::avg_pool2d(x, 2); }

std::vector<std::int64_t> mlp_discriminator_widths(const GanConfig& config) {
    const std::int64_t last = config.d_channels;
    if (config.size <= 32) return {2 * last, last};
    return {4 * last, 2 * last, last};
}

class MlpDiscriminator : public Discriminator {
public:
    MlpDiscriminator(const GanConfig& config, const at::Device& device) {
        const LayerMaker make(*this, device, config.spectral_norm);
        std::int64_t in = values_of_image(config);
        if (config.classes > 0) {
            classes_ = make.classes("classes", config.classes, class_width, 1);
            in += class_width;
        }
        for (const std::int64_t out : mlp_discriminator_widths(config)) {
            hidden_.push_back(make.linear(numbered("hidden_", hidden_.size()), in, out));
            in = out;
        }
        last_ = make.linear("last", in, 1);
    }

    at::Tensor forward(const at::Tensor& images, const at::Tensor& labels) override {
        at::Tensor x = images.flatten(1);
        if (classes_) x = at::cat({x, classes_(labels).to(x.dtype())}, 1);
        for (GanLayer& layer : hidden_)
            x = at::dropout(leaky(layer(x)), mlp_dropout, is_training());
        return last_(x).squeeze(1).to(at::kFloat);
    }

private:
    ClassVectors classes_{nullptr};
    std::vector<GanLayer> hidden_;
    GanLayer last_{nullptr};
};

// Radford et al. 2016 (arXiv:1511.06434), section 3. What an image's class adds to every layer is
// the shift of Perez et al. 2018 (arXiv:1709.07871), eq. 1, without the scale.
class DcganDiscriminator : public Discriminator {
public:
    DcganDiscriminator(const GanConfig& config, const at::Device& device) {
        const LayerMaker make(*this, device, config.spectral_norm);
        std::int64_t in = config.channels;
        const int last = base_side(config.size);
        for (int side = config.size / 2; side >= last; side /= 2) {
            const std::int64_t out =
                width_of(config.d_channels, config.widest, config.size / 2, side);
            const std::size_t i = layers_.size();
            const bool normed = config.d_norm && i > 0;
            layers_.push_back(make.conv(numbered("layer_", i), in, out, 4, 2, 1, !normed));
            norms_.push_back(normed ? make.norm(numbered("norm_", i), out, false)
                                    : BatchNorm(nullptr));
            if (config.classes > 0)
                shifts_.push_back(
                    make.classes(numbered("shift_", i), config.classes, out, first_shift));
            in = out;
        }
        last_ = make.conv("last", in, 1, last, 1, 0);
    }

    at::Tensor forward(const at::Tensor& images, const at::Tensor& labels) override {
        at::Tensor x = images;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            x = layers_[i](x);
            if (norms_[i]) x = norms_[i](x);
            if (!shifts_.empty())
                x = x + shifts_[i](labels).to(x.dtype()).view({-1, x.size(1), 1, 1});
            x = leaky(x);
        }
        return last_(x).flatten().to(at::kFloat);
    }

private:
    std::vector<GanLayer> layers_;
    std::vector<BatchNorm> norms_;      // null: none after this layer
    std::vector<ClassVectors> shifts_;  // one a layer; empty: no classes
    GanLayer last_{nullptr};
};

// The residual critic of Miyato et al. 2018 (arXiv:1802.05957), table 4 and figure 9.

/// With spectral norm it is the paper's own. Without, nothing holds the layers at a size: a sum
/// over all pixels would let one step turn every answer, a mean hides what is real, and ReLUs die.
using Activation = at::Tensor (*)(const at::Tensor&);

struct DownBlockOptions {
    std::int64_t in, out;
    bool first, halves;  // first: of images, which don't begin with a ReLU
};

/// To half the side, or at the same one.
struct DownBlockImpl : torch::nn::Module {
    DownBlockImpl(const DownBlockOptions& chosen, const at::Device& device, bool spectral_norm)
        : options(chosen), active(spectral_norm ? at::relu : leaky) {
        const LayerMaker make(*this, device, spectral_norm);
        conv_1 = make.conv("conv_1", options.in, options.out, 3, 1, 1);
        conv_2 = make.conv("conv_2", options.out, options.out, 3, 1, 1);
        if (options.in != options.out || options.halves)
            shortcut = make.conv("shortcut", options.in, options.out, 1, 1, 0);
    }
    at::Tensor forward(const at::Tensor& x) {
        at::Tensor h = conv_2(active(conv_1(options.first ? x : active(x))));
        at::Tensor direct = x;
        if (options.halves) {
            h = halved(h);
            direct = halved(direct);
        }
        return h + (shortcut ? shortcut(direct) : direct);
    }

    DownBlockOptions options;
    Activation active;
    GanLayer conv_1{nullptr}, conv_2{nullptr}, shortcut{nullptr};
};
TORCH_MODULE(DownBlock);

/// The blocks of resnet's discriminator: halving down to 8 pixels or fewer, then two flat ones.
std::vector<std::pair<int, DownBlockOptions>> down_blocks(const GanConfig& config) {
    std::vector<std::pair<int, DownBlockOptions>> blocks;  // with the side of what comes in
    std::int64_t in = config.channels;
    const auto add = [&](int side, int below, bool halves) {
        const std::int64_t out = width_of(config.d_channels, config.widest, config.size / 2, below);
        blocks.push_back({side, {in, out, blocks.empty(), halves}});
        in = out;
    };
    int side = config.size;
    for (; side % 2 == 0 && (side > 8 || blocks.empty()); side /= 2) add(side, side / 2, true);
    add(side, side, false);
    add(side, side, false);
    return blocks;
}

class ResnetDiscriminator : public Discriminator {
public:
    ResnetDiscriminator(const GanConfig& config, const at::Device& device)
        : spectral_norm_(config.spectral_norm), active_(spectral_norm_ ? at::relu : leaky) {
        const LayerMaker make(*this, device, config.spectral_norm);
        std::int64_t width = 0;
        for (const auto& [side, options] : down_blocks(config)) {
            blocks_.push_back(register_module(numbered("block_", blocks_.size()),
                                              DownBlock(options, device, config.spectral_norm)));
            width = options.out;
        }
        last_ = make.linear("last", width, 1);
        if (config.classes > 0)
            classes_ = make.classes("classes", config.classes, width, 1 / std::sqrt(double(width)));
    }

    /// Classes by projection: Miyato and Koyama 2018 (arXiv:1802.05637), eq. 4.
    at::Tensor forward(const at::Tensor& images, const at::Tensor& labels) override {
        at::Tensor x = images;
        for (DownBlock& block : blocks_) x = block(x);
        at::Tensor features = active_(x).sum({2, 3}, false, at::kFloat);
        if (!spectral_norm_) features = features / std::sqrt(double(x.size(2) * x.size(3)));
        const at::Tensor logits = last_(features).squeeze(1).to(at::kFloat);
        return classes_ ? logits + (classes_(labels) * features).sum(1) : logits;
    }

private:
    bool spectral_norm_;
    Activation active_;
    std::vector<DownBlock> blocks_;
    GanLayer last_{nullptr};
    ClassVectors classes_{nullptr};
};

}  // namespace

std::shared_ptr<Discriminator> make_discriminator(const GanConfig& config,
                                                  const at::Device& device) {
    if (config.backbone == "mlp") return std::make_shared<MlpDiscriminator>(config, device);
    require(base_side(config.size) > 0, "a side that the backbone can judge");
    if (config.backbone == "dcgan") return std::make_shared<DcganDiscriminator>(config, device);
    return std::make_shared<ResnetDiscriminator>(config, device);
}

std::uint64_t kept_by_discriminator(const GanConfig& config) {
    std::int64_t values = values_of_image(config);
    if (config.backbone == "mlp") {
        for (const std::int64_t width : mlp_discriminator_widths(config)) values += 4 * width;
        return std::uint64_t(values);
    }
    if (config.backbone == "resnet") {
        for (const auto& [side, block] : down_blocks(config))
            values += std::int64_t(side) * side * (2 * block.in + 3 * block.out);
        return std::uint64_t(values);
    }
    for (int side = config.size / 2; side >= base_side(config.size); side /= 2)
        values += 3 * std::int64_t(side) * side *
                  width_of(config.d_channels, config.widest, config.size / 2, side);
    return std::uint64_t(values);
}

}  // namespace daguerre
