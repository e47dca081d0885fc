#include "core/models/diffusion.h"

#include <algorithm>

#include "core/base/number_list.h"
#include "core/base/random.h"
#include "core/nn/unet_plan.h"

namespace daguerre {
namespace {

struct PresetRow {
    const char *id, *title;
    int size;
    std::int64_t base_channels;
    const char *multiples, *attention;
    std::int64_t layers, groups, batch;
    double learning_rate, dropout;
    std::int64_t images;
    const char *objective, *noise_schedule;
};

constexpr const char *v = "v", *eps = "eps", *cosine = "squaredcos_cap_v2", *linear = "linear";
constexpr std::int64_t million = 1'000'000;

// base-*: the networks and the recipe of Ho et al. 2020 (arXiv:2006.11239), comparable with
// published numbers.
constexpr PresetRow preset_rows[] = {
    {"nano-28", "Nano, 28 px", 28, 16, "1,2,4", "7", 1, 8, 64, 1e-3, 0, million, v, cosine},
    {"tiny-28", "Tiny, 28 px", 28, 32, "1,2,2", "7", 1, 8, 64, 6e-4, 0, 2 * million, v, cosine},
    {"small-28", "Small, 28 px", 28, 64, "1,2,2", "7", 2, 32, 128, 3e-4, 0, 6 * million, v, cosine},
    {"tiny-32", "Tiny, 32 px", 32, 32, "1,2,4,4", "8", 1, 8, 64, 6e-4, 0, 4 * million, v, cosine},
    {"small-32", "Small, 32 px", 32, 64, "1,2,2,2", "8", 1, 32, 128, 3e-4, .1, 20 * million, v,
     cosine},
    {"base-32", "Base, 32 px", 32, 128, "1,2,2,2", "16", 2, 32, 128, 2e-4, .1, 100 * million, eps,
     linear},
    {"nano-64", "Nano, 64 px", 64, 16, "1,2,4,8", "8", 1, 8, 32, 8e-4, 0, 2 * million, v, cosine},
    {"tiny-64", "Tiny, 64 px", 64, 32, "1,2,4,4", "8", 1, 8, 64, 5e-4, 0, 5 * million, v, cosine},
    {"small-64", "Small, 64 px", 64, 64, "1,2,2,4", "8", 1, 32, 128, 3e-4, .05, 30 * million, v,
     cosine},
    {"base-64", "Base, 64 px", 64, 128, "1,2,2,2,4", "16", 2, 32, 128, 2e-4, .1, 60 * million, eps,
     linear},
};

Preset preset_of(const PresetRow& row) {
    return {row.id,
            row.title,
            row.size,
            {{"base_channels", row.base_channels},
             {"multiples", row.multiples},
             {"layers", row.layers},
             {"attention", row.attention},
             {"groups", row.groups},
             {"batch", row.batch},
             {"learning_rate", row.learning_rate},
             {"dropout", row.dropout},
             {"images", row.images},
             {"warm_up", row.images / 50},
             {"objective", row.objective},
             {"noise_schedule", row.noise_schedule}}};
}

std::uint64_t training_bytes(const Fields& settings, const DataShape& shape) {
    const auto request = options_from<TrainRequest>(settings);
    const auto options = options_from<DiffusionOptions>(settings);
    check_pairing(row_named(objectives(), options.objective, "objective"),
                  noise_schedule(levels_to_learn(options, shape.deviation)));
    const UNetConfig config = diffusion_network(options, request.base_channels, shape);
    return bytes_of_training(std::uint64_t(parameter_count(config)),
                             std::uint64_t(images_at_once(request)) * kept_bytes(config),
                             request.precision);
}

/// Of any model of the family.
Fields offered_fields() {
    ModelInfo info;
    info.null_class = true;
    return sampling_fields_for(info);
}

}  // namespace

const std::vector<Preset>& diffusion_presets() {
    static const std::vector<Preset> presets = [] {
        std::vector<Preset> all;
        for (const PresetRow& row : preset_rows) all.push_back(preset_of(row));
        return all;
    }();
    return presets;
}

UNetConfig diffusion_network(const DiffusionOptions& options, std::int64_t base_channels,
                             const DataShape& shape) {
    const std::vector<int> multiples = numbers_in(options.multiples, "multiples");
    const std::vector<int> sides = numbers_in(options.attention, "attention");
    UNetConfig config;
    config.sample_size = shape.size;
    config.in_channels = config.out_channels = shape.channels;
    config.layers_per_block = int(options.layers);
    config.norm_num_groups = int(options.groups);
    config.attention_head_dim = 0;
    config.dropout = options.dropout;
    const auto classes = int(shape.classes.size());
    config.num_class_embeds = classes == 0 ? 0 : classes + (options.label_drop > 0 ? 1 : 0);
    config.block_out_channels.clear();
    config.down_block_types.clear();
    config.up_block_types.clear();
    for (std::size_t i = 0; i < multiples.size(); ++i) {
        const bool attends = std::find(sides.begin(), sides.end(), shape.size >> i) != sides.end();
        config.block_out_channels.push_back(int(
            std::min<std::int64_t>(multiples[i] * base_channels, std::numeric_limits<int>::max())));
        config.down_block_types.emplace_back(attends ? "AttnDownBlock2D" : "DownBlock2D");
        config.up_block_types.insert(config.up_block_types.begin(),
                                     attends ? "AttnUpBlock2D" : "UpBlock2D");
    }
    const UNetConfig checked = unet_config_from(json_of(config), "settings");
    check_size(checked, shape.size, shape.size);
    return checked;
}

NoiseScheduleOptions levels_to_learn(const DiffusionOptions& options, double deviation) {
    NoiseScheduleOptions levels;
    levels.id = options.noise_schedule;
    levels.zero_terminal_snr = options.zero_terminal_snr;
    if (deviation > 0) levels.sigma_data = deviation;
    return levels;
}

std::uint64_t kept_bytes(const UNetConfig& config) {
    const UNetPlan plan = plan_of(config);
    std::uint64_t floats = 0, side = std::uint64_t(config.sample_size);
    const auto add_block = [&](const BlockPlan& block) {
        const std::uint64_t pixels = side * side;
        // A residual block keeps what enters its two norms, SiLUs and convolutions.
        for (const ResnetPlan& resnet : block.resnets)
            floats += pixels * 3 * std::uint64_t(resnet.in + resnet.out);
        for (const AttentionPlan& attention : block.attentions)
            floats += pixels * 7 * std::uint64_t(attention.width);
        if (block.resample != Resample::None) floats += pixels * std::uint64_t(block.width);
    };
    for (const BlockPlan& block : plan.down) {
        add_block(block);
        if (block.resample != Resample::None) side /= 2;
    }
    for (const BlockPlan& block : plan.middle) add_block(block);
    for (const BlockPlan& block : plan.up) {
        add_block(block);
        if (block.resample != Resample::None) side *= 2;
    }
    floats += side * side * 4 * std::uint64_t(config.block_out_channels.front());
    return floats * sizeof(float);
}

std::uint64_t call_bytes(const UNetConfig& config) {
    const UNetPlan plan = plan_of(config);
    std::uint64_t side = std::uint64_t(config.sample_size), widest = 0;
    std::uint64_t kept = side * side * std::uint64_t(config.block_out_channels.front());
    const auto see = [&](const BlockPlan& block) {
        const std::uint64_t pixels = side * side;
        for (const ResnetPlan& resnet : block.resnets)
            widest = std::max(widest, pixels * 3 * std::uint64_t(resnet.in + resnet.out));
        for (const AttentionPlan& attention : block.attentions)
            widest = std::max(widest, pixels * 7 * std::uint64_t(attention.width));
    };
    for (const BlockPlan& block : plan.down) {
        see(block);
        for (const ResnetPlan& resnet : block.resnets)
            kept += side * side * std::uint64_t(resnet.out);
        if (block.resample == Resample::None) continue;
        side /= 2;
        kept += side * side * std::uint64_t(block.width);
    }
    for (const BlockPlan& block : plan.middle) see(block);
    for (const BlockPlan& block : plan.up) {
        see(block);
        if (block.resample != Resample::None) side *= 2;
    }
    return (kept + widest) * sizeof(float);
}

std::vector<double> noise_levels(std::uint64_t run, std::int64_t first, std::int64_t count,
                                 bool stratified) {
    std::vector<double> levels;
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t drawn = stratified ? first : first + k;
        double u = unit_interval(seed_for(run, Stream::Level, std::uint64_t(drawn)));
        if (stratified) {
            u += double(k) / double(count);
            u -= u >= 1 ? 1 : 0;
        }
        levels.push_back(u);
    }
    return levels;
}

Family diffusion_family() {
    return {.id = "diffusion",
            .title = "Diffusion",
            .train_fields = [] { return fields_of<DiffusionOptions>(); },
            .presets = diffusion_presets,
            .training_bytes = training_bytes,
            .make_trainer = make_diffusion_trainer,
            .load = load_diffusion_model,
            .peek = peek_diffusion_model,
            .generate_fields = offered_fields,
            .complete_fields = [] { return fields_of<CompletionOptions>(); },
            .level_floor = level_floor,
            .implied = {{"objective", "edm", "noise_schedule", "edm"},
                        {"noise_schedule", "edm", "objective", "edm"}}};
}

}  // namespace daguerre
