#include "core/nn/unet_plan.h"

#include <algorithm>

namespace daguerre {
namespace {

bool has_attention(const std::string& type) { return type.starts_with("Attn"); }

AttentionPlan attention_plan(const UNetConfig& config, int width, int groups) {
    return {width, config.attention_head_dim == 0 ? 1 : width / config.attention_head_dim, groups};
}

BlockPlan down_plan(const UNetConfig& config, std::size_t i) {
    const std::string& type = config.down_block_types[i];
    const int width = config.block_out_channels[i];
    BlockPlan block{.name = "down_blocks." + std::to_string(i), .width = width};
    int in = i == 0 ? width : config.block_out_channels[i - 1];
    for (int j = 0; j < config.layers_per_block; ++j) {
        block.resnets.push_back({in, width});
        in = width;
        if (has_attention(type))
            block.attentions.push_back(attention_plan(config, width, config.norm_num_groups));
    }
    if (i + 1 < config.block_out_channels.size())
        block.resample = has_attention(type) && config.downsample_type == "resnet"
                             ? Resample::ResnetDown
                             : Resample::ConvDown;
    return block;
}

BlockPlan middle_plan(const UNetConfig& config) {
    const int width = config.block_out_channels.back();
    BlockPlan block{.name = "mid_block", .resnets = {{width, width}, {width, width}}};
    block.width = width;
    block.scale = config.mid_block_scale_factor;
    const int without = config.resnet_time_scale_shift == "default" ? config.norm_num_groups : 0;
    const int groups = config.attn_norm_num_groups > 0 ? config.attn_norm_num_groups : without;
    if (config.add_attention) block.attentions = {attention_plan(config, width, groups)};
    return block;
}

BlockPlan up_plan(const UNetConfig& config, std::size_t i) {
    const std::string& type = config.up_block_types[i];
    const std::vector<int>& widths = config.block_out_channels;
    const std::size_t level = widths.size() - 1 - i;
    const int width = widths[level];
    BlockPlan block{.name = "up_blocks." + std::to_string(i), .width = width};
    int in = i == 0 ? width : widths[level + 1];
    for (int j = 0; j <= config.layers_per_block; ++j) {
        const bool last = j == config.layers_per_block;
        const int skip = last && level > 0 ? widths[level - 1] : width;
        block.resnets.push_back({in + skip, width});
        in = width;
        if (has_attention(type))
            block.attentions.push_back(attention_plan(config, width, config.norm_num_groups));
    }
    if (level > 0)
        block.resample = has_attention(type) && config.upsample_type == "resnet"
                             ? Resample::ResnetUp
                             : Resample::ConvUp;
    return block;
}

std::int64_t linear_count(std::int64_t in, std::int64_t out) { return in * out + out; }
std::int64_t conv_count(std::int64_t in, std::int64_t out, int side) {
    return in * out * side * side + out;
}

std::int64_t resnet_count(const ResnetPlan& resnet, const UNetConfig& config, int embedding) {
    const bool scales = config.resnet_time_scale_shift == "scale_shift";
    return 2 * resnet.in + conv_count(resnet.in, resnet.out, 3) +
           linear_count(embedding, scales ? 2 * resnet.out : resnet.out) + 2 * resnet.out +
           conv_count(resnet.out, resnet.out, 3) +
           (resnet.in == resnet.out ? 0 : conv_count(resnet.in, resnet.out, 1));
}

std::int64_t block_count(const BlockPlan& block, const UNetConfig& config, int embedding) {
    std::int64_t count = 0;
    for (const ResnetPlan& resnet : block.resnets) count += resnet_count(resnet, config, embedding);
    for (const AttentionPlan& attention : block.attentions)
        count += (attention.groups > 0 ? 2 * attention.width : 0) +
                 4 * linear_count(attention.width, attention.width);
    if (block.resample == Resample::ConvDown || block.resample == Resample::ConvUp)
        count += conv_count(block.width, block.width, 3);
    else if (block.resample != Resample::None)
        count += resnet_count({block.width, block.width, block.resample}, config, embedding);
    return count;
}

/// Multiply-adds of a ResnetBlock whose convolutions run on `pixels` pixels.
double resnet_macs(const ResnetPlan& resnet, const UNetConfig& config, int embedding,
                   double pixels) {
    const double in = resnet.in, out = resnet.out;
    const double shifts = config.resnet_time_scale_shift == "scale_shift" ? 2 * out : out;
    return pixels * (9 * in * out + 9 * out * out + (in == out ? 0 : in * out)) +
           embedding * shifts;
}

/// Adds one block's multiply-adds; `pixels` becomes the number of pixels after it.
double block_macs(const BlockPlan& block, const UNetConfig& config, int embedding, double& pixels) {
    double macs = 0;
    for (const ResnetPlan& resnet : block.resnets)
        macs += resnet_macs(resnet, config, embedding, pixels);
    for (const AttentionPlan& attention : block.attentions) {
        const double width = attention.width;
        macs += pixels * 4 * width * width + 2 * pixels * pixels * width;
    }
    if (block.resample == Resample::None) return macs;
    const bool down =
        block.resample == Resample::ConvDown || block.resample == Resample::ResnetDown;
    pixels *= down ? 0.25 : 4;
    if (block.resample == Resample::ConvDown || block.resample == Resample::ConvUp)
        return macs + pixels * 9 * double(block.width) * block.width;
    return macs + resnet_macs({block.width, block.width}, config, embedding, pixels);
}

}  // namespace

UNetPlan plan_of(const UNetConfig& config) {
    UNetPlan plan;
    const int first = config.block_out_channels.front();
    plan.time_width = config.time_embedding_type == "fourier" ? 2 * first : first;
    plan.embedding_width = config.time_embedding_dim > 0 ? config.time_embedding_dim : 4 * first;
    const std::size_t levels = config.block_out_channels.size();
    for (std::size_t i = 0; i < levels; ++i) plan.down.push_back(down_plan(config, i));
    if (!config.mid_block_type.empty()) plan.middle.push_back(middle_plan(config));
    for (std::size_t i = 0; i < levels; ++i) plan.up.push_back(up_plan(config, i));
    return plan;
}

std::int64_t parameter_count(const UNetConfig& config) {
    const UNetPlan plan = plan_of(config);
    const int first = config.block_out_channels.front(), embedding = plan.embedding_width;
    const std::int64_t time_layers =
        linear_count(plan.time_width, embedding) + linear_count(embedding, embedding);
    std::int64_t count = conv_count(config.in_channels, first, 3) + time_layers + 2 * first +
                         conv_count(first, config.out_channels, 3);
    if (config.time_embedding_type == "learned")
        count += std::int64_t(config.num_train_timesteps) * first;
    if (config.class_embed_type == "timestep")
        count += time_layers;
    else
        count += std::int64_t(config.num_class_embeds) * embedding;
    for (const auto* blocks : {&plan.down, &plan.middle, &plan.up})
        for (const BlockPlan& block : *blocks) count += block_count(block, config, embedding);
    return count;
}

double macs_per_image(const UNetConfig& config, int height, int width) {
    const UNetPlan plan = plan_of(config);
    const double first = config.block_out_channels.front(), embedding = plan.embedding_width;
    double pixels = double(height) * width;
    double macs = pixels * 9 * first * (config.in_channels + config.out_channels) +
                  (plan.time_width + embedding) * embedding;
    for (const auto* blocks : {&plan.down, &plan.middle, &plan.up})
        for (const BlockPlan& block : *blocks)
            macs += block_macs(block, config, plan.embedding_width, pixels);
    return macs;
}

void check_size(const UNetConfig& config, int height, int width) {
    const int halvings = int(config.block_out_channels.size()) - 1;
    const int step = 1 << halvings;
    if (height > 0 && width > 0 && height % step == 0 && width % step == 0) return;
    int levels = 1;
    while (height % (1 << levels) == 0 && width % (1 << levels) == 0 && levels < halvings) ++levels;
    const auto padded = [step](int side) { return std::max((side + step - 1) / step, 1) * step; };
    throw Error(
        "{w} x {h} can't be halved {n} times, as a network of {have} levels needs. Use {levels} "
        "levels, or pad to {to_w} x {to_h}.",
        {{"w", width},
         {"h", height},
         {"n", halvings},
         {"have", halvings + 1},
         {"levels", levels},
         {"to_w", padded(width)},
         {"to_h", padded(height)}});
}

}  // namespace daguerre
