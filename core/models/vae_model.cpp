#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "core/data/preprocess.h"
#include "core/image/image_file.h"
#include "core/models/code_features.h"
#include "core/models/network_copies.h"
#include "core/models/sampling_reporter.h"
#include "core/models/train_request.h"
#include "core/models/vae.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Images in one call: always so many, since kernels round differently for other counts and the
/// same seed must give the same pixels.
constexpr std::int64_t chunk_size = 16;
/// Codes of an image in its reported bound.
constexpr std::int64_t codes_of_bound = 100;

/// What a request became.
struct Plan {
    GenerateRequest request;
    VaeDrawOptions options;
    DeviceChoice device;
    at::Device place{at::kCPU};
    Vae network{nullptr};
    at::Tensor from, to;  // codes of two pictures; or undefined
};

ModelInfo info_of(const VaeConfig& config, bool null_class, const Json& about,
                  const std::string& id, std::string sha256) {
    ModelInfo info = info_from(about, id, std::move(sha256));
    info.parameters = value_count(config);
    info.null_class = null_class;
    return info;
}

void check_choice(const VaeDrawOptions& options) {
    if (options.from.empty() != options.to.empty())
        throw Error("from and to name the pictures at both ends. Name {missing}, too.",
                    {{"missing", options.from.empty() ? "from" : "to"}});
    const int chosen = int(options.walk > 0) + int(!options.from.empty()) + int(options.map);
    if (chosen > 1)
        throw Error(
            "walk, from and to, and map each say where the pictures lie. Choose one of them.");
}

/// The value below which a standard normal number lies with this probability.
double normal_quantile(double probability) {
    return std::numbers::sqrt2 *
           at::erfinv(at::scalar_tensor(2 * probability - 1, at::kDouble)).item<double>();
}

class VaeModel : public Model {
public:
    VaeModel(const std::string& id, Vae network, bool null_class, Json about, std::string sha256)
        : config_(network->config()),
          networks_(std::move(network), [config = config_] { return Vae(config); }),
          about_(std::move(about)),
          info_(info_of(config_, null_class, about_, id, std::move(sha256))) {
        // Of the codes' covariances; the root of what rounding made negative is 0.
        const at::Tensor mean = networks_.original()->code_mean.to(at::kDouble);
        const at::Tensor covariance = networks_.original()->code_second.to(at::kDouble) -
                                      mean.unsqueeze(2) * mean.unsqueeze(1);
        const auto [values, vectors] =
            at::linalg_eigh((covariance + covariance.transpose(1, 2)) / 2);
        code_roots_ = (vectors * values.clamp_min(0).sqrt().unsqueeze(1))
                          .bmm(vectors.transpose(1, 2))
                          .to(at::kFloat);
    }

    const ModelInfo& info() const override { return info_; }

    Bond bond(const Fields& own) const override {
        const auto options = options_from<VaeDrawOptions>(own);
        if (options.map) return Bond::Grid;
        return options.walk > 0 || !options.from.empty() ? Bond::Film : Bond::None;
    }

    Fields generate_fields() const override {
        Fields fields = fields_of<VaeDrawOptions>();
        if (config_.latent != 2)
            std::erase_if(fields, [](const Field& field) { return field.key == "map"; });
        return fields;
    }

    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override;
    std::vector<Image> reconstruct(const std::vector<Image>& pictures,
                                   const GenerateRequest& request) const override;
    Likelihood likelihood() const override { return {.kind = "At most"}; }
    std::vector<double> bits_per_dimension(const std::vector<Image>& pictures,
                                           const std::vector<int>& labels,
                                           const GenerateRequest& request) const override;

    void save(const fs::path& folder) const override {
        write_model_files(folder, about_, weights_of(*networks_.original()), info_.parameters);
    }

    /// The middle of the code of each image, [N, latent], of images [N, C, H, W] in [-1, 1].
    at::Tensor codes(const at::Tensor& images) const;

private:
    Plan plan_of(const GenerateRequest& request, const Fields& own) const;
    at::Tensor code_of_file(const Plan& plan, const std::string& file) const;
    at::Tensor code_of_image(const Plan& plan, std::int64_t i) const;
    at::Tensor labels_of(std::vector<std::int64_t> labels, const at::Device& place) const;
    std::vector<Image> made(const Plan& plan, std::int64_t first) const;
    Record record_of(const Plan& plan, std::int64_t i) const;

    VaeConfig config_;
    NetworkCopies<Vae> networks_;
    Json about_;
    ModelInfo info_;
    at::Tensor code_roots_;  // [K, latent, latent]
};

/// float32 always: decoding takes so little time that bf16 would save none.
Plan VaeModel::plan_of(const GenerateRequest& request, const Fields& own) const {
    Plan plan;
    plan.request = options_from<GenerateRequest>(fields_of(request));  // checks the ranges
    plan.options = options_from<VaeDrawOptions>(own);
    check_choice(plan.options);
    if (plan.options.map && config_.latent != 2)
        throw Error("{id} codes pictures by {n} numbers; only those of 2 can be shown as a map.",
                    {{"id", info_.id}, {"n", config_.latent}});
    // A map is of one class, so that only the codes differ.
    if (plan.options.map && request.image_class.empty() && !info_.classes.empty())
        plan.request.image_class =
            info_.null_class ? "none" : std::to_string(class_of(info_, request, 0));
    class_of(info_, request, 0);
    plan.device = use_device(request.device, request.threads);
    resolve_precision(request.precision, plan.device);
    plan.place = at::Device(plan.device.device);
    plan.network = networks_.on(plan.place);
    return plan;
}

