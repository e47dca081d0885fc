#include "core/models/vae_network.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/random.h"
#include "core/nn/group_norm.h"

namespace daguerre {
namespace nn = torch::nn;

namespace {

constexpr std::int64_t class_width = 16;
constexpr std::int64_t most_groups = 8;
constexpr double most_log_variance = 10;
constexpr double least_log_deviation = -5;  // of a pixel

/// What a level's convolutions turn into what.
struct LevelPlan {
    std::int64_t above, width, side;  // above: features a level up; side: of the smaller images
};

std::vector<LevelPlan> levels_of(const VaeConfig& config) {
    std::vector<LevelPlan> levels;
    std::int64_t side = config.size, above = config.channels;
    for (const std::int64_t width : config.widths) {
        side /= 2;
        levels.push_back({above, width, side});
        above = width;
    }
    return levels;
}

/// The features that the decoder has above a level: at full size as many as in the first.
std::int64_t above_decoded(const VaeConfig& config, std::size_t level) {
    return config.widths[level > 0 ? level - 1 : 0];
}

std::int64_t base_values(const VaeConfig& config) {
    return config.widths.back() * config.base_side() * config.base_side();
}

std::int64_t class_values(const VaeConfig& config) { return config.classes > 0 ? class_width : 0; }

nn::GroupNorm norm_of(std::int64_t width) {
    return nn::GroupNorm(nn::GroupNormOptions(std::gcd(most_groups, width), width));
}

}  // namespace

std::int64_t value_count(const VaeConfig& config) {
    const std::int64_t latent = config.latent, joined = class_values(config);
    const std::int64_t rows = config.classes + 1;
    std::int64_t count = 1 + rows * (latent + latent * latent);  // the running means
    const std::vector<LevelPlan> levels = levels_of(config);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const std::int64_t width = levels[i].width, above = above_decoded(config, i);
        count += 16 * levels[i].above * width + 3 * width;
        count += 9 * width * above + 3 * above;
    }
    count += 9 * config.widths.front() * config.channels + config.channels;
    const std::int64_t base = base_values(config);
    count += (base + joined) * 2 * latent + 2 * latent + (latent + joined) * base + base;
    return count + (joined > 0 ? (config.classes + 1) * joined : 0);
}

double macs_per_image(const VaeConfig& config) {
    const std::vector<LevelPlan> levels = levels_of(config);
    double macs = 3.0 * double(config.latent) * double(base_values(config));
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto [above, width, side] = levels[i];
        const double pixels = double(side * side);
        macs += pixels * 16 * double(above * width);
        macs += 4 * pixels * 9 * double(width * above_decoded(config, i));
    }
    return macs +
           double(config.size) * config.size * 9 * double(config.widths.front()) * config.channels;
}

std::uint64_t kept_bytes(const VaeConfig& config) {
    const std::vector<LevelPlan> levels = levels_of(config);
    std::int64_t floats = 4ll * config.size * config.size * config.channels, widest = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const std::int64_t pixels = levels[i].side * levels[i].side;
        // What enters norm and convolution going down; what is enlarged, normed and convolved up.
        floats += pixels * 2 * levels[i].width;
        floats += 4 * pixels * (levels[i].width + 2 * above_decoded(config, i));
        widest = std::max(widest, 4 * pixels * std::max(levels[i].width, above_decoded(config, i)));
    }
    // Beside them a gradient that comes in, one that goes out, and a copy as a convolution lays it.
    return std::uint64_t(floats + 3 * widest) * sizeof(float);
}

