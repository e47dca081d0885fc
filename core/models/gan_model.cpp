#include <algorithm>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/models/gan.h"
#include "core/models/train_request.h"
#include "core/nn/device.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Images in one call. It depends on nothing but the size of the images and the device, since
/// kernels round differently for other counts and the same seed must give the same pixels.
std::int64_t chunk_size(int size, bool cpu) { return !cpu ? 16 : size <= 32 ? 8 : 4; }

/// What a request became.
struct Plan {
    GenerateRequest request;
    GanSampling options;
    Numerics numerics;
    at::Device place{at::kCPU};
    at::ScalarType type = at::kFloat;
    std::int64_t chunk = 1;
    std::shared_ptr<Generator> network{};
};

class GanModel : public Model {
public:
    GanModel(const std::string& id, const GanConfig& config, std::shared_ptr<Generator> network,
             ModelFiles files)
        : config_(config), network_(std::move(network)), about_(std::move(files.about)) {
        fix(*network_);
        info_ = info_from(about_, id, std::move(files.sha256));
        info_.remarks = std::move(files.remarks);
        info_.parameters = parameters_in(*network_);
    }

    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return fields_of<GanSampling>(); }
    Bond bond(const Fields& own) const override {
        return options_from<GanSampling>(own).walk > 0 ? Bond::Film : Bond::None;
    }

    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override {
        const Plan plan = plan_of(request, own);
        const auto tell = [&](const Progress& at) { return !on_progress || on_progress(at); };
        const std::int64_t chunks = (request.count + plan.chunk - 1) / plan.chunk;
        std::vector<Image> images;
        for (std::int64_t k = 0; k < chunks; ++k) {
            if (!tell({k, chunks, "call", {}})) break;
            std::vector<Image> some = made(plan, k * plan.chunk);
            const auto preview = [&] {
                return Preview{.first = int(k * plan.chunk), .steps = 1, .x = {}, .denoised = some};
            };
            const bool go_on = tell({k + 1, chunks, "step", preview});
            std::move(some.begin(), some.end(), std::back_inserter(images));
            if (!go_on) break;
        }
        return images;
    }

    void save(const fs::path& folder) const override {
        write_model_files(folder, about_, weights_of(*network_), info_.parameters);
    }

