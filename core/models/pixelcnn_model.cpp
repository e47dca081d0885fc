#include <algorithm>

#include "core/base/error.h"
#include "core/models/network_copies.h"
#include "core/models/pixelcnn.h"
#include "core/models/pixelcnn_sampling.h"
#include "core/models/sampling_reporter.h"
#include "core/models/train_request.h"
#include "core/nn/device.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Images drawn together: always so many, since kernels round differently for other counts and the
/// same seed must give the same pixels.
constexpr std::int64_t group_size = 16;

/// What a request became.
struct Plan {
    GenerateRequest request;
    PixelDrawOptions options;
    DeviceChoice device;
    at::Device place{at::kCPU};
    PixelCnn network{nullptr};
};

ModelInfo info_of(const PixelCnnConfig& config, const Json& about, const std::string& id,
                  std::string sha256) {
    ModelInfo info = info_from(about, id, std::move(sha256));
    info.parameters = parameter_count(config);
    info.null_class = config.null_class;
    return info;
}

class PixelCnnModel : public Model {
public:
    PixelCnnModel(const std::string& id, PixelCnn network, Json about, std::string sha256)
        : config_(network->config()),
          networks_(std::move(network), [config = config_] { return PixelCnn(config); }),
          about_(std::move(about)),
          info_(info_of(config_, about_, id, std::move(sha256))) {}

    const ModelInfo& info() const override { return info_; }
    Fields generate_fields() const override { return fields_of<PixelDrawOptions>(); }
    Fields complete_fields() const override { return fields_of<PixelDrawOptions>(); }

    std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                const OnProgress& on_progress) const override {
        const Plan plan = plan_of(request, own);
        const c10::InferenceMode inference;
        const std::int64_t groups = (plan.request.count + group_size - 1) / group_size;
        Reporter reporter(on_progress, groups * info_.height);
        std::vector<Image> images;
        try {
            for (std::int64_t i = 0; i < groups && !reporter.stopped(); ++i)
                for (Image& image : made(plan, i * group_size, reporter))
                    images.push_back(std::move(image));
        } catch (const Stopped&) {
        }
        return images;
    }

    CompletionCost completion_cost(const Fields&) const override {
        const double pixels = double(info_.width) * info_.height;
        const std::uint64_t features = std::uint64_t(config_.features * config_.layers) * 2;
        return {info_.height, macs_per_pixel(config_) * pixels / info_.height,
                std::uint64_t(pixels) * features * sizeof(float)};
    }

    Image complete(const Image& picture, const Image& hole, const GenerateRequest& request,
                   const Fields& own, const OnProgress& on_progress) const override;

    Likelihood likelihood() const override { return {.kind = "Exact"}; }
    std::vector<double> bits_per_dimension(const std::vector<Image>& pictures,
                                           const std::vector<int>& labels,
                                           const GenerateRequest& request) const override;

    void save(const fs::path& folder) const override {
        write_model_files(folder, about_, weights_of(*networks_.original()), info_.parameters);
    }

private:
    Plan plan_of(const GenerateRequest& request, const Fields& own) const;
    at::Tensor labels_of(std::vector<std::int64_t> labels, const at::Device& place) const;
    void run(const Plan& plan, const PixelDraw& draw, std::int64_t first, std::int64_t count,
             Reporter& reporter) const;
    std::vector<Image> made(const Plan& plan, std::int64_t first, Reporter& reporter) const;

    PixelCnnConfig config_;
    NetworkCopies<PixelCnn> networks_;
    Json about_;
    ModelInfo info_;
};

/// float32 always: a column of a row is too little work for bf16 to be faster.
Plan PixelCnnModel::plan_of(const GenerateRequest& request, const Fields& own) const {
    Plan plan;
    plan.request = options_from<GenerateRequest>(fields_of(request));  // checks the ranges
    plan.options = options_from<PixelDrawOptions>(own);
    if (!config_.null_class) plan.options.guidance = 1;
    class_of(info_, request, 0);
    plan.device = use_device(request.device, request.threads);
    resolve_precision(request.precision, plan.device);
    plan.place = at::Device(plan.device.device);
    plan.network = networks_.on(plan.place);
    return plan;
}

/// labels: −1 for none.
at::Tensor PixelCnnModel::labels_of(std::vector<std::int64_t> labels,
                                    const at::Device& place) const {
    if (config_.classes == 0) return {};
    for (std::int64_t& label : labels) label = label < 0 ? config_.classes : label;
    return at::tensor(labels).to(place);
}

/// Images first .. first + count − 1 of a request are drawn. Throws Stopped.
void PixelCnnModel::run(const Plan& plan, const PixelDraw& draw, std::int64_t first,
                        std::int64_t count, Reporter& reporter) const {
    const std::int64_t height = info_.height;
    draw_pixels(plan.network, draw, [&](std::int64_t row, bool begun) {
        if (begun) return reporter.call();
        const auto preview = [&] {
            return Preview{
                int(first), int(row), int(height), 0, 0, {}, images_of(draw.x.narrow(0, 0, count))};
        };
        reporter.step(preview, row + 1 == height);
    });
}

