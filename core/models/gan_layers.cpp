#include "core/models/gan_layers.h"

#include <cmath>

namespace daguerre {
namespace {

constexpr double eps = 1e-5;  // beside a variance

std::vector<std::int64_t> weight_shape(const GanLayerOptions& options) {
    const std::int64_t in = options.in, out = options.out, kernel = options.kernel;
    if (options.kind == LayerKind::Linear) return {out, in};
    if (options.kind == LayerKind::Conv) return {out, in, kernel, kernel};
    return {in, out, kernel, kernel};
}

at::Tensor unit(const at::Tensor& vector) { return vector / (vector.norm() + 1e-12); }

void fill(GanLayerImpl& layer, double deviation, const at::Generator& generator) {
    const auto fans = double(layer.weight.numel() * (layer.options.in + layer.options.out)) /
                      double(layer.options.in * layer.options.out);
    if (deviation > 0)
        layer.weight.normal_(0, deviation, generator);
    else
        layer.weight.uniform_(-std::sqrt(6 / fans), std::sqrt(6 / fans), generator);
    if (layer.bias.defined()) layer.bias.zero_();
    if (!layer.u.defined()) return;
    layer.u.copy_(unit(layer.u.normal_(0, 1, generator)));
    layer.v.copy_(unit(layer.weight.flatten(1).t().mv(layer.u)));
}

}  // namespace

GanLayerImpl::GanLayerImpl(const GanLayerOptions& chosen, const at::Device& device)
    : options(chosen),
      weight(register_parameter("weight", at::empty(weight_shape(chosen), device))) {
    if (options.bias) bias = register_parameter("bias", at::empty({options.out}, device));
    if (!options.spectral_norm) return;
    u = register_buffer("u", at::empty({options.out}, device));
    v = register_buffer("v", at::empty({weight.numel() / options.out}, device));
}

at::Tensor GanLayerImpl::used_weight() {
    if (!u.defined()) return weight;
    const at::Tensor flat = weight.flatten(1);
    at::Tensor left = u, right = v;
    if (is_training()) {
        const torch::NoGradGuard no_grad;
        right = unit(flat.t().mv(left));
        left = unit(flat.mv(right));
        // What the backward pass needs must not be the buffers, which the next pass changes.
        u.copy_(left);
        v.copy_(right);
    }
    return weight / left.dot(flat.mv(right));
}

at::Tensor GanLayerImpl::forward(const at::Tensor& x) {
    const at::Tensor used = used_weight();
    if (options.kind == LayerKind::Linear) return at::linear(x, used, bias);
    const at::Tensor quicker = x.contiguous(at::MemoryFormat::ChannelsLast);  // on processors
    if (options.kind == LayerKind::Conv)
        return at::conv2d(quicker, used, bias, options.stride, options.padding);
    return at::conv_transpose2d(quicker, used, bias, options.stride, options.padding);
}

BatchNormImpl::BatchNormImpl(std::int64_t channels, bool keeps, const at::Device& device)
    : weight(register_parameter("weight", at::ones({channels}, device))),
      bias(register_parameter("bias", at::zeros({channels}, device))) {
    if (!keeps) return;
    mean = register_buffer("mean", at::zeros({channels}, device));
    variance = register_buffer("variance", at::ones({channels}, device));
}

at::Tensor BatchNormImpl::forward(const at::Tensor& x) {
    if (!is_training() && mean.defined())
        return at::batch_norm(x, weight, bias, mean, variance, false, 0, eps, false);
    if (gathering && mean.defined()) {
        const torch::NoGradGuard no_grad;
        const auto [spread, middle] = at::var_mean(x.to(at::kFloat), {0, 2, 3}, /*unbiased=*/false);
        ++gathered;
        mean.lerp_(middle, 1.0 / gathered);
        variance.lerp_(spread, 1.0 / gathered);
    }
    return at::batch_norm(x, weight, bias, {}, {}, true, 0, eps, false);
}

ClassVectorsImpl::ClassVectorsImpl(std::int64_t classes, std::int64_t width, double spread,
                                   const at::Device& device)
    : weight(register_parameter("weight", at::empty({classes, width}, device))),
      deviation(spread) {}

GanLayer LayerMaker::layer(const std::string& name, GanLayerOptions options) const {
    options.spectral_norm = spectral_norm_;
    return network_.register_module(name, GanLayer(options, device_));
}

GanLayer LayerMaker::linear(const std::string& name, std::int64_t in, std::int64_t out) const {
    return layer(name, {.in = in, .out = out});
}

GanLayer LayerMaker::conv(const std::string& name, std::int64_t in, std::int64_t out, int kernel,
                          int stride, int padding, bool bias) const {
    return layer(name, {LayerKind::Conv, in, out, kernel, stride, padding, bias});
}

GanLayer LayerMaker::transposed(const std::string& name, std::int64_t in, std::int64_t out,
                                int kernel, int stride, int padding, bool bias) const {
    return layer(name, {LayerKind::TransposedConv, in, out, kernel, stride, padding, bias});
}

BatchNorm LayerMaker::norm(const std::string& name, std::int64_t channels, bool keeps) const {
    return network_.register_module(name, BatchNorm(channels, keeps, device_));
}

ClassVectors LayerMaker::classes(const std::string& name, std::int64_t count, std::int64_t width,
                                 double deviation) const {
    return network_.register_module(name, ClassVectors(count, width, deviation, device_));
}

std::string numbered(const char* name, std::size_t i) { return name + std::to_string(i); }

at::Tensor leaky(const at::Tensor& x) { return at::leaky_relu(x, 0.2); }

void initialise_gan(torch::nn::Module& network, double deviation, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(seed & 0xFFFFFFFFu);
    for (const auto& module : network.modules()) {
        if (auto* layer = module->as<GanLayerImpl>())
            fill(*layer, deviation, generator);
        else if (auto* norm = module->as<BatchNormImpl>(); norm && deviation > 0)
            norm->weight.normal_(1, deviation, generator);
        else if (auto* classes = module->as<ClassVectorsImpl>())
            classes->weight.normal_(0, classes->deviation, generator);
    }
}

GatheredStatistics::GatheredStatistics(torch::nn::Module& network) {
    for (const auto& module : network.modules())
        if (auto* norm = module->as<BatchNormImpl>()) {
            norm->gathering = true;
            norm->gathered = 0;
            norms_.push_back(norm);
        }
}

GatheredStatistics::~GatheredStatistics() {
    for (BatchNormImpl* norm : norms_) norm->gathering = false;
}

}  // namespace daguerre
