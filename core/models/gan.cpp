#include "core/models/gan.h"

#include <limits>

#include "core/base/error.h"
#include "core/models/train_request.h"

namespace daguerre {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr bool on = true, off = false;

struct PresetRow {
    const char *id, *title;
    int size;
    const char* backbone;
    std::int64_t base_channels, d_channels, widest, latent;
    const char* loss;
    bool spectral_norm;
    double r1;
    bool augment;
    std::int64_t d_steps;
    double beta1, beta2;
    std::int64_t batch;
    double learning_rate;
    const char* decay;
    std::int64_t images;
};

/// Karras et al. 2020 (arXiv:2006.06676), appendix C: what suits the size of the images and of the
/// batch.
constexpr double r1_for(int size, int batch) { return 0.0002 * size * size / batch; }

// The first of a size is its default. dcgan-*: Radford et al. 2016 (arXiv:1511.06434) in batches
// half as large, whose steps are twice as many in the same time; at 64 px, the size of folders,
// with DiffAugment, for without it the discriminator soon knows some thousand photos by heart.
// modern-*: the residual blocks of sngan-32 with R1 in place of spectral norm, and DiffAugment but
// on the 60,000 of 28 px, where it costs variety. sngan-32: Miyato et al. 2018 (arXiv:1802.05957),
// setting E. mlp-*: Goodfellow et al. 2014.
constexpr PresetRow preset_rows[] = {
    {"dcgan-28", "DCGAN, 28 px", 28, "dcgan", 64, 0, 8, 100, "bce", off, 0, off, 1, .5, .999, 64,
     2e-4, "none", million / 2},
    {"modern-28", "Modern, 28 px", 28, "resnet", 24, 24, 4, 128, "bce", off, r1_for(28, 64), off, 1,
     0, .99, 64, 6e-4, "none", million / 4},
    {"mlp-28", "Layers, 28 px", 28, "mlp", 256, 0, 1, 100, "bce", off, 0, off, 1, .5, .999, 64,
     2e-4, "none", million},
    {"dcgan-32", "DCGAN, 32 px", 32, "dcgan", 64, 0, 8, 100, "bce", off, 0, off, 1, .5, .999, 64,
     2e-4, "none", 3 * million},
    {"modern-32", "Modern, 32 px", 32, "resnet", 64, 64, 4, 128, "bce", off, r1_for(32, 64), on, 1,
     0, .99, 64, 6e-4, "none", 10 * million},
    {"sngan-32", "SNGAN, 32 px", 32, "resnet", 256, 128, 1, 128, "hinge", on, 0, off, 5, 0, .9, 64,
     2e-4, "linear", 16 * million},
    {"dcgan-64", "DCGAN, 64 px", 64, "dcgan", 64, 0, 8, 100, "bce", off, 0, on, 1, .5, .999, 64,
     2e-4, "none", 5 * million},
    {"modern-64", "Modern, 64 px", 64, "resnet", 48, 48, 8, 128, "bce", off, r1_for(64, 32), on, 1,
     0, .99, 32, 6e-4, "none", 10 * million},
    {"mlp-64", "Layers, 64 px", 64, "mlp", 256, 0, 1, 100, "bce", off, 0, off, 1, .5, .999, 128,
     2e-4, "none", 2 * million},
};

Preset preset_of(const PresetRow& row) {
    return {row.id,
            row.title,
            row.size,
            {{"backbone", row.backbone},
             {"base_channels", row.base_channels},
             {"d_channels", row.d_channels},
             {"widest", row.widest},
             {"latent", row.latent},
             {"loss", row.loss},
             {"spectral_norm", row.spectral_norm},
             {"r1", row.r1},
             {"augment", row.augment},
             {"d_steps", row.d_steps},
             {"beta1", row.beta1},
             {"beta2", row.beta2},
             {"batch", row.batch},
             {"learning_rate", row.learning_rate},
             {"decay", row.decay},
             {"images", row.images},
             {"warm_up", std::int64_t(0)}}};
}

const std::vector<Preset>& gan_presets() {
    static const std::vector<Preset> presets = [] {
        std::vector<Preset> all;
        for (const PresetRow& row : preset_rows) all.push_back(preset_of(row));
        return all;
    }();
    return presets;
}

std::uint64_t training_bytes(const Fields& settings, const DataShape& shape) {
    const auto request = options_from<TrainRequest>(settings);
    const auto options = options_from<GanOptions>(settings);
    const GanConfig config = gan_config(options, request.base_channels, shape);
    if (request.micro_batch > 0 && request.micro_batch < request.batch)
        throw Error(
            "A GAN works on whole batches, since both networks look at a batch as one. Leave "
            "micro_batch at 0 and lower batch (now {batch}).",
            {{"batch", request.batch}});
    // Weight, gradient, two moments, and of the generator the average: five and four floats; two
    // more where the optimiser works or the weights are written.
    const auto generator = std::uint64_t(parameters_in(*make_generator(config, at::kMeta)));
    const auto discriminator = std::uint64_t(parameters_in(*make_discriminator(config, at::kMeta)));
    const bool penalty =
        options.r1 > 0 || row_named(gan_losses(), options.loss, "loss").penalty > 0;
    // A gradient of a gradient keeps the values of both passes, in fp32.
    const std::uint64_t critic = kept_by_discriminator(config);
    const std::uint64_t values = kept_by_generator(config) + 2 * critic;
    const std::uint64_t an_image =
        values * (request.precision == "bf16" ? 2 : 4) + (penalty ? 3 * 4 * critic : 0);
    return 28 * generator + 24 * discriminator + std::uint64_t(request.batch) * an_image +
           350'000'000;  // the gauges of collapse make pictures and judge them
}

}  // namespace

