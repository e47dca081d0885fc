// What the files of the diffusion family share. Others see families.h and model.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/table.h"
#include "core/diffusion/objectives.h"
#include "core/models/diffusers_folder.h"
#include "core/models/families.h"
#include "core/models/model.h"
#include "core/models/sampling_options.h"
#include "core/models/train_request.h"
#include "core/models/trainer.h"
#include "core/models/training_parts.h"

namespace daguerre {

/// What the diffusion family takes for training beside TrainRequest.
struct DiffusionOptions {
    std::string objective = "v";
    std::string loss_weight = "own";
    std::string noise_schedule = "squaredcos_cap_v2";
    bool zero_terminal_snr = false;
    std::string levels = "stratified";
    std::string multiples = "1,2,2";
    std::int64_t layers = 1;
    std::string attention = "7";
    std::int64_t groups = 8;
    double dropout = 0;
    double label_drop = 0.1;
    double clip = 1;

    void each(auto&& visit) {
        visit(objective, {.key = "objective",
                          .label = "Objective",
                          .help = "what the network predicts",
                          .choices = ids(objectives())});
        std::vector<std::string> weights{"own"};
        for (const std::string& id : ids(loss_weights())) weights.push_back(id);
        visit(loss_weight, {.key = "loss_weight",
                            .label = "Loss weight",
                            .help = "of each noise level; own: the objective's",
                            .choices = weights});
        visit(noise_schedule, {.key = "noise_schedule",
                               .label = "Noise schedule",
                               .help = "the noise levels it learns",
                               .choices = schedules_to_learn()});
        visit(zero_terminal_snr,
              {.key = "zero_terminal_snr",
               .label = "End in pure noise",
               .help = "the last level keeps nothing of the image (zero terminal SNR); needs the "
                       "objective v or x0"});
        visit(levels, {.key = "levels",
                       .label = "Levels",
                       .help = "how a batch draws them: stratified spreads them evenly",
                       .choices = {"stratified", "uniform"}});
        visit(multiples, {.key = "multiples",
                          .label = "Widths",
                          .help = "width of each level as a multiple of base_channels"});
        visit(layers, {.key = "layers",
                       .label = "Layers",
                       .help = "residual blocks in a level",
                       .min = 1,
                       .max = 8});
        visit(attention, {.key = "attention",
                          .label = "Attention",
                          .help = "at levels with these sides in pixels, such as 16,8; or none"});
        visit(groups, {.key = "groups",
                       .label = "Groups",
                       .help = "of the normalisation; must divide all widths",
                       .min = 1,
                       .max = 4096});
        visit(dropout, {.key = "dropout",
                        .label = "Dropout",
                        .help = "share of values dropped in each residual block",
                        .max = 0.9});
        visit(label_drop, {.key = "label_drop",
                           .label = "Label drop",
                           .help = "share of images learned without their class, so that guidance "
                                   "works; 0: no guidance",
                           .max = 0.9});
        visit(clip, clip_field());
    }
};

/// What a diffusion model takes for completing pictures beside GenerateRequest.
struct CompletionOptions {
    std::string method = "ddnm";
    std::int64_t steps = 100;
    std::int64_t jump = 10;
    std::int64_t times = 5;

    void each(auto&& visit) {
        visit(method, {.key = "method",
                       .label = "Method",
                       .help = "ddnm: one call a step; repaint: harmonises more, several times "
                               "slower",
                       .choices = {"ddnm", "repaint"},
                       .titles = {"DDNM", "RePaint"}});
        visit(steps, {.key = "model_steps",
                      .label = "Steps",
                      .help = "noise levels that the model visits",
                      .min = 2,
                      .max = 1000});
        visit(jump, {.key = "jump",
                     .label = "Jump",
                     .help = "repaint: how many steps it goes back",
                     .min = 1,
                     .max = 1000});
        visit(times, {.key = "times",
                      .label = "Times",
                      .help = "repaint: how often it does each stretch",
                      .min = 1,
                      .max = 100});
    }
};

const std::vector<Preset>& diffusion_presets();

/// The network that the settings describe. Throws Error when they don't go together.
UNetConfig diffusion_network(const DiffusionOptions& options, std::int64_t base_channels,
                             const DataShape& shape);
/// The noise levels that the settings describe, for images of this deviation; 0: unknown.
NoiseScheduleOptions levels_to_learn(const DiffusionOptions& options, double deviation);
/// Bytes of fp32 values that a backward pass keeps of one image.
std::uint64_t kept_bytes(const UNetConfig& config);
/// Bytes of fp32 values that a call holds at once for one image, at most: what the way up still
/// needs, and the widest layer at work.
std::uint64_t call_bytes(const UNetConfig& config);

/// Levels u in [0, 1) of the images first .. first + count - 1 of a run. Stratified: one in each of
/// `count` strata, by one draw. Source: Kingma et al. 2021 (arXiv:2107.00630), appendix I.1.
std::vector<double> noise_levels(std::uint64_t run, std::int64_t first, std::int64_t count,
                                 bool stratified);

std::unique_ptr<Trainer> make_diffusion_trainer(const Fields& settings, const DataShape& shape);
/// The same of any network that fits the shape, not only one that the settings can describe.
std::unique_ptr<Trainer> make_diffusion_trainer(const Fields& settings, const DataShape& shape,
                                                const UNetConfig& network);

/// A model from a network that nobody else changes any more. `about`: daguerre.json, or null.
/// sha256: of the weights as they lie on disk, or empty.
std::shared_ptr<const Model> make_diffusion_model(const std::string& id, DiffusionSetup setup,
                                                  UNet network, Json about, std::string sha256);
std::shared_ptr<const Model> load_diffusion_model(const std::filesystem::path& folder,
                                                  const std::string& id);
/// What a model says of itself. about, sha256: as of make_diffusion_model.
ModelInfo diffusion_info(const DiffusionSetup& setup, const Json& about, const std::string& id,
                         std::string sha256);
/// The same from the folder's descriptions alone; without sha256.
ModelInfo peek_diffusion_model(const std::filesystem::path& folder, const std::string& id);

Family diffusion_family();

}  // namespace daguerre
