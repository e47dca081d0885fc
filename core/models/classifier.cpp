// The family of classifiers: what training leaves, and its row.
#include "core/models/classifier.h"

#include <cmath>

#include "core/base/error.h"
#include "core/models/classifier_family.h"
#include "core/models/classifier_network.h"
#include "core/models/model_files.h"
#include "core/models/network_copies.h"
#include "core/models/open_model.h"
#include "core/models/train_request.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t at_once = 128;  // images in one call

class NetworkClassifier : public Classifier {
public:
    NetworkClassifier(const std::string& id, const ClassifierOptions& options,
                      std::int64_t base_channels, const DataShape& shape,
                      std::shared_ptr<ClassifierNetwork> network, Json about, std::string sha256)
        : networks_(std::move(network),
                    [options, base_channels, shape] {
                        return classifier_network(options, base_channels, shape, 0);
                    }),
          about_(std::move(about)) {
        info_ = info_from(about_, id, std::move(sha256));
        info_.makes_images = false;
        if (options.noisy()) schedule_ = schedule_of(options);
    }

    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return {}; }

    std::vector<Image> generate(const GenerateRequest&, const Fields&,
                                const OnProgress&) const override {
        throw Error("{id} is a classifier: it tells images apart and makes none.",
                    {{"id", info_.id}});
    }

    Answer classify(const at::Tensor& images) const override {
        const torch::NoGradGuard no_grad;
        std::vector<at::Tensor> features, logits;
        for (std::int64_t first = 0; first < images.size(0); first += at_once) {
            const at::Tensor some =
                images.narrow(0, first, std::min(at_once, images.size(0) - first));
            const at::Tensor t =
                schedule_ ? at::zeros({some.size(0)}, some.options()) : at::Tensor();
            const Answer answer = networks_.on(images.device())->forward(some, t);
            features.push_back(answer.features);
            logits.push_back(answer.logits);
        }
        return {at::cat(features), at::cat(logits)};
    }

    const NoiseSchedule* noise_schedule() const override {
        return schedule_ ? &*schedule_ : nullptr;
    }

    at::Tensor log_probabilities(const at::Tensor& x, double sigma) const override {
        require(schedule_.has_value(), "the classifier knows noisy images");
        const at::Tensor t = at::full({x.size(0)}, schedule_->t_of(sigma), x.options());
        const at::Tensor scaled = x / std::sqrt(1 + sigma * sigma);
        return at::log_softmax(networks_.on(x.device())->forward(scaled, t).logits, 1);
    }

    void save(const fs::path& folder) const override {
        write_model_files(folder, about_, weights_of(*networks_.original()), info_.parameters);
    }

private:
    NetworkCopies<std::shared_ptr<ClassifierNetwork>> networks_;
    Json about_;
    ModelInfo info_;
    std::optional<NoiseSchedule> schedule_;
};

std::shared_ptr<const Model> load(const fs::path& folder, const std::string& id) {
    const ModelFiles files = read_model_files(folder);
    const fs::path about = folder / "daguerre.json", weights = folder / "model.safetensors";
    const auto options = options_from<ClassifierOptions>(
        settings_from(files.about, fields_of<ClassifierOptions>(), about));
    const auto base =
        options_from<TrainRequest>(settings_from(files.about, fields_of<TrainRequest>(), about))
            .base_channels;
    const DataShape shape = shape_from(files.about, about);
    std::int64_t held = 0;
    for (const auto& [name, tensor] : files.weights) held += tensor.numel();
    // A UNet's way down has about half of its weights.
    if (classifier_size(options, base, shape).parameters > 4 * held)
        throw Error("“{file}” isn't whole: it holds {n} weights where “{about}” describes more.",
                    {{"file", weights}, {"n", held}, {"about", about.filename()}});
    const auto network = classifier_network(options, base, shape, 0);
    load_into(*network, files.weights, weights.string());
    return make_classifier(id, options, base, shape, network, files.about, files.sha256);
}

ModelInfo peek(const fs::path& folder, const std::string& id) {
    ModelInfo info = info_from(read_description(folder), id, "");
    info.makes_images = false;
    return info;
}

struct PresetRow {
    const char *id, *title;
    int size;
    const char *backbone, *multiples;
    std::int64_t base_channels, blocks, shift;
    const char* flips;
    double learning_rate;
    std::int64_t images;
};

