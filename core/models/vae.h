// What the files of the family vae share. Others see families.h and model.h.
#pragma once

#include <memory>
#include <string>

#include "core/models/class_labels.h"
#include "core/models/families.h"
#include "core/models/latents.h"
#include "core/models/model_files.h"
#include "core/models/trainer.h"
#include "core/models/training_parts.h"
#include "core/models/vae_network.h"

namespace daguerre {

/// What the family takes for training beside TrainRequest.
struct VaeOptions {
    std::string multiples = "2,4";
    std::int64_t latent = 32;
    double beta = 1;
    std::int64_t kl_warm_up = 100'000;
    std::string conditional = "auto";
    double label_drop = 0.1;
    double clip = 1;

    void each(auto&& visit) {
        visit(multiples, {.key = "multiples",
                          .label = "Widths",
                          .help = "width of each level as a multiple of base_channels; a level "
                                  "halves the side"});
        visit(latent, {.key = "latent",
                       .label = "Code",
                       .help = "numbers that a picture is coded by; 2 can be shown as a map",
                       .min = 1,
                       .max = 4096});
        visit(beta, {.key = "beta",
                     .label = "Beta",
                     .help = "weight of the codes' KL divergence; over 1: plainer codes, blurrier "
                             "pictures",
                     .max = 1000});
        visit(kl_warm_up, {.key = "kl_warm_up",
                           .label = "KL warm-up",
                           .help = "images until beta has risen to its value, so that no unit of "
                                   "the code dies early",
                           .max = 1e12});
        visit(conditional, conditional_field());
        visit(label_drop, {.key = "label_drop",
                           .label = "Label drop",
                           .help = "share of images learned without their class, so that pictures "
                                   "of unknown class can be coded",
                           .max = 0.9});
        visit(clip, clip_field());
    }
};

/// What a model takes for generating beside GenerateRequest.
struct VaeDrawOptions {
    double temperature = 1;
    std::string codes = "fitted";
    std::int64_t walk = 0;
    std::string from, to;
    bool map = false;

    void each(auto&& visit) {
        visit(temperature, {.key = "temperature",
                            .label = "Temperature",
                            .help = "how far codes lie from the middle: under 1 plainer pictures",
                            .max = 2});
        visit(codes, {.key = "codes",
                      .label = "Codes",
                      .help = "fitted: spread as the codes of the training images are; standard: "
                              "as the model was asked to spread them",
                      .choices = {"fitted", "standard"}});
        visit(walk, walk_field());
        visit(from, {.key = "from",
                     .label = "From",
                     .help = "an image file: the pictures become frames between its code and "
                             "that of `to`"});
        visit(to, {.key = "to", .label = "To", .help = "the image file where they end"});
        visit(map, {.key = "map",
                    .label = "Map",
                    .help = "the pictures become a square map of the codes, evenly filled"});
    }
};

/// The network that settings describe. shape: with the classes that it learns. Throws Error when
/// they don't go together.
VaeConfig vae_network(const VaeOptions& options, std::int64_t base_channels,
                      const DataShape& shape);

/// The upper bound of −log2 p(image) per dimension that one code of each image gives: [N]. y: of
/// dequantised(); noise: [N, latent], standard normal. Source: Kingma and Welling 2014
/// (arXiv:1312.6114), eq. 10, with the running variance of the pixels.
at::Tensor bound_of_one(Vae& network, const at::Tensor& y, const at::Tensor& labels,
                        const at::Tensor& noise);
/// The tighter bound that many codes give, of one image: y [1, C, H, W], labels [1], noise [K,
/// latent]. Source: Burda et al. 2016 (arXiv:1509.00519), eq. 8.
double bound_of_many(Vae& network, const at::Tensor& y, const at::Tensor& labels,
                     const at::Tensor& noise);

std::unique_ptr<Trainer> make_vae_trainer(const Fields& settings, const DataShape& shape);
/// A model from a network that nobody else changes any more. about: daguerre.json.
std::shared_ptr<const Model> make_vae_model(const std::string& id, Vae network, bool null_class,
                                            Json about, std::string sha256);
std::shared_ptr<const Model> load_vae_model(const std::filesystem::path& folder,
                                            const std::string& id);
ModelInfo peek_vae_model(const std::filesystem::path& folder, const std::string& id);

Family vae_family();

}  // namespace daguerre
