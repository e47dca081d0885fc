#include "core/nn/unet.h"

#include <cmath>

#include "core/base/machine.h"
#include "core/base/random.h"
#include "core/nn/blocks.h"
#include "core/nn/group_norm.h"

namespace daguerre {
namespace nn = torch::nn;

namespace {

void require_memory(const UNetConfig& config) {
    const std::uint64_t need = std::uint64_t(parameter_count(config)) * 4;
    const std::uint64_t available = memory_available();
    if (need <= available) return;
    throw Error(
        "A network of {n} weights needs {need} MiB of memory; {free} MiB are free. Choose fewer or "
        "narrower levels.",
        {{"n", parameter_count(config)}, {"need", need >> 20}, {"free", available >> 20}});
}

}  // namespace

struct UNetImpl::Parts {
    nn::Conv2d conv_in{nullptr}, conv_out{nullptr};
    FourierProjection fourier{nullptr};
    nn::Embedding learned{nullptr}, class_table{nullptr};
    TimeEmbedding time_embedding{nullptr}, class_time{nullptr};
    std::vector<UNetBlock> down, middle, up;
    nn::GroupNorm conv_norm_out{nullptr};

    at::Tensor projected(const at::Tensor& t, const UNetConfig& config);
    at::Tensor embedding(const at::Tensor& t, const at::Tensor& labels, const UNetConfig& config);
};

UNetImpl::UNetImpl(const UNetConfig& config) : config_(config), parts_(std::make_unique<Parts>()) {
    require_memory(config);
    const UNetPlan plan = plan_of(config);
    const int first = config.block_out_channels.front(), width = plan.embedding_width;
    Parts& p = *parts_;
    p.conv_in = register_module(
        "conv_in", nn::Conv2d(nn::Conv2dOptions(config.in_channels, first, 3).padding(1)));
    if (config.time_embedding_type == "fourier")
        p.fourier = register_module("time_proj", FourierProjection(first));
    else if (config.time_embedding_type == "learned")
        p.learned = register_module("time_proj", nn::Embedding(config.num_train_timesteps, first));
    p.time_embedding = register_module("time_embedding", TimeEmbedding(plan.time_width, width));
    if (config.class_embed_type == "timestep")
        p.class_time = register_module("class_embedding", TimeEmbedding(plan.time_width, width));
    else if (config.num_class_embeds > 0)
        p.class_table =
            register_module("class_embedding", nn::Embedding(config.num_class_embeds, width));
    const auto build = [&](const std::vector<BlockPlan>& plans, std::vector<UNetBlock>& blocks,
                           const char* name) {
        nn::ModuleList list;
        for (const BlockPlan& block : plans) {
            blocks.emplace_back(block, config, width);
            list->push_back(blocks.back());
        }
        if (std::string(name) != "mid_block")
            register_module(name, list);
        else if (!blocks.empty())
            register_module(name, blocks.front());
    };
    build(plan.down, p.down, "down_blocks");
    build(plan.middle, p.middle, "mid_block");
    build(plan.up, p.up, "up_blocks");
    p.conv_norm_out = register_module(
        "conv_norm_out",
        nn::GroupNorm(nn::GroupNormOptions(config.norm_num_groups, first).eps(config.norm_eps)));
    p.conv_out = register_module(
        "conv_out", nn::Conv2d(nn::Conv2dOptions(first, config.out_channels, 3).padding(1)));
}

UNetImpl::~UNetImpl() = default;

at::Tensor UNetImpl::Parts::projected(const at::Tensor& t, const UNetConfig& config) {
    if (fourier) return fourier(t);
    if (learned) return learned(at::round(t).to(at::kLong));
    return sinusoids(t, config.block_out_channels.front(), config.freq_shift,
                     config.flip_sin_to_cos);
}

at::Tensor UNetImpl::Parts::embedding(const at::Tensor& t, const at::Tensor& labels,
                                      const UNetConfig& config) {
    const auto dtype = time_embedding->linear_1->weight.dtype();
    const at::Tensor time = time_embedding(projected(t, config).to(dtype));
    if (class_table && labels.dim() == 2)
        return time + at::matmul(labels.to(dtype), class_table->weight);
    if (class_table) return time + class_table(labels);
    if (class_time) return time + class_time(projected(labels, config).to(dtype));
    return time;
}

at::Tensor UNetImpl::forward(const at::Tensor& x, const at::Tensor& t, const at::Tensor& labels) {
    Parts& p = *parts_;
    require(labels.defined() == (p.class_table || p.class_time),
            "a UNet takes labels exactly when it has classes");
    const at::Tensor embedding = p.embedding(t, labels, config_);
    at::Tensor h = config_.center_input_sample ? 2 * x - 1 : x;
    // A GPU's convolutions keep the layout they are given.
    if (x.is_cuda() && prefers_channels_last(x)) h = h.contiguous(at::MemoryFormat::ChannelsLast);
    h = p.conv_in(h);
    if (prefers_channels_last(h)) h = h.contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<at::Tensor> skips{h};
    for (UNetBlock& block : p.down) {
        for (int i = 0; i < block->layers(); ++i)
            skips.push_back(h = block->layer(i, h, embedding));
        if (block->resamples()) skips.push_back(h = block->resample(h, embedding));
    }
    for (UNetBlock& block : p.middle)
        for (int i = 0; i < block->layers(); ++i) h = block->layer(i, h, embedding);
    for (UNetBlock& block : p.up) {
        for (int i = 0; i < block->layers(); ++i) {
            h = block->layer(i, at::cat({h, skips.back()}, 1), embedding);
            skips.pop_back();
        }
        if (block->resamples()) h = block->resample(h, embedding);
    }
    h = p.conv_out(group_norm_silu(h, p.conv_norm_out));
    if (p.fourier) h = h / t.view({-1, 1, 1, 1});
    return h.to(x.scalar_type()).contiguous();
}

void initialise(UNet& network, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    // The generator keeps the low 32 bits of its seed; mix() lets all 64 count.
    const at::Generator generator = at::detail::createCPUGenerator(mix(seed));
    const auto drawn = [&](const at::Tensor& tensor, auto draw) {
        at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
        draw(values);
        tensor.copy_(values);
    };
    // Uniform within 1/√(inputs) is what torch's Conv2d and Linear draw (He et al. 2015,
    // arXiv:1502.01852, with a = √5).
    const auto layer = [&](auto& module) {
        const double bound = 1 / std::sqrt(double(module.weight[0].numel()));
        for (const at::Tensor& tensor : {module.weight, module.bias})
            drawn(tensor, [&](at::Tensor& v) { v.uniform_(-bound, bound, generator); });
    };
    const auto normal = [&](const at::Tensor& tensor, double deviation) {
        drawn(tensor, [&](at::Tensor& v) { v.normal_(0, deviation, generator); });
    };
    for (const auto& module : network->modules(false)) {
        if (auto* conv = module->as<nn::Conv2d>()) layer(*conv);
        if (auto* linear = module->as<nn::Linear>()) layer(*linear);
        if (auto* table = module->as<nn::Embedding>()) normal(table->weight, 1);
        if (auto* fourier = module->as<FourierProjection>()) normal(fourier->weight, 16);
        if (auto* norm = module->as<nn::GroupNorm>()) norm->reset_parameters();
    }
    for (const auto& item : network->named_parameters())
        for (const char* zeroed : {"conv2.weight", "conv2.bias", "to_out.0.weight", "to_out.0.bias",
                                   "conv_out.weight", "conv_out.bias"})
            if (item.key().ends_with(zeroed)) item.value().zero_();
}

}  // namespace daguerre