constexpr PresetRow preset_rows[] = {
    {"resnet-28", "ResNet, 28 px", 28, "resnet", "1,2,4", 32, 1, 2, "auto", 0.1, 600'000},
    {"resnet-32", "ResNet, 32 px", 32, "resnet", "1,2,4", 64, 2, 4, "on", 0.1, 1'500'000},
    {"resnet-64", "ResNet, 64 px", 64, "resnet", "1,2,4,4", 32, 1, 4, "auto", 0.1, 1'500'000},
    {"simple-28", "Simple CNN, 28 px", 28, "simple", "1", 32, 1, 0, "off", 1e-3, 300'000},
    {"simple-32", "Simple CNN, 32 px", 32, "simple", "1", 32, 1, 0, "off", 1e-3, 500'000},
    {"noisy-28", "For guidance, 28 px", 28, "unet", "1,2,4", 16, 1, 0, "auto", 3e-4, 600'000},
    {"noisy-32", "For guidance, 32 px", 32, "unet", "1,2,2,2", 32, 1, 0, "on", 3e-4, 2'000'000},
};

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = [] {
        std::vector<Preset> made;
        for (const PresetRow& row : preset_rows) {
            const std::string backbone = row.backbone;
            const bool resnet = backbone == "resnet", noisy = backbone == "unet";
            // One cycle of the learning rate: Smith and Topin 2019 (arXiv:1708.07120).
            made.push_back(
                {row.id,
                 row.title,
                 row.size,
                 {{"backbone", backbone},
                  {"multiples", std::string(row.multiples)},
                  {"base_channels", row.base_channels},
                  {"blocks", row.blocks},
                  {"shift", row.shift},
                  {"flips", std::string(row.flips)},
                  {"batch", std::int64_t(128)},
                  {"learning_rate", row.learning_rate},
                  {"images", row.images},
                  {"warm_up", resnet ? row.images * 3 / 10 : row.images / 50},
                  {"decay", std::string("cosine")},
                  {"optimizer", std::string(resnet ? "sgd" : "adam")},
                  {"weight_decay", resnet  ? 5e-4
                                   : noisy ? 0.05
                                           : 0.0},
                  {"label_smoothing", resnet ? 0.1 : 0.0},
                  {"dropout", backbone == "simple" ? 0.5 : 0.0},
                  {"noise_schedule", std::string(noisy ? "squaredcos_cap_v2" : "none")}}});
        }
        return made;
    }();
    return all;
}

std::uint64_t training_bytes(const Fields& settings, const DataShape& shape) {
    const auto request = options_from<TrainRequest>(settings);
    const ClassifierSize size =
        classifier_size(options_from<ClassifierOptions>(settings), request.base_channels, shape);
    return bytes_of_training(std::uint64_t(size.parameters),
                             std::uint64_t(request.batch) * size.kept_floats * sizeof(float),
                             request.precision);
}

}  // namespace

std::shared_ptr<const Classifier> make_classifier(const std::string& id,
                                                  const ClassifierOptions& options,
                                                  std::int64_t base_channels,
                                                  const DataShape& shape,
                                                  std::shared_ptr<ClassifierNetwork> network,
                                                  Json about, std::string sha256) {
    std::int64_t parameters = 0;
    for (const at::Tensor& parameter : network->parameters()) parameters += parameter.numel();
    about["parameters"] = parameters;
    return std::make_shared<NetworkClassifier>(
        id, options, base_channels, shape, std::move(network), std::move(about), std::move(sha256));
}

std::shared_ptr<const Classifier> open_classifier(std::string_view name) {
    const auto model = open_model(name);
    auto classifier = std::dynamic_pointer_cast<const Classifier>(model);
    if (!classifier)
        throw Error("{id} is a model of the family {family}; a classifier is needed here.",
                    {{"id", model->info().id}, {"family", model->info().family}});
    return classifier;
}

Family classifier_family() {
    return {.id = "classifier",
            .title = "Classifier",
            .train_fields = [] { return fields_of<ClassifierOptions>(); },
            .presets = presets,
            .training_bytes = training_bytes,
            .make_trainer = make_classifier_trainer,
            .load = load,
            .peek = peek,
            .parts = false,
            .held_out_images = 2000};
}

}  // namespace daguerre
