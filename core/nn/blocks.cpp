#include "core/nn/blocks.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

#include <cmath>
#include <numbers>

#include "core/base/table.h"
#include "core/nn/group_norm.h"

namespace daguerre {
namespace nn = torch::nn;

namespace {

struct ActivationRow {
    std::string id;
    Activation function;
};

nn::Conv2d conv3x3(int in, int out, int padding = 1, int stride = 1) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(padding).stride(stride));
}

nn::GroupNorm group_norm(int groups, int channels, double eps) {
    return nn::GroupNorm(nn::GroupNormOptions(groups, channels).eps(eps));
}

/// [N, heads, tokens, width of a head] of each. Where a processor learns in bf16 it computes in
/// float32: LibTorch 2.11 sets up a product for each head of each image in bf16's gradient, which
/// takes three to eight times as long.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    if (!q.is_cpu() || q.scalar_type() != at::kBFloat16 || !q.requires_grad())
        return at::scaled_dot_product_attention(q, k, v);
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
    return at::scaled_dot_product_attention(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat))
        .to(at::kBFloat16);
}

at::Tensor resized(const at::Tensor& x, Resample resample) {
    if (resample == Resample::ResnetDown) return at::avg_pool2d(x, {2, 2}, {2, 2});
    if (resample == Resample::ResnetUp)
        return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    return x;
}

at::Tensor silu(const at::Tensor& x) { return at::silu(x); }

}  // namespace

Activation activation_named(const std::string& name) {
    static const std::vector<ActivationRow> rows{
        {"silu", silu},
        {"swish", silu},
        {"mish", [](const at::Tensor& x) { return at::mish(x); }},
        {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
        {"relu", [](const at::Tensor& x) { return at::relu(x); }},
    };
    return row_named(rows, name, "activation").function;
}

at::Tensor sinusoids(const at::Tensor& t, int width, double shift, bool flip) {
    const int half = width / 2;
    const at::Tensor i = at::arange(half, t.options().dtype(at::kFloat));
    const at::Tensor frequencies = at::exp(i * -std::log(10000.0) / (half - shift));
    const at::Tensor angles = t.to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);
    const at::Tensor sine = at::sin(angles), cosine = at::cos(angles);
    const at::Tensor both = flip ? at::cat({cosine, sine}, 1) : at::cat({sine, cosine}, 1);
    return width % 2 == 0 ? both : at::constant_pad_nd(both, {0, 1});
}

TimeEmbeddingImpl::TimeEmbeddingImpl(int in, int out)
    : linear_1(register_module("linear_1", nn::Linear(in, out))),
      linear_2(register_module("linear_2", nn::Linear(out, out))) {}

at::Tensor TimeEmbeddingImpl::forward(const at::Tensor& t) {
    return linear_2(at::silu(linear_1(t)));
}

FourierProjectionImpl::FourierProjectionImpl(int width)
    : weight(register_buffer("weight", at::zeros({width}))) {}

at::Tensor FourierProjectionImpl::forward(const at::Tensor& t) {
    const at::Tensor angles =
        at::log(t.to(weight.dtype())).unsqueeze(1) * weight.unsqueeze(0) * (2 * std::numbers::pi);
    return at::cat({at::sin(angles), at::cos(angles)}, 1);
}

ResnetBlockImpl::ResnetBlockImpl(const ResnetPlan& p, const UNetConfig& config, int embedding,
                                 double output_scale)
    : plan(p),
      scale_shift(config.resnet_time_scale_shift == "scale_shift"),
      scale(output_scale),
      dropout(config.dropout),
      activation(activation_named(config.act_fn)),
      norm1(register_module("norm1", group_norm(config.norm_num_groups, p.in, config.norm_eps))),
      norm2(register_module("norm2", group_norm(config.norm_num_groups, p.out, config.norm_eps))),
      conv1(register_module("conv1", conv3x3(p.in, p.out))),
      conv2(register_module("conv2", conv3x3(p.out, p.out))),
      time_emb_proj(register_module("time_emb_proj",
                                    nn::Linear(embedding, scale_shift ? 2 * p.out : p.out))) {
    if (p.in != p.out)
        conv_shortcut =
            register_module("conv_shortcut", nn::Conv2d(nn::Conv2dOptions(p.in, p.out, 1)));
}

at::Tensor ResnetBlockImpl::normed(const at::Tensor& x, const nn::GroupNorm& norm,
                                   const at::Tensor& shift) const {
    if (activation == silu) return group_norm_silu(x, norm, shift);
    return activation(group_norm_silu(x, norm, shift, false));
}

