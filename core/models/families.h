// The table of families: what can be trained.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fields.h"
#include "core/data/dataset.h"
#include "core/models/level_floor.h"
#include "core/models/model.h"

namespace daguerre {

class Trainer;

/// What a network is built for.
struct DataShape {
    int size = 0, channels = 0;  // square images
    std::vector<std::string> classes;
    double mean = 0, deviation = 0.5;  // of the pixels in [-1, 1]
    DatasetInfo dataset;
};

struct Preset {
    std::string id, title;
    int size = 0;                                            // side of the images it is made for
    std::vector<std::pair<std::string, FieldValue>> values;  // fields it sets
};

/// A value of a setting that brings that of another with it, where nothing is said of that one.
struct Implied {
    std::string key, value, other, brought;
};

struct Family {
    std::string id, title;
    Fields (*train_fields)();  // beside those of TrainRequest
    const std::vector<Preset>& (*presets)();
    /// Bytes that training takes at most. `settings`: fields of TrainRequest and of train_fields.
    /// Throws Error when they don't go together.
    std::uint64_t (*training_bytes)(const Fields& settings, const DataShape&);
    /// `device` and `precision` of the settings are settled: "cpu" or "cuda:N", "fp32" or "bf16".
    std::unique_ptr<Trainer> (*make_trainer)(const Fields& settings, const DataShape&);
    /// `id`: what the model is called. Throws Error naming the file, tensor or key that is wrong.
    std::shared_ptr<const Model> (*load)(const std::filesystem::path& folder,
                                         const std::string& id);
    /// What such a model says of itself, without its weights being read; throws as load.
    ModelInfo (*peek)(const std::filesystem::path& folder, const std::string& id);
    /// What generate takes beside GenerateRequest, with the family's defaults; those of one model
    /// may differ (Model::generate_fields). The command line makes its options of them. Null: its
    /// models make no images.
    Fields (*generate_fields)() = nullptr;
    /// The same of completing pictures (Model::complete_fields); null: its models can't.
    Fields (*complete_fields)() = nullptr;
    /// What such a completion can't do, a sentence for people; or empty.
    std::string completion_limit{};
    /// The unweighted loss of the best linear denoiser in each of level_bins bins, for data that
    /// vary so. Null: the family has no noise levels.
    std::vector<double> (*level_floor)(const Fields& settings,
                                       const std::vector<Spread>&) = nullptr;
    std::vector<Implied> implied{};
    /// Whether a step may work through its batch in parts and learn the same but for rounding.
    bool parts = true;
    /// Whether training may end in few kinds of picture, so that runs are watched for it.
    bool collapses = false;
    /// Of how many held-out images a run is measured on, at most.
    std::int64_t held_out_images = 512;
};

/// diffusion, gan, vae, pixelcnn, classifier.
const std::vector<Family>& families();

}  // namespace daguerre
