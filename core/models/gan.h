// What the files of the gan family share. Others see families.h and model.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/table.h"
#include "core/models/families.h"
#include "core/models/gan_losses.h"
#include "core/models/gan_networks.h"
#include "core/models/latents.h"
#include "core/models/model_files.h"
#include "core/models/trainer.h"

namespace daguerre {

/// What the gan family takes for training beside TrainRequest.
struct GanOptions {
    std::string backbone = "resnet";
    std::string loss = "bce";
    std::int64_t latent = 128;
    std::int64_t d_channels = 0;
    std::int64_t widest = 4;
    std::int64_t d_steps = 1;
    double d_rate = 1;
    bool spectral_norm = false;
    double r1 = 0.01;
    bool augment = true;
    double beta1 = 0;
    double beta2 = 0.99;
    std::string conditional = "auto";

    void each(auto&& visit) {
        visit(backbone, {.key = "backbone",
                         .label = "Backbone",
                         .help = "what both networks are made of; mlp is for teaching",
                         .choices = {"mlp", "dcgan", "resnet"},
                         .titles = {"Layers", "Convolutions", "Residual blocks"}});
        visit(loss, {.key = "loss",
                     .label = "Loss",
                     .help = "what the two networks play for",
                     .choices = ids(gan_losses()),
                     .titles = titles()});
        visit(latent, {.key = "latent",
                       .label = "Latent size",
                       .help = "random numbers that a picture is made from",
                       .min = 1,
                       .max = 4096});
        visit(d_channels, {.key = "d_channels",
                           .label = "Discriminator's channels",
                           .help = "its narrowest width; 0: base_channels",
                           .max = 4096});
        visit(widest, {.key = "widest",
                       .label = "Widest",
                       .help = "widths double as sides halve, up to this multiple of the narrowest",
                       .min = 1,
                       .max = 64});
        visit(d_steps, {.key = "d_steps",
                        .label = "Discriminator steps",
                        .help = "that each step of the generator waits for",
                        .min = 1,
                        .max = 100});
        visit(d_rate, {.key = "d_rate",
                       .label = "Discriminator's rate",
                       .help = "its learning rate as a multiple of the generator's",
                       .min = 1e-3,
                       .max = 1e3});
        visit(spectral_norm, {.key = "spectral_norm",
                              .label = "Spectral norm",
                              .help = "keeps every layer of the discriminator from growing steep"});
        visit(r1, {.key = "r1",
                   .label = "R1",
                   .help = "weight that keeps the discriminator flat at real images; 0: none",
                   .max = 1e6});
        visit(augment, {.key = "augment",
                        .label = "DiffAugment",
                        .help = "shows the discriminator colours, shifts and holes at random, so "
                                "that it can't learn images by heart"});
        visit(beta1, {.key = "beta1",
                      .label = "Adam β1",
                      .help = "how long the direction of steps is averaged",
                      .max = 0.9999});
        visit(beta2, {.key = "beta2",
                      .label = "Adam β2",
                      .help = "how long the size of steps is averaged",
                      .max = 0.999999});
        visit(conditional, {.key = "conditional",
                            .label = "Classes",
                            .help = "learn to make each class; auto: where there are several",
                            .choices = {"auto", "on", "off"}});
    }

    static std::vector<std::string> titles() {
        std::vector<std::string> all;
        for (const GanLoss& row : gan_losses()) all.push_back(row.title);
        return all;
    }
};

/// What a GAN takes for generating beside GenerateRequest.
struct GanSampling {
    double truncation = 1;  // nearest to real images by Fréchet distance (bundled digits)
    std::int64_t walk = 0;

    void each(auto&& visit) {
        visit(truncation, {.key = "truncation",
                           .label = "Truncation",
                           .help = "less than 1 stays nearer to the usual: surer pictures, less "
                                   "varied",
                           .max = 1});
        visit(walk, walk_field());
    }
};

/// The shape without classes where the options say so.
DataShape gan_shape(const GanOptions& options, DataShape shape);
/// The networks for such a shape. Throws Error when they can't be.
GanConfig gan_config(const GanOptions& options, std::int64_t base_channels, const DataShape& shape);

std::unique_ptr<Trainer> make_gan_trainer(const Fields& settings, const DataShape& shape);

/// A model from a network that nobody else changes any more. files: what is known of its files; the
/// weights in it aren't looked at.
std::shared_ptr<const Model> make_gan_model(const std::string& id, const GanConfig& config,
                                            std::shared_ptr<Generator> network, ModelFiles files);
std::shared_ptr<const Model> load_gan_model(const std::filesystem::path& folder,
                                            const std::string& id);
ModelInfo peek_gan_model(const std::filesystem::path& folder, const std::string& id);

Family gan_family();

}  // namespace daguerre
