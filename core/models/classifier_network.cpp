#include "core/models/classifier_network.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/base/random.h"
#include "core/models/diffusion.h"
#include "core/nn/blocks.h"
#include "core/nn/unet.h"

namespace daguerre {
namespace {

namespace nn = torch::nn;

constexpr std::int64_t widest = 4096, hidden = 128;
constexpr std::size_t most_stages = 8;

/// Stages of a ResNet: their widths. Throws Error for what isn't a list of them.
std::vector<std::int64_t> widths_of(const ClassifierOptions& options, std::int64_t base) {
    const std::vector<int> multiples = numbers_in(options.multiples, "multiples");
    std::vector<std::int64_t> widths;
    for (const int multiple : multiples) widths.push_back(multiple * base);
    if (widths.empty() || widths.size() > most_stages || std::ranges::max(widths) > widest)
        throw Error(
            "multiples is “{text}”; it must be one to {n} whole numbers with commas, such as "
            "1,2,4, and no stage wider than {most}.",
            {{"text", options.multiples}, {"n", most_stages}, {"most", widest}});
    return widths;
}

nn::Conv2d conv3(std::int64_t in, std::int64_t out, std::int64_t stride) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
}

struct BasicBlockImpl : nn::Module {
    BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
        : conv1(register_module("conv1", conv3(in, out, stride))),
          conv2(register_module("conv2", conv3(out, out, 1))),
          bn1(register_module("bn1", nn::BatchNorm2d(out))),
          bn2(register_module("bn2", nn::BatchNorm2d(out))) {
        if (in == out && stride == 1) return;
        shortcut = register_module(
            "shortcut", nn::Conv2d(nn::Conv2dOptions(in, out, 1).stride(stride).bias(false)));
        shortcut_bn = register_module("shortcut_bn", nn::BatchNorm2d(out));
    }

    at::Tensor forward(const at::Tensor& x) {
        const at::Tensor h = bn2(conv2(at::relu(bn1(conv1(x)))));
        return at::relu(h + (shortcut ? shortcut_bn(shortcut(x)) : x));
    }

    nn::Conv2d conv1, conv2, shortcut{nullptr};
    nn::BatchNorm2d bn1, bn2, shortcut_bn{nullptr};
};
TORCH_MODULE(BasicBlock);

struct ResNet : ClassifierNetwork {
    ResNet(const ClassifierOptions& options, const std::vector<std::int64_t>& widths,
           const DataShape& shape)
        : stem(register_module("stem", conv3(shape.channels, widths[0], 1))),
          stem_bn(register_module("stem_bn", nn::BatchNorm2d(widths[0]))),
          fc(register_module("fc", nn::Linear(widths.back(), std::int64_t(shape.classes.size())))),
          dropout(options.dropout) {
        std::int64_t in = widths[0];
        for (std::size_t stage = 0; stage < widths.size(); ++stage)
            for (std::int64_t i = 0; i < options.blocks; ++i) {
                const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
                blocks.push_back(register_module("blocks_" + std::to_string(blocks.size()),
                                                 BasicBlock(in, widths[stage], stride)));
                in = widths[stage];
            }
    }

    Classifier::Answer forward(const at::Tensor& x, const at::Tensor&) override {
        at::Tensor h = at::relu(stem_bn(stem(x)));
        for (BasicBlock& block : blocks) h = block(h);
        const at::Tensor features = h.mean({2, 3});
        return {features.to(at::kFloat),
                fc(at::dropout(features, dropout, is_training())).to(at::kFloat)};
    }

    nn::Conv2d stem;
    nn::BatchNorm2d stem_bn;
    std::vector<BasicBlock> blocks;
    nn::Linear fc;
    double dropout;
};

/// Two convolutions, halving, two dense layers.
struct SimpleCnn : ClassifierNetwork {
    SimpleCnn(const ClassifierOptions& options, std::int64_t base, const DataShape& shape)
        : conv1(register_module("conv1", conv3(shape.channels, base, 1))),
          conv2(register_module("conv2", conv3(base, 2 * base, 1))),
          fc1(register_module("fc1", nn::Linear(flat(base, shape), hidden))),
          fc2(register_module("fc2", nn::Linear(hidden, std::int64_t(shape.classes.size())))),
          dropout(options.dropout) {}