/// labels: −1 for none.
at::Tensor VaeModel::labels_of(std::vector<std::int64_t> labels, const at::Device& place) const {
    if (config_.classes == 0) return {};
    for (std::int64_t& label : labels) label = label < 0 ? config_.classes : label;
    return at::tensor(labels).to(place);
}

/// [latent], CPU. Throws Error when the file can't be read.
at::Tensor VaeModel::code_of_file(const Plan& plan, const std::string& file) const {
    const Image view = network_view(read_image(file), info_.width, info_.channels);
    const at::Tensor y = dequantised(tensor_of({view}), at::scalar_tensor(0.5)).to(plan.place);
    Vae network = plan.network;
    return network->encode(y, labels_of({-1}, plan.place)).mean[0].to(at::kCPU);
}

/// [latent], CPU.
at::Tensor VaeModel::code_of_image(const Plan& plan, std::int64_t i) const {
    const std::int64_t count = plan.request.count;
    if (plan.from.defined())
        return slerp(plan.from, plan.to, double(i) / double(std::max<std::int64_t>(count - 1, 1)));
    if (plan.options.map) {
        const auto side = std::int64_t(std::ceil(std::sqrt(double(count))));
        const auto quantile = [&](std::int64_t cell) {
            return normal_quantile((double(cell) + 0.5) / double(side));
        };
        return at::tensor({quantile(i % side), quantile(i / side)}, at::kFloat);
    }
    const at::Tensor z = latent_of_image(plan.request, plan.options.walk, i, config_.latent) *
                         plan.options.temperature;
    if (plan.options.codes == "standard") return z;
    std::int64_t row = class_of(info_, plan.request, i);
    if (row < 0) row = config_.classes;
    return networks_.original()->code_mean[row] + code_roots_[row].mv(z);
}

std::vector<Image> VaeModel::made(const Plan& plan, std::int64_t first) const {
    const std::int64_t count = std::min(chunk_size, plan.request.count - first);
    std::vector<at::Tensor> codes;
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < chunk_size; ++i) {
        const std::int64_t image = first + std::min(i, count - 1);  // the last one repeats
        codes.push_back(code_of_image(plan, image));
        labels.push_back(class_of(info_, plan.request, image));
    }
    Vae network = plan.network;
    const at::Tensor y =
        network->decode(at::stack(codes).to(plan.place), labels_of(labels, plan.place));
    std::vector<Image> images = images_of(quantised(y.narrow(0, 0, count)));
    for (std::int64_t i = 0; i < count; ++i)
        add_record(images[std::size_t(i)], record_of(plan, first + i));
    return images;
}

std::vector<Image> VaeModel::generate(const GenerateRequest& request, const Fields& own,
                                      const OnProgress& on_progress) const {
    Plan plan = plan_of(request, own);
    const c10::InferenceMode inference;
    if (!plan.options.from.empty()) {
        plan.from = code_of_file(plan, plan.options.from);
        plan.to = code_of_file(plan, plan.options.to);
    }
    const std::int64_t chunks = (plan.request.count + chunk_size - 1) / chunk_size;
    Reporter reporter(on_progress, chunks);
    std::vector<Image> images;
    try {
        for (std::int64_t i = 0; i < chunks && !reporter.stopped(); ++i) {
            reporter.call();
            const std::vector<Image> some = made(plan, i * chunk_size);
            images.insert(images.end(), some.begin(), some.end());
            reporter.step([&] { return Preview{int(i * chunk_size), 0, 1, 0, 0, {}, some}; }, true);
        }
    } catch (const Stopped&) {
    }
    return images;
}

Record VaeModel::record_of(const Plan& plan, std::int64_t i) const {
    Fields own = fields_of(plan.options);
    std::erase_if(own, [&](const Field& field) {
        return field.key == "map" && !find_field(generate_fields(), "map");
    });
    Fields told = own;
    std::erase_if(told, [](const Field& field) { return field.value == field.standard; });
    Record record =
        record_of_image(info_, plan.request, own, i, {plan.device, "fp32"}, parameters_of(told));
    say_walk(record, plan.request, plan.options.walk, i);
    if (plan.from.defined() || plan.options.map) say_frame(record, plan.request, i);
    return record;
}

