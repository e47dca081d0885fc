#include "core/models/pixelcnn.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/models/train_request.h"

namespace daguerre {
namespace {

struct PresetRow {
    const char *id, *title;
    int size;
    std::int64_t base_channels, layers;
    const char* head;
    double dropout;
    std::int64_t images;
};

constexpr PresetRow preset_rows[] = {
    {"nano-28", "Nano, 28 px", 28, 32, 8, "softmax256", 0, 400'000},
    {"small-28", "Small, 28 px", 28, 64, 8, "softmax256", 0.1, 2'000'000},
    {"small-32", "Small, 32 px", 32, 64, 10, "logistics", 0.1, 10'000'000},
};

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = [] {
        std::vector<Preset> made;
        for (const PresetRow& row : preset_rows)
            made.push_back({row.id,
                            row.title,
                            row.size,
                            {{"base_channels", row.base_channels},
                             {"layers", row.layers},
                             {"kernel", std::int64_t(3)},
                             {"dilations", std::string("1,2,4")},
                             {"vertical_residual", true},
                             {"head", row.head},
                             {"dropout", row.dropout},
                             {"label_drop", 0.1},
                             {"batch", std::int64_t(32)},
                             {"learning_rate", 1e-3},
                             {"images", row.images},
                             {"warm_up", row.images / 50}}});
        return made;
    }();
    return all;
}

std::uint64_t training_bytes(const Fields& settings, const DataShape& shape) {
    const auto request = options_from<TrainRequest>(settings);
    const auto options = options_from<PixelCnnOptions>(settings);
    const PixelCnnConfig config = pixelcnn_network(
        options, request.base_channels, with_learned_classes(shape, options.conditional));
    const std::uint64_t pixels = std::uint64_t(shape.size) * std::uint64_t(shape.size);
    return bytes_of_training(
        std::uint64_t(parameter_count(config)),
        std::uint64_t(images_at_once(request)) * pixels * kept_bytes_per_pixel(config),
        request.precision);
}

}  // namespace

PixelCnnConfig pixelcnn_network(const PixelCnnOptions& options, std::int64_t base_channels,
                                const DataShape& shape) {
    if (options.kernel % 2 == 0)
        throw Error("kernel is {n}; it must be odd, so that it has a middle.",
                    {{"n", options.kernel}});
    const std::vector<int> dilations = numbers_in(options.dilations, "dilations");
    if (dilations.empty() || std::ranges::max(dilations) > shape.size)
        throw Error(
            "dilations are {text}; they must be numbers from 1 to the images' side, {side}.",
            {{"text", options.dilations}, {"side", shape.size}});
    return {.channels = shape.channels,
            .features = base_channels,
            .layers = options.layers,
            .kernel = options.kernel,
            .dilations = dilations,
            .vertical_residual = options.vertical_residual,
            .dropout = options.dropout,
            .head = options.head,
            .mixtures = options.mixtures,
            .classes = std::int64_t(shape.classes.size()),
            .null_class = !shape.classes.empty() && options.label_drop > 0};
}

Family pixelcnn_family() {
    return {.id = "pixelcnn",
            .title = "PixelCNN",
            .train_fields = [] { return fields_of<PixelCnnOptions>(); },
            .presets = presets,
            .training_bytes = training_bytes,
            .make_trainer = make_pixelcnn_trainer,
            .load = load_pixelcnn_model,
            .peek = peek_pixelcnn_model,
            .generate_fields = [] { return fields_of<PixelDrawOptions>(); },
            .complete_fields = [] { return fields_of<PixelDrawOptions>(); },
            .completion_limit = "It draws row after row and doesn't see what lies below."};
}

}  // namespace daguerre
