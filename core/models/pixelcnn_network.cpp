#include "core/models/pixelcnn_network.h"

#include <cmath>

#include "core/base/random.h"
#include "core/base/table.h"

namespace daguerre {
namespace nn = torch::nn;

namespace {

constexpr std::int64_t first_kernel = 7;
// A gate halves small features; this lets the vertical stack, which has no residual, keep them.
constexpr double vertical_gain = 3;

bool ordered(const PixelCnnConfig& config) {
    return config.channels == 3 && head_of(config).ordered;
}

/// The convolutions of a layer, by their sizes.
struct LayerPlan {
    std::int64_t in, features, reach, width;  // width: columns of the horizontal kernel
    bool centre;

    LayerPlan(const PixelCnnConfig& config, bool first)
        : in(first ? config.channels : config.features),
          features(config.features),
          reach((first ? first_kernel : config.kernel) / 2),
          width(0),
          centre(!first || ordered(config)) {
        width = reach + (centre ? 1 : 0);
    }
    std::int64_t rows(bool first) const { return first ? reach : reach + 1; }
    std::int64_t products(bool first) const {
        const std::int64_t both = 2 * features;
        return both * (in * rows(first) * (2 * reach + 1) + both + in * width + features);
    }
};

/// Which third of its block each of n features belongs to: R, G or B.
at::Tensor thirds(std::int64_t n, std::int64_t blocks) {
    return (at::arange(n, at::kLong) % (n / blocks) * 3).floor_divide(n / blocks);
}

/// Lets the last column of a kernel of one row see only channels before the output's own, or in
/// deeper layers its own too. Undefined for channels without an order.
at::Tensor order_mask(const PixelCnnConfig& config, std::int64_t in, std::int64_t out,
                      std::int64_t blocks, std::int64_t width, bool first) {
    if (!ordered(config)) return {};
    const at::Tensor from = thirds(in, 1), to = thirds(out, blocks).unsqueeze(1);
    at::Tensor mask = at::ones({out, in, 1, width});
    mask.select(-1, width - 1).select(-1, 0).copy_(first ? from < to : from <= to);
    return mask;
}

at::Tensor biased(const at::Tensor& x, const at::Tensor& bias) {
    return bias.defined() ? x + bias.to(x.dtype()).unsqueeze(-1).unsqueeze(-1) : x;
}

}  // namespace

const PixelHead& head_of(const PixelCnnConfig& config) {
    return row_named(pixel_heads(), config.head, "head");
}

std::int64_t outputs_of(const PixelCnnConfig& config) {
    return head_of(config).outputs(config.channels, int(config.mixtures));
}

std::int64_t parameter_count(const PixelCnnConfig& config) {
    const std::int64_t width = config.features, outputs = outputs_of(config);
    std::int64_t count = width * width + width + outputs * width + outputs;
    for (std::int64_t i = 0; i < config.layers; ++i) {
        count += LayerPlan(config, i == 0).products(i == 0) + 4 * 2 * width;
        if (config.classes > 0) count += (config.classes + 1) * 4 * width;
    }
    return count;
}

double macs_per_pixel(const PixelCnnConfig& config) {
    const std::int64_t width = config.features;
    double macs = double(width * (width + outputs_of(config)));
    for (std::int64_t i = 0; i < config.layers; ++i)
        macs += double(LayerPlan(config, i == 0).products(i == 0));
    return macs;
}

std::uint64_t kept_bytes_per_pixel(const PixelCnnConfig& config) {
    // Of a layer: what enters the convolutions (vertical 1, link 2, horizontal 1, out 1), tanh and
    // σ of both gates (4), and what dropout kept (1); of the head the answer, its logarithms and
    // their slopes.
    const std::int64_t features = config.features * (10 * config.layers + 3);
    return std::uint64_t(features + 3 * outputs_of(config) + 2 * config.channels) * sizeof(float);
}

MaskedConvImpl::MaskedConvImpl(std::int64_t in, std::int64_t out, std::int64_t height,
                               std::int64_t width, std::int64_t dilation, at::Tensor mask)
    : weight(register_parameter("weight", at::zeros({out, in, height, width}))),
      bias(register_parameter("bias", at::zeros({out}))),
      dilation_(dilation),
      mask_(std::move(mask)) {}

at::Tensor MaskedConvImpl::counting() const {
    return mask_.defined() ? weight * mask_.to(weight.options()) : weight;
}

GatedLayerImpl::GatedLayerImpl(const PixelCnnConfig& config, std::int64_t number)
    : first(number == 0), adds(config.vertical_residual && number > 0), dropout(config.dropout) {
    const LayerPlan plan(config, first);
    const std::int64_t both = 2 * plan.features;
    dilation = first ? 1 : config.dilations[std::size_t(number - 1) % config.dilations.size()];
    reach = plan.reach * dilation;
    centre = plan.centre;
    const auto conv = [&](const char* name, std::int64_t in, std::int64_t height,
                          std::int64_t width, const at::Tensor& mask) {
        return register_module(name, MaskedConv(in, both, height, width, dilation, mask));
    };
    vertical = conv("vertical", plan.in, plan.rows(first), 2 * plan.reach + 1, {});
    link = conv("link", both, 1, 1, {});
    horizontal =
        conv("horizontal", plan.in, 1, plan.width,
             centre ? order_mask(config, plan.in, both, 2, plan.width, first) : at::Tensor());
    out = conv("out", plan.features, 1, 1, order_mask(config, plan.features, both, 2, 1, false));
    if (config.classes > 0)
        class_table = register_module("class_table", nn::Embedding(config.classes + 1, 2 * both));
}

at::Tensor GatedLayerImpl::class_bias(const at::Tensor& labels, bool of_horizontal) {
    if (!class_table) return {};
    return class_table(labels).chunk(2, 1)[of_horizontal ? 1 : 0];
}

GatedLayerImpl::Stacks GatedLayerImpl::forward(const Stacks& before, const at::Tensor& labels) {
    // In the first layer the row, and without an order of channels the pixel, isn't to be seen.
    const at::Tensor above =
        at::constant_pad_nd(before.vertical, {reach, reach, reach, first ? -1 : 0});
    const at::Tensor left = at::constant_pad_nd(before.horizontal, {reach, centre ? 0 : -1});
    const at::Tensor seen = vertical(above);
    const at::Tensor row = horizontal(left) + link(seen);
    at::Tensor kept = gated(biased(row, class_bias(labels, true)), 1);
    if (dropout > 0 && is_training()) kept = at::dropout(kept, dropout, true);
    const std::vector<at::Tensor> both = out(kept).chunk(2, 1);
    const at::Tensor risen = gated(biased(seen, class_bias(labels, false)), 1);
    return {adds ? before.vertical + risen : risen, first ? both[0] : before.horizontal + both[0],
            first ? both[1] : before.skip + both[1]};
}

at::Tensor gated(const at::Tensor& features, std::int64_t axis) {
    const std::vector<at::Tensor> both = features.chunk(2, axis);
    return at::tanh(both[0]) * at::sigmoid(both[1]);
}

PixelCnnImpl::PixelCnnImpl(const PixelCnnConfig& config) : config_(config) {
    nn::ModuleList list;
    for (std::int64_t i = 0; i < config.layers; ++i) {
        layers.emplace_back(config, i);
        list->push_back(layers.back());
    }
    register_module("layers", list);
    const std::int64_t width = config.features, outputs = outputs_of(config);
    mix = register_module(
        "mix", MaskedConv(width, width, 1, 1, 1, order_mask(config, width, width, 1, 1, false)));
    last = register_module("last", MaskedConv(width, outputs, 1, 1, 1,
                                              order_mask(config, width, outputs, 1, 1, false)));
}

at::Tensor PixelCnnImpl::forward(const at::Tensor& x, const at::Tensor& labels) {
    GatedLayerImpl::Stacks stacks{x, x, {}};
    for (GatedLayer& layer : layers) stacks = layer(stacks, labels);
    return last(at::relu(mix(at::relu(stacks.skip))));
}

at::Tensor PixelCnnImpl::answers(const at::Tensor& x, const at::Tensor& labels) {
    return pixel_rows(forward(x, labels));
}

void initialise(PixelCnn& network, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    // The generator keeps the low 32 bits of its seed; mix() lets all 64 count.
    const at::Generator generator = at::detail::createCPUGenerator(mix(seed));
    const auto draw = [&](const at::Tensor& tensor, double deviation) {
        tensor.copy_(at::empty(tensor.sizes()).normal_(0, deviation, generator));
    };
    const auto layer = [&](MaskedConv& conv, double gain) {
        draw(conv->weight, gain / std::sqrt(double(conv->weight[0].numel())));
        conv->bias.zero_();
    };
    const PixelCnnConfig& config = network->config();
    for (GatedLayer& gate : network->layers) {
        layer(gate->vertical, config.vertical_residual ? 1 : vertical_gain);
        layer(gate->link, 1);
        layer(gate->horizontal, 1);
        layer(gate->out, 1);
        if (gate->class_table) draw(gate->class_table->weight, 0.1);
    }
    layer(network->mix, 1);
    network->last->weight.zero_();
    network->last->bias.copy_(head_of(config).first_answer(config.channels, int(config.mixtures)));
}

at::Tensor pixel_rows(const at::Tensor& images) {
    return images.permute({0, 2, 3, 1}).reshape({-1, images.size(1)});
}

}  // namespace daguerre
