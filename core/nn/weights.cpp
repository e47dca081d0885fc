#include "core/nn/weights.h"

#include <array>

#include "core/base/error.h"

namespace daguerre {
namespace {

/// Attention layers had other names in old diffusers files.
std::string current_name(const std::string& name) {
    static const std::array<std::pair<std::string, std::string>, 4> renamed{
        {{".query.", ".to_q."},
         {".key.", ".to_k."},
         {".value.", ".to_v."},
         {".proj_attn.", ".to_out.0."}}};
    for (const auto& [old, current] : renamed)
        if (const auto at = name.find(old); at != std::string::npos)
            return std::string(name).replace(at, old.size(), current);
    return name;
}

std::string shape_text(const at::Tensor& tensor) {
    std::string text;
    for (const auto side : tensor.sizes())
        text += (text.empty() ? "" : " x ") + std::to_string(side);
    return text.empty() ? "one number" : text;
}

void check_fit(const std::string& name, const at::Tensor& from, const at::Tensor& to,
               const std::string& file) {
    if (from.sizes() != to.sizes())
        throw Error(
            "“{file}” doesn't fit: “{name}” is {have}, where the network has {need}.",
            {{"file", file}, {"name", name}, {"have", shape_text(from)}, {"need", shape_text(to)}});
    if (from.is_floating_point() != to.is_floating_point())
        throw Error("“{file}” doesn't fit: “{name}” holds {type}.",
                    {{"file", file}, {"name", name}, {"type", at::toString(from.scalar_type())}});
    if (!from.is_floating_point()) return;
    const auto bad = from.numel() - at::isfinite(from).sum().item<std::int64_t>();
    if (bad > 0)
        throw Error("“{file}” is damaged: {n} of {m} values of “{name}” aren't finite.",
                    {{"file", file}, {"n", bad}, {"m", from.numel()}, {"name", name}});
}

void check_whole(const Weights& targets, const Weights& weights, const std::string& file) {
    std::vector<std::string> missing;
    for (const auto& [name, tensor] : targets)
        if (!weights.contains(name)) missing.push_back(name);
    if (!missing.empty())
        throw Error(
            "“{file}” isn't whole: {n} of {m} weights are missing, the first is “{name}”.",
            {{"file", file}, {"n", missing.size()}, {"m", targets.size()}, {"name", missing[0]}});
}

}  // namespace

Weights weights_of(const torch::nn::Module& module) {
    Weights weights;
    for (const auto& item : module.named_parameters())
        weights.emplace(item.key(), item.value().detach());
    for (const auto& item : module.named_buffers())
        weights.emplace(item.key(), item.value().detach());
    return weights;
}

std::vector<std::string> load_into(torch::nn::Module& module, const Weights& weights,
                                   const std::string& file) {
    const torch::NoGradGuard no_grad;
    const Weights targets = weights_of(module);
    Weights current;
    for (const auto& [name, tensor] : weights)
        current.emplace(targets.contains(name) ? name : current_name(name), tensor);
    check_whole(targets, current, file);
    for (const auto& [name, target] : targets) check_fit(name, current.at(name), target, file);
    std::vector<std::string> unknown;
    for (const auto& [name, tensor] : current) {
        const auto target = targets.find(name);
        if (target == targets.end())
            unknown.push_back(name);
        else
            target->second.copy_(tensor);
    }
    return unknown;
}

Weights with_prefix(const Weights& weights, const std::string& prefix) {
    Weights named;
    for (const auto& [name, tensor] : weights) named.emplace(prefix + name, tensor);
    return named;
}

Weights under(const Weights& weights, const std::string& prefix) {
    Weights named;
    for (const auto& [name, tensor] : weights)
        if (name.starts_with(prefix)) named.emplace(name.substr(prefix.size()), tensor);
    return named;
}

Weights copied(const Weights& weights) {
    Weights copy;
    for (const auto& [name, tensor] : weights) copy.emplace(name, tensor.detach().clone());
    return copy;
}

}  // namespace daguerre
