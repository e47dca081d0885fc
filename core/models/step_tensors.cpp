#include "core/models/step_tensors.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

std::string shape_text(at::IntArrayRef sides) {
    std::string text;
    for (const auto side : sides) text += (text.empty() ? "[" : ", ") + std::to_string(side);
    return text.empty() ? "[]" : text + "]";
}

/// Throws Error unless the tensor is float32, of x's shape and finite.
void check_values(const fs::path& file, const std::string& name, const at::Tensor& tensor,
                  const at::Tensor& x) {
    if (tensor.scalar_type() != at::kFloat)
        throw Error("“{file}”: “{name}” holds {type}; it must be float32.",
                    {{"file", file}, {"name", name}, {"type", at::toString(tensor.scalar_type())}});
    if (tensor.dim() != 4 || tensor.size(0) < 1)
        throw Error("“{file}”: “{name}” is {shape}; it must be [images, channels, height, width].",
                    {{"file", file}, {"name", name}, {"shape", shape_text(tensor.sizes())}});
    if (tensor.sizes() != x.sizes())
        throw Error("“{file}”: “{name}” is {shape}, where x is {other}.",
                    {{"file", file},
                     {"name", name},
                     {"shape", shape_text(tensor.sizes())},
                     {"other", shape_text(x.sizes())}});
    if (const auto bad = tensor.numel() - at::isfinite(tensor).sum().item<std::int64_t>(); bad > 0)
        throw Error("“{file}”: {n} of {m} values of “{name}” aren't finite.",
                    {{"file", file}, {"n", bad}, {"m", tensor.numel()}, {"name", name}});
}

std::vector<std::int64_t> labels_of(const fs::path& file, const at::Tensor& tensor,
                                    std::int64_t count) {
    if (!at::isIntegralType(tensor.scalar_type(), false) || tensor.dim() != 1 ||
        tensor.size(0) != count)
        throw Error(
            "“{file}”: “class_labels” is {type} {shape}; it must be one whole number for each of "
            "the {n} images.",
            {{"file", file},
             {"type", at::toString(tensor.scalar_type())},
             {"shape", shape_text(tensor.sizes())},
             {"n", count}});
    const at::Tensor whole = tensor.to(at::kLong).contiguous();
    return {whole.const_data_ptr<std::int64_t>(), whole.const_data_ptr<std::int64_t>() + count};
}

}  // namespace

StartTensors read_start(const fs::path& file) {
    Weights given = read_safetensors(file).weights;
    StartTensors start;
    start.file = file;
    start.sha256 = sha256_of_file(file);
    const auto taken = [&](const std::string& name) {
        const auto found = given.find(name);
        if (found == given.end()) return at::Tensor();
        const at::Tensor tensor = found->second;
        given.erase(found);
        return tensor;
    };
    start.x = taken("x");
    if (!start.x.defined())
        throw Error(
            "“{file}” has no “x”. It must hold x [images, channels, height, width], noise.0, "
            "noise.1, ... of its shape for samplers that draw noise, and may hold class_labels.",
            {{"file", file}});
    check_values(file, "x", start.x, start.x);
    for (at::Tensor noise;
         (noise = taken("noise." + std::to_string(start.noises.size()))).defined();
         start.noises.push_back(noise))
        check_values(file, "noise." + std::to_string(start.noises.size()), noise, start.x);
    if (const at::Tensor labels = taken("class_labels"); labels.defined())
        start.labels = labels_of(file, labels, start.x.size(0));
    if (given.empty()) return start;
    throw Error(
        "“{file}” holds “{name}”, which has no place here: it may hold x, noise.0, noise.1, ... "
        "without a gap, and class_labels.",
        {{"file", file}, {"name", given.begin()->first}});
}

void StartTensors::check(const ModelInfo& info, const GenerateRequest& request,
                         std::size_t draws) const {
    const std::vector<std::int64_t> wanted{x.size(0), info.channels, info.height, info.width};
    if (x.sizes() != wanted)
        throw Error("“{file}”: “x” is {shape}; {id} makes images of {wanted}.",
                    {{"file", file},
                     {"shape", shape_text(x.sizes())},
                     {"id", info.id},
                     {"wanted", shape_text(wanted)}});
    require(request.count == x.size(0), "as many images are made as were started");
    if (noises.size() < draws)
        throw Error(
            "“{file}” holds {n} noises; the sampler draws {m} in these steps: noise.0 to "
            "noise.{last}.",
            {{"file", file}, {"n", noises.size()}, {"m", draws}, {"last", draws - 1}});
    if (labels.empty()) return;
    if (info.classes.empty())
        throw Error("“{file}” holds “class_labels”, and {id} knows no classes. Leave them out.",
                    {{"file", file}, {"id", info.id}});
    if (!request.image_class.empty())
        throw Error("The class is said twice: “{file}” holds “class_labels”. Leave one out.",
                    {{"file", file}});
    const auto end = std::int64_t(info.classes.size()) + (info.null_class ? 1 : 0);
    for (const std::int64_t label : labels)
        if (label < 0 || label >= end)
            throw Error("“{file}”: “class_labels” holds {label}; {id} knows 0 to {last}.",
                        {{"file", file}, {"label", label}, {"id", info.id}, {"last", end - 1}});
}

Noise StartTensors::noise(std::int64_t first, std::int64_t count) const {
    return [this, first, count, j = std::size_t(0)]() mutable {
        const at::Tensor& all = j == 0 ? x : noises.at(j - 1);
        ++j;
        return all.narrow(0, first, count);
    };
}

std::size_t draws_of(const Sampler& sampler, const Sigmas& sigmas, const SamplerOptions& options) {
    std::size_t draws = 0;
    const at::Tensor one = at::zeros({1}, at::kDouble);
    SamplerOptions wanted = options;
    wanted.learned_variance = [&] { return one; };
    const Noise counted = [&] {
        ++draws;
        return one;
    };
    sampler.run([](const at::Tensor& x, double) { return x * 0; }, one, sigmas, counted,
                [](const SamplerStep&) { return true; }, wanted);
    return draws;
}

void StepTensors::require_memory(std::size_t steps, const ModelInfo& info,
                                 std::int64_t images) const {
    const double image = 4.0 * info.width * info.height * info.channels;
    // The file is put together from the pieces, so that both are there at the end.
    const double need = 2 * image * double(images) * double(2 * steps + 1);
    if (need < double(memory_available()) / 2) return;
    throw Error(
        "Every step of {n} images would take {need} MB of memory. Make fewer images or steps.",
        {{"n", images}, {"need", std::int64_t(need / 1e6)}});
}

void StepTensors::add(const SamplerStep& at, double scale) {
    const std::string number = std::to_string(at.step);
    const auto kept = [](const at::Tensor& tensor) {
        return tensor.to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    };
    pieces_["x." + number].push_back(kept(at.x * scale));
    pieces_["denoised." + number].push_back(kept(at.denoised));
    steps_ = at.step + 1;
}

void StepTensors::append(StepTensors group, const at::Tensor& last) {
    steps_ = group.steps_;
    for (auto& [name, pieces] : group.pieces_)
        for (at::Tensor& piece : pieces) pieces_[name].push_back(std::move(piece));
    pieces_["x." + std::to_string(steps_)].push_back(last.to(at::kCPU, at::kFloat));
}

Weights StepTensors::all() const {
    Weights tensors;
    for (const auto& [name, pieces] : pieces_) tensors.emplace(name, at::cat(pieces));
    return tensors;
}

}  // namespace daguerre
