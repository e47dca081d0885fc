#include "core/models/reproduce.h"

#include "core/base/error.h"
#include "core/models/diffusion_model.h"
#include "core/nn/device.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

const DiffusionModel& diffusion_of(const Model& model) {
    if (const auto* diffusion = dynamic_cast<const DiffusionModel*>(&model)) return *diffusion;
    throw Error(
        "{id} is of the family {family}, which takes no steps. Tensors go in and out of diffusion "
        "models.",
        {{"id", model.info().id}, {"family", model.info().family}});
}

/// What the network is called with.
struct Call {
    at::Tensor x, t, labels;
};

[[noreturn]] void refuse(const fs::path& file, const char* name, const char* what) {
    throw Error("“{file}”: “{name}” {what}.", {{"file", file}, {"name", name}, {"what", what}});
}

Call call_from(const fs::path& file, const UNetConfig& network) {
    Weights given = read_safetensors(file).weights;
    for (const auto& [name, tensor] : given) {
        if (name != "x" && name != "t" && name != "class_labels")
            refuse(file, name.c_str(), "has no place here: it may hold x, t and class_labels");
        if (!at::isfinite(tensor).all().item<bool>())
            refuse(file, name.c_str(), "holds values that aren't finite");
    }
    for (const char* name : {"x", "t"})
        if (!given.contains(name)) refuse(file, name, "is missing");
    Call call{given["x"], given["t"], given["class_labels"]};
    if (!call.x.is_floating_point() || call.x.dim() != 4 || call.x.size(0) < 1 ||
        call.x.size(1) != network.in_channels)
        refuse(file, "x", "isn't floating-point [images, the network's channels, height, width]");
    check_size(network, int(call.x.size(2)), int(call.x.size(3)));
    const std::int64_t n = call.x.size(0);
    if (call.t.numel() != 1 && call.t.sizes() != at::IntArrayRef{n})
        refuse(file, "t", "is neither one number nor one for each image");
    call.t = call.t.to(at::kFloat).reshape(-1).expand({n});
    if (call.labels.defined() != (network.num_class_embeds > 0))
        refuse(file, "class_labels",
               call.labels.defined() ? "is given, and the network has no classes"
                                     : "is missing, and the network has classes");
    if (!call.labels.defined()) return call;
    if (!at::isIntegralType(call.labels.scalar_type(), false) ||
        call.labels.sizes() != at::IntArrayRef{n} || call.labels.min().item<std::int64_t>() < 0 ||
        call.labels.max().item<std::int64_t>() >= network.num_class_embeds)
        refuse(file, "class_labels", "isn't one class of the network for each image");
    call.labels = call.labels.to(at::kLong);
    return call;
}

}  // namespace

std::shared_ptr<const StartTensors> read_start_tensors(const fs::path& file) {
    return std::make_shared<const StartTensors>(read_start(file));
}

std::int64_t count_of(const StartTensors& start) { return start.x.size(0); }

std::vector<Image> generate(const Model& model, const GenerateRequest& request, const Fields& own,
                            const TensorFiles& files, const OnProgress& on_progress) {
    StepTensors steps;
    std::vector<Image> images = diffusion_of(model).generate(
        request, own, files.start.get(), files.save.empty() ? nullptr : &steps, on_progress);
    if (!files.save.empty() && !images.empty()) write_safetensors(files.save, steps.all());
    return images;
}

void probe(const Model& model, const fs::path& in, const fs::path& out,
           const GenerateRequest& request) {
    const DiffusionModel& diffusion = diffusion_of(model);
    const Call call = call_from(in, diffusion.setup().network);
    const DeviceChoice device = use_device(request.device, request.threads);
    const std::string precision =
        request.precision == "auto" ? "fp32" : resolve_precision(request.precision, device);
    const at::Device place(device.device);
    const c10::InferenceMode inference;
    UNet network = diffusion.network_on(place, precision);
    const at::Tensor answer = network->forward(
        call.x.to(place, precision == "bf16" ? at::kBFloat16 : at::kFloat), call.t.to(place),
        call.labels.defined() ? call.labels.to(place) : call.labels);
    write_safetensors(out, {{"out", answer.to(at::kCPU, at::kFloat)}});
}

}  // namespace daguerre