private:
    static void fix(Generator& network) {
        network.eval();
        for (const at::Tensor& parameter : network.parameters()) parameter.set_requires_grad(false);
    }

    Plan plan_of(const GenerateRequest& request, const Fields& own) const {
        Plan plan;
        plan.request = options_from<GenerateRequest>(fields_of(request));  // checks the ranges
        plan.options = options_from<GanSampling>(own);
        class_of(info_, request, 0);
        plan.numerics.device = use_device(request.device, request.threads);
        plan.numerics.precision = resolve_precision(request.precision, plan.numerics.device);
        plan.place = at::Device(plan.numerics.device.device);
        plan.type = plan.numerics.precision == "bf16" ? at::kBFloat16 : at::kFloat;
        plan.chunk = chunk_size(info_.width, plan.place.is_cpu());
        plan.network = network_on(plan.place, plan.type);
        return plan;
    }

    std::shared_ptr<Generator> network_on(const at::Device& device, at::ScalarType type) const {
        if (device.is_cpu() && type == at::kFloat) return network_;
        const std::lock_guard lock(mutex_);
        std::shared_ptr<Generator>& copy = networks_[{device.str(), type}];
        if (!copy) {
            copy = make_generator(config_, at::kCPU);
            load_into(*copy, weights_of(*network_), info_.id);
            copy->to(device, type);
            fix(*copy);
        }
        return copy;
    }

    /// The vectors of the classes of images `places`; on a walk between classes, of points between.
    at::Tensor class_vectors(const Plan& plan, const std::vector<std::int64_t>& places) const {
        if (config_.classes == 0) return {};
        std::vector<std::int64_t> from, to;
        std::vector<float> along;
        for (const std::int64_t i : places) {
            WalkPlace place{i, i, 0};
            if (plan.options.walk > 0) place = walk_place(plan.options.walk, i, plan.request.count);
            from.push_back(class_of(info_, plan.request, place.from));
            to.push_back(class_of(info_, plan.request, place.to));
            along.push_back(float(place.along));
        }
        const auto vectors = [&](const std::vector<std::int64_t>& labels) {
            return plan.network->class_vectors(at::tensor(labels).to(plan.place));
        };
        return at::lerp(vectors(from), vectors(to),
                        at::tensor(along).to(plan.place, plan.type).unsqueeze(1));
    }

    /// Images `first`, `first` + 1, ... of a chunk. Past the request's end the last is repeated, so
    /// that every call has the same shape.
    std::vector<Image> made(const Plan& plan, std::int64_t first) const {
        const c10::InferenceMode inference;
        std::vector<std::int64_t> places;
        std::vector<at::Tensor> latents;
        for (std::int64_t k = 0; k < plan.chunk; ++k) {
            places.push_back(std::min(first + k, plan.request.count - 1));
            latents.push_back(
                latent_of_image(plan.request, plan.options.walk, places.back(), config_.latent));
        }
        // About their mean, which is 0: Karras et al. 2019 (arXiv:1812.04948), appendix B.
        const at::Tensor z = at::stack(latents) * plan.options.truncation;
        std::vector<Image> images = images_of(
            plan.network->forward(z.to(plan.place, plan.type), class_vectors(plan, places)));
        images.resize(std::size_t(std::min(plan.chunk, plan.request.count - first)));
        for (std::size_t k = 0; k < images.size(); ++k)
            add_record(images[k], record_of(plan, first + std::int64_t(k)));
        return images;
    }

    Record record_of(const Plan& plan, std::int64_t i) const {
        const Fields own = fields_of(plan.options);
        Parameters line = parameters_of(own);
        if (plan.options.walk == 0)
            std::erase_if(line, [](const auto& pair) { return pair.first == walk_field().label; });
        Record record = record_of_image(info_, plan.request, own, i, plan.numerics, line);
        say_walk(record, plan.request, plan.options.walk, i);
        return record;
    }

    GanConfig config_;
    std::shared_ptr<Generator> network_;
    Json about_;
    ModelInfo info_;
    // The network for each device and precision, made when it is first asked for.
    mutable std::mutex mutex_;
    mutable std::map<std::pair<std::string, at::ScalarType>, std::shared_ptr<Generator>> networks_;
};

GanConfig config_from(const Json& about, const fs::path& file) {
    Fields fields = fields_of<TrainRequest>();
    for (Field& field : fields_of<GanOptions>()) fields.push_back(std::move(field));
    fields = settings_from(about, std::move(fields), file);
    auto options = options_from<GanOptions>(fields);
    const DataShape shape = shape_from(about, file);
    options.conditional = shape.classes.empty() ? "off" : "on";
    return gan_config(options, options_from<TrainRequest>(fields).base_channels, shape);
}

}  // namespace

std::shared_ptr<const Model> make_gan_model(const std::string& id, const GanConfig& config,
                                            std::shared_ptr<Generator> network, ModelFiles files) {
    return std::make_shared<GanModel>(id, config, std::move(network), std::move(files));
}

std::shared_ptr<const Model> load_gan_model(const fs::path& folder, const std::string& id) {
    ModelFiles files = read_model_files(folder);
    const fs::path file = folder / "model.safetensors";
    const GanConfig config = config_from(files.about, folder / "daguerre.json");
    std::int64_t there = 0, needed = 0;
    for (const auto& [name, tensor] : files.weights) there += tensor.numel();
    for (const auto& [name, tensor] : weights_of(*make_generator(config, at::kMeta)))
        needed += tensor.numel();
    if (there != needed)
        throw Error(
            "“{file}” holds {there} values, where the network that daguerre.json describes has "
            "{needed}. One of the two belongs to another model.",
            {{"file", file}, {"there", there}, {"needed", needed}});
    auto network = make_generator(config, at::kCPU);
    load_into(*network, files.weights, file.string());
    return make_gan_model(id, config, std::move(network), std::move(files));
}

ModelInfo peek_gan_model(const fs::path& folder, const std::string& id) {
    const Json about = read_description(folder);
    config_from(about, folder / "daguerre.json");
    return info_from(about, id, "");
}

}  // namespace daguerre