std::vector<Image> PixelCnnModel::made(const Plan& plan, std::int64_t first,
                                       Reporter& reporter) const {
    const std::int64_t count = std::min(group_size, plan.request.count - first);
    PixelDraw draw;
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < group_size; ++i) {
        const std::int64_t image = first + std::min(i, count - 1);  // the last one repeats
        draw.seeds.push_back(seed_of(plan.request, image));
        labels.push_back(class_of(info_, plan.request, image));
    }
    draw.labels = labels_of(std::move(labels), plan.place);
    draw.temperature = plan.options.temperature;
    draw.guidance = plan.options.guidance;
    draw.x =
        at::zeros({group_size, info_.channels, info_.height, info_.width}, at::device(plan.place));
    run(plan, draw, first, count, reporter);
    std::vector<Image> images = images_of(draw.x.narrow(0, 0, count));
    const Fields own = fields_of(plan.options);
    for (std::int64_t i = 0; i < count; ++i)
        add_record(images[std::size_t(i)],
                   record_of_image(info_, plan.request, own, first + i, {plan.device, "fp32"},
                                   parameters_of(own)));
    return images;
}

Image PixelCnnModel::complete(const Image& picture, const Image& hole,
                              const GenerateRequest& request, const Fields& own,
                              const OnProgress& on_progress) const {
    require(picture.width == info_.width && picture.height == info_.height &&
                picture.channels == info_.channels && picture.depth == 8,
            "the picture has the model's size and channels");
    require(hole.width == picture.width && hole.height == picture.height && hole.channels == 1,
            "the hole has the picture's size");
    GenerateRequest one = request;
    one.count = 1;
    const Plan plan = plan_of(one, own);
    const c10::InferenceMode inference;
    PixelDraw draw;
    draw.x = tensor_of({picture}).to(plan.place);
    draw.known = (tensor_of({hole}) < 0)[0][0];
    draw.x.masked_fill_(draw.known.logical_not().to(plan.place), 0);
    draw.labels = labels_of({class_of(info_, plan.request, 0)}, plan.place);
    draw.seeds = {seed_of(plan.request, 0)};
    draw.temperature = plan.options.temperature;
    draw.guidance = plan.options.guidance;
    Reporter reporter(on_progress, info_.height);
    try {
        run(plan, draw, 0, 1, reporter);
        return images_of(draw.x)[0];
    } catch (const Stopped&) {
        return {};
    }
}

std::vector<double> PixelCnnModel::bits_per_dimension(const std::vector<Image>& pictures,
                                                      const std::vector<int>& labels,
                                                      const GenerateRequest& request) const {
    const Plan plan = plan_of(request, {});
    const c10::InferenceMode inference;
    PixelCnn network = plan.network;
    std::vector<double> bits;
    for (std::size_t first = 0; first < pictures.size(); first += group_size) {
        const auto count = std::min(std::size_t(group_size), pictures.size() - first);
        const auto from = std::ptrdiff_t(first), to = std::ptrdiff_t(first + count);
        const at::Tensor images = tensor_of({pictures.begin() + from, pictures.begin() + to});
        const at::Tensor part = daguerre::bits_per_dimension(
            network, images.to(plan.place),
            labels_of({labels.begin() + from, labels.begin() + to}, plan.place));
        const at::Tensor read = part.to(at::kCPU, at::kDouble).contiguous();
        const double* values = read.const_data_ptr<double>();
        bits.insert(bits.end(), values, values + count);
    }
    return bits;
}

/// The network that a folder's description stands for.
PixelCnnConfig described(const Json& about, const fs::path& file) {
    Fields fields = fields_of<TrainRequest>();
    for (const Field& field : fields_of<PixelCnnOptions>()) fields.push_back(field);
    fields = settings_from(about, fields, file);
    return pixelcnn_network(options_from<PixelCnnOptions>(fields),
                            options_from<TrainRequest>(fields).base_channels,
                            shape_from(about, file));
}

}  // namespace

std::shared_ptr<const Model> make_pixelcnn_model(const std::string& id, PixelCnn network,
                                                 Json about, std::string sha256) {
    return std::make_shared<PixelCnnModel>(id, std::move(network), std::move(about),
                                           std::move(sha256));
}

std::shared_ptr<const Model> load_pixelcnn_model(const fs::path& folder, const std::string& id) {
    ModelFiles files = read_model_files(folder);
    const PixelCnnConfig config = described(files.about, folder / "daguerre.json");
    check_parameters(files, folder, parameter_count(config));
    PixelCnn network(config);
    load_into(*network, files.weights, (folder / "model.safetensors").string());
    return make_pixelcnn_model(id, network, std::move(files.about), files.sha256);
}

ModelInfo peek_pixelcnn_model(const fs::path& folder, const std::string& id) {
    const Json about = read_description(folder);
    const PixelCnnConfig config = described(about, folder / "daguerre.json");
    return info_of(config, about, id, "");
}

}  // namespace daguerre
