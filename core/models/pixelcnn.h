// What the files of the family pixelcnn share. Others see families.h and model.h.
#pragma once

#include <memory>
#include <string>

#include "core/base/table.h"
#include "core/models/class_labels.h"
#include "core/models/families.h"
#include "core/models/model_files.h"
#include "core/models/pixelcnn_network.h"
#include "core/models/trainer.h"
#include "core/models/training_parts.h"

namespace daguerre {

/// What the family takes for training beside TrainRequest, whose base_channels are the features.
struct PixelCnnOptions {
    std::string head = "softmax256";
    std::int64_t mixtures = 10;
    std::int64_t layers = 8;
    std::int64_t kernel = 3;
    std::string dilations = "1";
    bool vertical_residual = false;
    double dropout = 0;
    std::string conditional = "auto";
    double label_drop = 0;
    double clip = 1;

    void each(auto&& visit) {
        visit(head, {.key = "head",
                     .label = "Output",
                     .help = "softmax256: a probability for each of 256 values; logistics: a "
                             "mixture of bell curves, which is smaller for colour",
                     .choices = ids(pixel_heads())});
        visit(mixtures, {.key = "mixtures",
                         .label = "Mixtures",
                         .help = "logistics: curves in a mixture",
                         .min = 1,
                         .max = 100});
        visit(layers, {.key = "layers",
                       .label = "Layers",
                       .help = "gated layers; more see further",
                       .min = 1,
                       .max = 64});
        visit(kernel, {.key = "kernel",
                       .label = "Kernel",
                       .help = "side of the kernels after the first layer, in pixels; odd",
                       .min = 3,
                       .max = 15});
        visit(dilations,
              {.key = "dilations",
               .label = "Dilations",
               .help = "gaps between the pixels that those kernels see, layer by layer in turn, "
                       "such as 1,2,4"});
        visit(vertical_residual,
              {.key = "vertical_residual",
               .label = "Vertical residual",
               .help = "the features of the rows above add up from layer to layer, as those of the "
                       "row itself do"});
        visit(dropout, {.key = "dropout",
                        .label = "Dropout",
                        .help = "share of values dropped in each layer",
                        .max = 0.9});
        visit(conditional, conditional_field());
        visit(label_drop, {.key = "label_drop",
                           .label = "Label drop",
                           .help = "share of images learned without their class, so that the model "
                                   "can also make one of no class",
                           .max = 0.9});
        visit(clip, clip_field());
    }
};

/// What a model takes for generating and for completing pictures.
struct PixelDrawOptions {
    double temperature = 1, guidance = 2;

    void each(auto&& visit) {
        visit(temperature,
              {.key = "temperature",
               .label = "Temperature",
               .help = "under 1: likelier and plainer pictures; 0: always the likeliest value",
               .max = 2});
        visit(guidance,
              {.key = "guidance",
               .label = "Guidance",
               .help = "how strongly the class is followed, where the model also learned pictures "
                       "of no class: 0 not at all, 1 as learned",
               .max = 20});
    }
};

/// The network that settings describe. shape: with the classes that it learns. Throws Error when
/// they don't go together.
PixelCnnConfig pixelcnn_network(const PixelCnnOptions& options, std::int64_t base_channels,
                                const DataShape& shape);

/// Bits per dimension of each image: −log2 p, divided by its number of values. [N].
at::Tensor bits_per_dimension(PixelCnn& network, const at::Tensor& images,
                              const at::Tensor& labels);

std::unique_ptr<Trainer> make_pixelcnn_trainer(const Fields& settings, const DataShape& shape);
/// A model from a network that nobody else changes any more. about: daguerre.json.
std::shared_ptr<const Model> make_pixelcnn_model(const std::string& id, PixelCnn network,
                                                 Json about, std::string sha256);
std::shared_ptr<const Model> load_pixelcnn_model(const std::filesystem::path& folder,
                                                 const std::string& id);
ModelInfo peek_pixelcnn_model(const std::filesystem::path& folder, const std::string& id);

Family pixelcnn_family();

}  // namespace daguerre
