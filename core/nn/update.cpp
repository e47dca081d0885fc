#include "core/nn/update.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace daguerre {
namespace {

void copy_named(const Weights& from, const std::string& name, const at::Tensor& to,
                const std::string& file) {
    const auto found = from.find(name);
    if (found == from.end())
        throw Error("“{file}” isn't whole: “{name}” is missing.", {{"file", file}, {"name", name}});
    if (found->second.sizes() != to.sizes())
        throw Error("“{file}” doesn't fit this run: “{name}” has another shape.",
                    {{"file", file}, {"name", name}});
    to.copy_(found->second);
}

}  // namespace

double average_keeps(std::int64_t batch, std::int64_t images_after) {
    const double half_life = std::min(500'000.0, 0.05 * double(images_after));
    return std::exp2(-double(batch) / half_life);
}

Update::Update(torch::nn::Module& module, UpdateOptions options)
    : options_(options), net_(weights_of(module)) {
    if (options_.average) ema_ = copied(net_);
    for (const auto& item : module.named_parameters()) {
        names_.push_back(item.key());
        parameters_.push_back(item.value());
        m_.push_back(at::zeros_like(item.value().detach()));
        if (options_.optimizer == Optimizer::Adam)
            v_.push_back(at::zeros_like(item.value().detach()));
        if (options_.average) averages_.push_back(ema_.at(item.key()));
    }
    if (options_.average)
        for (const auto& item : module.named_buffers())
            buffers_.emplace_back(item.value(), ema_.at(item.key()));
}

std::vector<at::Tensor> Update::gradients() {
    std::vector<at::Tensor> all;
    for (const at::Tensor& parameter : parameters_) {
        if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter);
        all.push_back(parameter.grad());
    }
    return all;
}

at::Tensor Update::norm() {
    const torch::NoGradGuard no_grad;
    return at::stack(at::_foreach_norm(gradients(), 2)).norm();
}

bool Update::apply(const UpdateStep& step) {
    const torch::NoGradGuard no_grad;
    const std::vector<at::Tensor> slopes = gradients();
    for (const at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
    if (!std::isfinite(step.loss) || !std::isfinite(step.norm)) return false;
    at::_foreach_mul_(slopes, std::min(1.0, options_.clip / (step.norm + 1e-6)));
    optimise(slopes, step.learning_rate);
    if (options_.average) {
        at::_foreach_lerp_(averages_, parameters_,
                           1 - average_keeps(step.batch, step.images_after));
        for (auto& [buffer, average] : buffers_) average.copy_(buffer);
    }
    return true;
}

void Update::optimise(const std::vector<at::Tensor>& slopes, double learning_rate) {
    const bool first = steps_++ == 0;
    if (options_.optimizer == Optimizer::Sgd) {
        at::_fused_sgd_(parameters_, slopes, m_, options_.decay, options_.beta1, learning_rate, 0,
                        true, false, first);
        return;
    }
    const at::Tensor count = at::full({}, double(steps_), parameters_[0].options());
    const std::vector<at::Tensor> counts(parameters_.size(), count);
    at::_fused_adamw_(parameters_, slopes, m_, v_, {}, counts, learning_rate, options_.beta1,
                      options_.beta2, options_.decay, 1e-8, false, false);
}

Weights Update::weights(Weighting which) const {
    return which == Weighting::Average && options_.average ? ema_ : net_;
}

Weights Update::state() const {
    Weights state;
    for (const auto& [name, tensor] : net_) state.emplace("net." + name, tensor);
    for (const auto& [name, tensor] : ema_) state.emplace("ema." + name, tensor);
    for (std::size_t i = 0; i < names_.size(); ++i) {
        state.emplace("opt.exp_avg." + names_[i], m_[i]);
        if (!v_.empty()) state.emplace("opt.exp_avg_sq." + names_[i], v_[i]);
    }
    state.emplace("opt.step", at::scalar_tensor(steps_, at::kLong));
    return state;
}

void Update::restore(const Weights& weights, const std::string& file) {
    const torch::NoGradGuard no_grad;
    const at::Tensor steps = at::empty({}, at::kLong);
    copy_named(weights, "opt.step", steps, file);
    for (const auto& [name, tensor] : state())
        if (name != "opt.step") copy_named(weights, name, tensor, file);
    steps_ = steps.item<std::int64_t>();
}

}  // namespace daguerre
