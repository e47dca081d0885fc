#include "core/models/vae.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/number_list.h"
#include "core/models/train_request.h"

namespace daguerre {
namespace {

struct PresetRow {
    const char *id, *title;
    int size;
    std::int64_t base_channels;
    const char* multiples;
    std::int64_t latent, images;
};

constexpr PresetRow preset_rows[] = {
    {"conv-28", "Convolutions, 28 px", 28, 32, "1,2", 32, 600'000},
    {"map-28", "Map of two numbers, 28 px", 28, 32, "1,2", 2, 600'000},
    {"conv-32", "Convolutions, 32 px", 32, 32, "1,2,4", 64, 4'000'000},
    {"conv-64", "Convolutions, 64 px", 64, 32, "1,2,4,8", 128, 6'000'000},
};

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = [] {
        std::vector<Preset> made;
        for (const PresetRow& row : preset_rows)
            made.push_back({row.id,
                            row.title,
                            row.size,
                            {{"base_channels", row.base_channels},
                             {"multiples", row.multiples},
                             {"latent", row.latent},
                             {"batch", std::int64_t(128)},
                             {"learning_rate", 1e-3},
                             {"images", row.images},
                             {"warm_up", row.images / 50},
                             {"kl_warm_up", row.images / 10}}});
        return made;
    }();
    return all;
}

std::uint64_t training_bytes(const Fields& settings, const DataShape& shape) {
    const auto request = options_from<TrainRequest>(settings);
    const auto options = options_from<VaeOptions>(settings);
    const VaeConfig config = vae_network(options, request.base_channels,
                                         with_learned_classes(shape, options.conditional));
    return bytes_of_training(std::uint64_t(value_count(config)),
                             std::uint64_t(request.batch) * kept_bytes(config), request.precision);
}

}  // namespace

VaeConfig vae_network(const VaeOptions& options, std::int64_t base_channels,
                      const DataShape& shape) {
    const std::vector<int> multiples = numbers_in(options.multiples, "multiples");
    if (multiples.empty() || multiples.size() > 8)
        throw Error("multiples is “{text}”; it must name 1 to 8 levels, such as 1,2.",
                    {{"text", options.multiples}});
    const int stride = 1 << multiples.size(), below = shape.size / stride * stride;
    if (shape.size % stride != 0)
        throw Error(
            "{n} x {n} can't be halved {levels} times. Choose a size that is divisible by "
            "{stride}, "
            "such as {near}, or name fewer multiples.",
            {{"n", shape.size},
             {"levels", multiples.size()},
             {"stride", stride},
             {"near", below > 0 ? std::to_string(below) + " or " + std::to_string(below + stride)
                                : std::to_string(stride)}});
    VaeConfig config{
        shape.size, shape.channels, {}, options.latent, std::int64_t(shape.classes.size())};
    for (const int multiple : multiples) config.widths.push_back(multiple * base_channels);
    return config;
}

Family vae_family() {
    return {.id = "vae",
            .title = "VAE",
            .train_fields = [] { return fields_of<VaeOptions>(); },
            .presets = presets,
            .training_bytes = training_bytes,
            .make_trainer = make_vae_trainer,
            .load = load_vae_model,
            .peek = peek_vae_model,
            .generate_fields = [] { return fields_of<VaeDrawOptions>(); },
            // The variance of the pixels is that of a whole batch.
            .parts = false};
}

}  // namespace daguerre