    static std::int64_t flat(std::int64_t base, const DataShape& shape) {
        const std::int64_t side = shape.size / 4;
        return 2 * base * side * side;
    }

    Classifier::Answer forward(const at::Tensor& x, const at::Tensor&) override {
        at::Tensor h = at::max_pool2d(at::relu(conv1(x)), 2);
        h = at::max_pool2d(at::relu(conv2(h)), 2);
        const at::Tensor features = at::relu(fc1(h.flatten(1)));
        return {features.to(at::kFloat),
                fc2(at::dropout(features, dropout, is_training())).to(at::kFloat)};
    }

    nn::Conv2d conv1, conv2;
    nn::Linear fc1, fc2;
    double dropout;
};

UNetConfig encoder_config(const ClassifierOptions& options, std::int64_t base,
                          const DataShape& shape) {
    DiffusionOptions network;
    network.multiples = options.multiples;
    network.layers = options.blocks;
    network.groups = options.groups;
    network.attention = std::to_string(std::max(shape.size / 4, 1));
    DataShape unlabelled = shape;
    unlabelled.classes.clear();
    return diffusion_network(network, base, unlabelled);
}

/// The way down of a UNet and its middle, with the noise level as the UNet is told it.
struct UNetEncoder : ClassifierNetwork {
    UNetEncoder(const ClassifierOptions& options, const UNetConfig& config, const DataShape& shape)
        : config_(config), dropout(options.dropout) {
        const UNetPlan plan = plan_of(config);
        const int first = config.block_out_channels.front();
        const int last = config.block_out_channels.back();
        time_width = plan.time_width;
        conv_in = register_module(
            "conv_in", nn::Conv2d(nn::Conv2dOptions(config.in_channels, first, 3).padding(1)));
        time_embedding =
            register_module("time_embedding", TimeEmbedding(plan.time_width, plan.embedding_width));
        for (const auto* part : {&plan.down, &plan.middle})
            for (const BlockPlan& block : *part)
                blocks.push_back(register_module("blocks_" + std::to_string(blocks.size()),
                                                 UNetBlock(block, config, plan.embedding_width)));
        norm = register_module("norm", nn::GroupNorm(config.norm_num_groups, last));
        fc = register_module("fc", nn::Linear(last, std::int64_t(shape.classes.size())));
    }

    Classifier::Answer forward(const at::Tensor& x, const at::Tensor& t) override {
        const at::Tensor embedding = time_embedding(
            sinusoids(t, time_width, config_.freq_shift, config_.flip_sin_to_cos).to(x.dtype()));
        at::Tensor h = conv_in(x);
        for (UNetBlock& block : blocks) {
            for (int i = 0; i < block->layers(); ++i) h = block->layer(i, h, embedding);
            if (block->resamples()) h = block->resample(h, embedding);
        }
        const at::Tensor features = at::silu(norm(h)).mean({2, 3});
        return {features.to(at::kFloat),
                fc(at::dropout(features, dropout, is_training())).to(at::kFloat)};
    }