VaeImpl::VaeImpl(const VaeConfig& config)
    : error(register_buffer("error", at::ones({}))),
      code_mean(register_buffer("code_mean", at::zeros({config.classes + 1, config.latent}))),
      code_second(register_buffer("code_second",
                                  at::eye(config.latent).repeat({config.classes + 1, 1, 1}))),
      config_(config) {
    nn::ModuleList down, up, down_norms, up_norms;
    const std::vector<LevelPlan> levels = levels_of(config);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto [above, width, side] = levels[i];
        const std::int64_t decoded = above_decoded(config, i);
        down_.emplace_back(nn::Conv2dOptions(above, width, 4).stride(2).padding(1));
        up_.emplace_back(nn::Conv2dOptions(width, decoded, 3).padding(1));
        down_norms_.push_back(norm_of(width));
        up_norms_.push_back(norm_of(decoded));
        down->push_back(down_.back());
        up->push_back(up_.back());
        down_norms->push_back(down_norms_.back());
        up_norms->push_back(up_norms_.back());
    }
    register_module("down", down);
    register_module("down_norms", down_norms);
    register_module("up", up);
    register_module("up_norms", up_norms);
    last_ = register_module(
        "last",
        nn::Conv2d(nn::Conv2dOptions(config.widths.front(), config.channels, 3).padding(1)));
    const std::int64_t base = base_values(config), joined = class_values(config);
    to_code_ = register_module("to_code", nn::Linear(base + joined, 2 * config.latent));
    from_code_ = register_module("from_code", nn::Linear(config.latent + joined, base));
    if (joined > 0)
        class_table_ = register_module("class_table", nn::Embedding(config.classes + 1, joined));
}

at::Tensor VaeImpl::joined(const at::Tensor& values, const at::Tensor& labels) {
    if (!class_table_) return values;
    return at::cat({values, class_table_(labels).to(values.dtype())}, 1);
}

Posterior VaeImpl::encode(const at::Tensor& y, const at::Tensor& labels) {
    at::Tensor x = prefers_channels_last(y) ? y.contiguous(at::MemoryFormat::ChannelsLast) : y;
    for (std::size_t i = 0; i < down_.size(); ++i) x = group_norm_silu(down_[i](x), down_norms_[i]);
    // In the order of [C, H, W], whatever lies in memory.
    const at::Tensor code = to_code_(joined(x.flatten(1), labels)).to(at::kFloat);
    const std::vector<at::Tensor> both = code.chunk(2, 1);
    return {both[0], both[1].clamp(-most_log_variance, most_log_variance)};
}

at::Tensor VaeImpl::decode(const at::Tensor& z, const at::Tensor& labels) {
    const std::int64_t side = config_.base_side();
    at::Tensor x = at::silu(from_code_(joined(z, labels)));
    x = x.view({z.size(0), config_.widths.back(), side, side});
    if (prefers_channels_last(x)) x = x.contiguous(at::MemoryFormat::ChannelsLast);
    for (std::size_t i = up_.size(); i-- > 0;) {
        x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
        x = group_norm_silu(up_[i](x), up_norms_[i]);
    }
    return last_(x).to(at::kFloat);
}

void initialise(Vae& network, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    // The generator keeps the low 32 bits of its seed; mix() lets all 64 count.
    const at::Generator generator = at::detail::createCPUGenerator(mix(seed));
    const auto drawn = [&](const at::Tensor& tensor, double bound) {
        tensor.copy_(at::empty(tensor.sizes()).uniform_(-bound, bound, generator));
    };
    // Within 1/√(inputs), as torch's own layers (He et al. 2015, arXiv:1502.01852, with a = √5).
    const auto layer = [&](auto& module) {
        const double bound = 1 / std::sqrt(double(module.weight[0].numel()));
        drawn(module.weight, bound);
        drawn(module.bias, bound);
    };
    for (const auto& module : network->modules(false)) {
        if (auto* conv = module->as<nn::Conv2d>()) layer(*conv);
        if (auto* linear = module->as<nn::Linear>()) layer(*linear);
        if (auto* table = module->as<nn::Embedding>()) drawn(table->weight, 1);
    }
}

at::Tensor dequantised(const at::Tensor& images, const at::Tensor& u) {
    return ((images + 1) * 127.5 + u) / 128 - 1;
}

at::Tensor quantised(const at::Tensor& y) { return ((y + 1) * 128 - 0.5) / 127.5 - 1; }

at::Tensor divergence(const Posterior& posterior) {
    const at::Tensor& variance = posterior.log_variance;
    return (posterior.mean.square() + variance.exp() - 1 - variance).sum(1) / 2;
}

at::Tensor miss_nats(const at::Tensor& error, const at::Tensor& variance) {
    return (at::log(2 * std::numbers::pi * variance) + error / variance) / 2;
}

at::Tensor variance_for(const at::Tensor& error) {
    return error.clamp_min(std::exp(2 * least_log_deviation));
}

at::Tensor bits_of_nats(const at::Tensor& nats) { return nats / std::numbers::ln2 + 7; }

}  // namespace daguerre