at::Tensor ResnetBlockImpl::forward(at::Tensor x, const at::Tensor& embedding) {
    at::Tensor h = conv1(resized(normed(x, norm1, {}), plan.resample));
    x = resized(x, plan.resample);
    const at::Tensor shift = time_emb_proj(activation(embedding));
    if (scale_shift) {
        const std::vector<at::Tensor> both = shift.unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
        h = activation(group_norm_silu(h, norm2, {}, false) * (1 + both[0]) + both[1]);
    } else {
        h = normed(h, norm2, shift);
    }
    if (dropout > 0 && is_training()) h = at::dropout(h, dropout, true);
    h = conv2(h);
    if (conv_shortcut) x = conv_shortcut(x);
    return scale == 1 ? x + h : (x + h) / scale;
}

AttentionImpl::AttentionImpl(const AttentionPlan& p, double eps, double output_scale)
    : plan(p),
      scale(output_scale),
      to_q(register_module("to_q", nn::Linear(p.width, p.width))),
      to_k(register_module("to_k", nn::Linear(p.width, p.width))),
      to_v(register_module("to_v", nn::Linear(p.width, p.width))) {
    if (p.groups > 0)
        group_norm = register_module("group_norm", daguerre::group_norm(p.groups, p.width, eps));
    to_out = nn::Linear(p.width, p.width);
    register_module("to_out", nn::ModuleList(to_out));
}

at::Tensor AttentionImpl::forward(const at::Tensor& x) {
    const auto n = x.size(0), channels = x.size(1), pixels = x.size(2) * x.size(3);
    const at::Tensor normed = group_norm ? group_norm_silu(x, group_norm, {}, false) : x;
    const at::Tensor tokens = normed.reshape({n, channels, pixels}).transpose(1, 2);
    const auto split = [&](const at::Tensor& y) {
        return y.view({n, pixels, plan.heads, channels / plan.heads}).transpose(1, 2);
    };
    const at::Tensor mixed = attend(split(to_q(tokens)), split(to_k(tokens)), split(to_v(tokens)));
    const at::Tensor out = to_out(mixed.transpose(1, 2).reshape({n, pixels, channels}));
    const at::Tensor sum = x + out.transpose(1, 2).reshape(x.sizes());
    return scale == 1 ? sum : sum / scale;
}

ConvResampleImpl::ConvResampleImpl(Resample where, int width, int pad)
    : direction(where),
      padding(pad),
      conv(register_module("conv", where == Resample::ConvUp ? conv3x3(width, width)
                                                             : conv3x3(width, width, pad, 2))) {}

at::Tensor ConvResampleImpl::forward(at::Tensor x) {
    if (direction == Resample::ConvUp)
        x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    else if (padding == 0)
        x = at::constant_pad_nd(x, {0, 1, 0, 1});
    return conv(x);
}

UNetBlockImpl::UNetBlockImpl(const BlockPlan& p, const UNetConfig& config, int embedding)
    : plan(p) {
    nn::ModuleList resnet_list, attention_list, resample_list;
    for (const ResnetPlan& resnet : plan.resnets) {
        resnets.emplace_back(resnet, config, embedding, plan.scale);
        resnet_list->push_back(resnets.back());
    }
    register_module("resnets", resnet_list);
    for (const AttentionPlan& attention : plan.attentions) {
        attentions.emplace_back(attention, config.norm_eps, plan.scale);
        attention_list->push_back(attentions.back());
    }
    if (!attentions.empty()) register_module("attentions", attention_list);
    if (plan.resample == Resample::None) return;
    if (plan.resample == Resample::ConvDown || plan.resample == Resample::ConvUp) {
        conv_resample = ConvResample(plan.resample, plan.width, config.downsample_padding);
        resample_list->push_back(conv_resample);
    } else {
        resnet_resample = ResnetBlock(ResnetPlan{plan.width, plan.width, plan.resample}, config,
                                      embedding, plan.scale);
        resample_list->push_back(resnet_resample);
    }
    const bool up = plan.resample == Resample::ConvUp || plan.resample == Resample::ResnetUp;
    register_module(up ? "upsamplers" : "downsamplers", resample_list);
}

at::Tensor UNetBlockImpl::layer(int i, const at::Tensor& x, const at::Tensor& embedding) {
    const std::size_t place = std::size_t(i);
    const at::Tensor h = resnets[place](x, embedding);
    return place < attentions.size() ? attentions[place](h) : h;
}

at::Tensor UNetBlockImpl::resample(const at::Tensor& x, const at::Tensor& embedding) {
    return conv_resample ? conv_resample(x) : resnet_resample(x, embedding);
}

}  // namespace daguerre