    UNetConfig config_;
    double dropout;
    int time_width = 0;
    nn::Conv2d conv_in{nullptr};
    TimeEmbedding time_embedding{nullptr};
    std::vector<UNetBlock> blocks;
    nn::GroupNorm norm{nullptr};
    nn::Linear fc{nullptr};
};

ClassifierSize size_of_resnet(const ClassifierOptions& options,
                              const std::vector<std::int64_t>& widths, const DataShape& shape) {
    ClassifierSize size;
    std::int64_t in = widths[0], side = shape.size;
    size.parameters = shape.channels * 9 * in + 2 * in;
    size.kept_floats = std::uint64_t(3 * side * side * in);
    for (std::size_t stage = 0; stage < widths.size(); ++stage) {
        const std::int64_t out = widths[stage];
        if (stage > 0) side = (side + 1) / 2;
        for (std::int64_t i = 0; i < options.blocks; ++i, in = out) {
            const bool cut = in != out || (stage > 0 && i == 0);
            size.parameters += 9 * out * (in + out) + 4 * out + (cut ? in * out + 2 * out : 0);
            size.kept_floats += std::uint64_t((cut ? 9 : 7) * side * side * out);
        }
    }
    size.parameters += (in + 1) * std::int64_t(shape.classes.size());
    return size;
}

ClassifierSize size_of_simple(std::int64_t base, const DataShape& shape) {
    const std::int64_t flat = SimpleCnn::flat(base, shape), side = shape.size;
    return {9 * base * (shape.channels + 2 * base) + (flat + 1) * hidden +
                (hidden + 1) * std::int64_t(shape.classes.size()),
            std::uint64_t(side * side * base * 4)};
}

void check_classes(const DataShape& shape) {
    if (shape.classes.size() >= 2) return;
    throw Error(
        "A classifier needs images of at least two classes, which “{id}” doesn't have. Sort them "
        "into two or more sub-folders, one for each class.",
        {{"id", shape.dataset.id}});
}

/// Uniform within 1/√(inputs) for dense layers, normal with √(2 / outputs) for convolutions.
/// Source: He et al. 2015 (arXiv:1502.01852), eq. 14.
void initialise_layers(ClassifierNetwork& network, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(mix(seed));
    for (const auto& module : network.modules(false)) {
        if (auto* conv = module->as<nn::Conv2d>()) {
            const auto fan_out = double(conv->weight.numel() / conv->weight.size(1));
            conv->weight.normal_(0, std::sqrt(2 / fan_out), generator);
            if (conv->bias.defined()) conv->bias.zero_();
        }
        if (auto* linear = module->as<nn::Linear>()) {
            const double bound = 1 / std::sqrt(double(linear->weight.size(1)));
            linear->weight.uniform_(-bound, bound, generator);
            linear->bias.uniform_(-bound, bound, generator);
        }
    }
}

}  // namespace

ClassifierSize classifier_size(const ClassifierOptions& options, std::int64_t base_channels,
                               const DataShape& shape) {
    check_classes(shape);
    if (options.noisy() != (options.backbone == "unet"))
        throw Error(
            "Noisy images need the network “unet”, and clean ones another: set backbone=unet and "
            "noise_schedule together, or leave both.");
    if (options.zero_terminal_snr && !options.noisy())
        throw Error("Clean images have no last noise level: leave zero_terminal_snr out.");
    if (options.backbone == "unet") {
        // The way up, which isn't built, has more than the last layer.
        const UNetConfig config = encoder_config(options, base_channels, shape);
        return {parameter_count(config), kept_bytes(config) / sizeof(float)};
    }
    if (shape.size < 8)
        throw Error("A classifier needs images of at least 8 pixels; these have {n}.",
                    {{"n", shape.size}});
    if (options.backbone == "simple") return size_of_simple(base_channels, shape);
    return size_of_resnet(options, widths_of(options, base_channels), shape);
}

std::shared_ptr<ClassifierNetwork> classifier_network(const ClassifierOptions& options,
                                                      std::int64_t base_channels,
                                                      const DataShape& shape, std::uint64_t seed) {
    classifier_size(options, base_channels, shape);
    std::shared_ptr<ClassifierNetwork> network;
    if (options.backbone == "unet")
        network = std::make_shared<UNetEncoder>(
            options, encoder_config(options, base_channels, shape), shape);
    else if (options.backbone == "simple")
        network = std::make_shared<SimpleCnn>(options, base_channels, shape);
    else
        network = std::make_shared<ResNet>(options, widths_of(options, base_channels), shape);
    initialise_layers(*network, seed);
    return network;
}

NoiseSchedule schedule_of(const ClassifierOptions& options) {
    NoiseScheduleOptions wanted;
    wanted.id = options.noise_schedule;
    wanted.zero_terminal_snr = options.zero_terminal_snr;
    return noise_schedule(wanted);
}

}  // namespace daguerre