DataShape gan_shape(const GanOptions& options, DataShape shape) {
    if (options.conditional == "on" && shape.classes.empty())
        throw Error(
            "The dataset has no classes to learn. Leave conditional at auto, or sort the images "
            "into a folder for each class.");
    const bool several = shape.classes.size() > 1;
    if (options.conditional == "off" || (options.conditional == "auto" && !several))
        shape.classes.clear();
    return shape;
}

GanConfig gan_config(const GanOptions& options, std::int64_t base_channels,
                     const DataShape& whole) {
    const DataShape shape = gan_shape(options, whole);
    if (options.backbone != "mlp" && base_side(shape.size) == 0) {
        const auto [below, above] = sides_near(shape.size);
        const std::string other = above > 0 ? std::to_string(above) : "";
        throw Error(
            "The backbone {backbone} makes images of 4, 5, 6 or 7 pixels doubled once or more, and "
            "{size} isn't one of these sides. {near} would do, and mlp makes any.",
            {{"backbone", options.backbone},
             {"size", shape.size},
             {"near", below == 0      ? other
                      : other.empty() ? std::to_string(below)
                                      : std::to_string(below) + " or " + other}});
    }
    const bool penalty =
        options.r1 > 0 || row_named(gan_losses(), options.loss, "loss").penalty > 0;
    return {.backbone = options.backbone,
            .size = shape.size,
            .channels = shape.channels,
            .classes = std::int64_t(shape.classes.size()),
            .latent = options.latent,
            .base_channels = base_channels,
            .d_channels = options.d_channels > 0 ? options.d_channels : base_channels,
            .widest = options.widest,
            .spectral_norm = options.spectral_norm,
            // Penalties look at the slope of each image alone, which batch norm mixes with others:
            // Gulrajani et al. 2017 (arXiv:1704.00028), section 4.
            .d_norm = options.backbone == "dcgan" && !options.spectral_norm && !penalty};
}

Family gan_family() {
    return {.id = "gan",
            .title = "GAN",
            .train_fields = [] { return fields_of<GanOptions>(); },
            .presets = gan_presets,
            .training_bytes = training_bytes,
            .make_trainer = make_gan_trainer,
            .load = load_gan_model,
            .peek = peek_gan_model,
            .generate_fields = [] { return fields_of<GanSampling>(); },
            .parts = false,
            .collapses = true};
}

}  // namespace daguerre