std::vector<Image> VaeModel::reconstruct(const std::vector<Image>& pictures,
                                         const GenerateRequest& request) const {
    const Plan plan = plan_of(request, {});
    const c10::InferenceMode inference;
    Vae network = plan.network;
    std::vector<Image> images;
    for (std::size_t first = 0; first < pictures.size(); first += chunk_size) {
        const std::size_t count = std::min(std::size_t(chunk_size), pictures.size() - first);
        std::vector<Image> chunk;
        for (std::size_t i = 0; i < std::size_t(chunk_size); ++i)
            chunk.push_back(pictures[first + std::min(i, count - 1)]);
        const at::Tensor y = dequantised(tensor_of(chunk), at::scalar_tensor(0.5)).to(plan.place);
        const at::Tensor labels =
            labels_of(std::vector<std::int64_t>(std::size_t(chunk_size), -1), plan.place);
        const at::Tensor decoded = network->decode(network->encode(y, labels).mean, labels);
        for (Image& image : images_of(quantised(decoded.narrow(0, 0, std::int64_t(count)))))
            images.push_back(std::move(image));
    }
    return images;
}

at::Tensor VaeModel::codes(const at::Tensor& images) const {
    const c10::InferenceMode inference;
    Vae network = networks_.on(images.device());
    std::vector<at::Tensor> means;
    for (std::int64_t first = 0; first < images.size(0); first += chunk_size) {
        const std::int64_t count = std::min(chunk_size, images.size(0) - first);
        const at::Tensor y = dequantised(images.narrow(0, first, count), at::scalar_tensor(0.5));
        const std::vector<std::int64_t> none(std::size_t(count), -1);
        means.push_back(network->encode(y, labels_of(none, images.device())).mean);
    }
    return at::cat(means);
}

/// An encoder as metrics look through it.
class Codes : public Classifier {
public:
    explicit Codes(std::shared_ptr<const VaeModel> vae)
        : vae_(std::move(vae)), info_(vae_->info()) {
        info_.classes.clear();
        info_.makes_images = false;
    }
    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return {}; }
    std::vector<Image> generate(const GenerateRequest&, const Fields&,
                                const OnProgress&) const override {
        throw Error("The encoder of {id} looks at images and makes none.", {{"id", info_.id}});
    }
    Answer classify(const at::Tensor& images) const override {
        const at::Tensor codes = vae_->codes(images);
        return {codes, codes.new_empty({codes.size(0), 0})};
    }
    const NoiseSchedule* noise_schedule() const override { return nullptr; }
    at::Tensor log_probabilities(const at::Tensor&, double) const override {
        throw Error("The encoder of {id} knows no classes.", {{"id", info_.id}});
    }
    void save(const fs::path& folder) const override { vae_->save(folder); }

private:
    std::shared_ptr<const VaeModel> vae_;
    ModelInfo info_;
};

std::vector<double> VaeModel::bits_per_dimension(const std::vector<Image>& pictures,
                                                 const std::vector<int>& labels,
                                                 const GenerateRequest& request) const {
    const Plan plan = plan_of(request, {});
    const c10::InferenceMode inference;
    Vae network = plan.network;
    std::vector<double> bits;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const at::Generator generator =
            at::detail::createCPUGenerator(seed_of(request, std::int64_t(i)));
        const at::Tensor image = tensor_of({pictures[i]});
        const at::Tensor u = at::rand(image.sizes(), generator);
        const at::Tensor noise = at::randn({codes_of_bound, config_.latent}, generator);
        bits.push_back(bound_of_many(network, dequantised(image, u).to(plan.place),
                                     labels_of({labels[i]}, plan.place), noise.to(plan.place)));
    }
    return bits;
}

/// What a folder's description says of its network.
struct Described {
    VaeConfig config;
    bool null_class = false;
};

Described described(const Json& about, const fs::path& file) {
    Fields fields = fields_of<TrainRequest>();
    for (const Field& field : fields_of<VaeOptions>()) fields.push_back(field);
    fields = settings_from(about, fields, file);
    const auto options = options_from<VaeOptions>(fields);
    const DataShape shape = shape_from(about, file);
    return {vae_network(options, options_from<TrainRequest>(fields).base_channels, shape),
            !shape.classes.empty() && options.label_drop > 0};
}

}  // namespace

std::shared_ptr<const Model> make_vae_model(const std::string& id, Vae network, bool null_class,
                                            Json about, std::string sha256) {
    return std::make_shared<VaeModel>(id, std::move(network), null_class, std::move(about),
                                      std::move(sha256));
}

std::shared_ptr<const Classifier> codes_as_features(std::shared_ptr<const Model> vae) {
    auto own = std::dynamic_pointer_cast<const VaeModel>(std::move(vae));
    return own ? std::make_shared<const Codes>(std::move(own)) : nullptr;
}

std::shared_ptr<const Model> load_vae_model(const fs::path& folder, const std::string& id) {
    ModelFiles files = read_model_files(folder);
    const Described what = described(files.about, folder / "daguerre.json");
    check_parameters(files, folder, value_count(what.config));
    Vae network(what.config);
    load_into(*network, files.weights, (folder / "model.safetensors").string());
    return make_vae_model(id, network, what.null_class, std::move(files.about), files.sha256);
}

ModelInfo peek_vae_model(const fs::path& folder, const std::string& id) {
    const Json about = read_description(folder);
    const Described what = described(about, folder / "daguerre.json");
    return info_of(what.config, what.null_class, about, id, "");
}

}  // namespace daguerre
