// Networks that tell classes apart: of clean images, and of noisy ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/base/torch.h"
#include "core/diffusion/noise_schedule.h"
#include "core/models/classifier.h"
#include "core/models/families.h"
#include "core/models/training_parts.h"

namespace daguerre {

/// What the classifier family takes for training beside TrainRequest.
struct ClassifierOptions {
    std::string backbone = "resnet";
    std::string multiples = "1,2,4";
    std::int64_t blocks = 1;
    double dropout = 0;
    std::string optimizer = "sgd";
    double weight_decay = 5e-4;
    double label_smoothing = 0.1;
    std::int64_t shift = 2;
    std::string noise_schedule = "none";
    bool zero_terminal_snr = false;
    std::int64_t groups = 8;
    double clip = 5;

    void each(auto&& visit) {
        visit(backbone, {.key = "backbone",
                         .label = "Network",
                         .help = "resnet: residual blocks, the ruler of metrics; simple: two "
                                 "convolutions and two dense layers; unet: the way down of a UNet, "
                                 "for noisy images",
                         .choices = {"resnet", "simple", "unet"},
                         .titles = {"ResNet", "Simple CNN", "UNet's way down"}});
        visit(multiples, {.key = "multiples",
                          .label = "Widths",
                          .help = "width of each stage as a multiple of base_channels"});
        visit(blocks, {.key = "blocks",
                       .label = "Blocks",
                       .help = "residual blocks in a stage",
                       .min = 1,
                       .max = 8});
        visit(dropout, {.key = "dropout",
                        .label = "Dropout",
                        .help = "share of values dropped before the last layer",
                        .max = 0.9});
        visit(optimizer, {.key = "optimizer",
                          .label = "Optimizer",
                          .help = "sgd: with momentum 0.9, needs a learning rate near 0.1; adam",
                          .choices = {"sgd", "adam"},
                          .titles = {"SGD", "Adam"}});
        visit(weight_decay, {.key = "weight_decay",
                             .label = "Weight decay",
                             .help = "pull of the weights towards zero",
                             .max = 1});
        visit(label_smoothing, {.key = "label_smoothing",
                                .label = "Label smoothing",
                                .help = "share of the certainty that is spread over all classes",
                                .max = 0.9});
        visit(shift, {.key = "shift",
                      .label = "Shift",
                      .help = "pixels by which each image is moved at most, at random",
                      .max = 64});
        visit(noise_schedule,
              {.key = "noise_schedule",
               .label = "Noise schedule",
               .help = "noise levels of the images it learns on, those of the diffusion model that "
                       "it shall guide; none: clean images",
               .choices = schedules()});
        visit(zero_terminal_snr,
              {.key = "zero_terminal_snr",
               .label = "End in pure noise",
               .help = "the last level keeps nothing of the image (zero terminal SNR), as that of "
                       "the diffusion model"});
        visit(groups, {.key = "groups",
                       .label = "Groups",
                       .help = "of the UNet's normalisation; must divide all widths",
                       .min = 1,
                       .max = 4096});
        visit(clip, clip_field());
    }
    bool noisy() const { return noise_schedule != "none"; }
    static std::vector<std::string> schedules() {
        std::vector<std::string> ids = schedules_to_learn();
        std::erase(ids, "edm");  // it is told steps, and these are a range
        ids.insert(ids.begin(), "none");
        return ids;
    }
};

struct ClassifierNetwork : torch::nn::Module {
    /// x: [N, C, H, W], noisy images scaled as for a UNet; t: [N], the training step of their noise
    /// level, undefined for a network of clean ones. Gives float32 where x is.
    virtual Classifier::Answer forward(const at::Tensor& x, const at::Tensor& t) = 0;
};

/// What a network takes, without building it. Throws Error when the options don't go together, or
/// the images have less than two classes.
struct ClassifierSize {
    std::int64_t parameters = 0;
    std::uint64_t kept_floats = 0;  // that a backward pass keeps of one image
};
ClassifierSize classifier_size(const ClassifierOptions& options, std::int64_t base_channels,
                               const DataShape& shape);

/// Weights drawn from `seed` alone. Throws as classifier_size. resnet: He et al. 2015
/// (arXiv:1512.03385), the form for small images of its section 4.2. unet: Dhariwal and Nichol 2021
/// (arXiv:2105.05233), section 4, with the mean over all pixels.
std::shared_ptr<ClassifierNetwork> classifier_network(const ClassifierOptions& options,
                                                      std::int64_t base_channels,
                                                      const DataShape& shape, std::uint64_t seed);

/// The noise levels that a noisy classifier knows.
NoiseSchedule schedule_of(const ClassifierOptions& options);

}  // namespace daguerre
