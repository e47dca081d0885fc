// The table of families: what can be trained.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/data/dataset.h"
#include "core/models/model.h"

namespace daguerre {

class Trainer;

/// What a network is built for.
struct DataShape {
    int size = 0, channels = 0;  // square images
    std::vector<std::string> classes;
    double deviation = 0.5;  // of the pixels in [-1, 1]
    DatasetInfo dataset;
};

struct Preset {
    std::string id, title;
    int size = 0;                                            // side of the images it is made for
    std::vector<std::pair<std::string, FieldValue>> values;  // fields it sets
};

struct Family {
    std::string id, title;
    Fields (*train_fields)();  // beside those of TrainRequest
    const std::vector<Preset>& (*presets)();
    /// `request`: the shared fields of TrainRequest (seed, ema, precision, images, ...).
    std::unique_ptr<Trainer> (*make_trainer)(const Fields& request, const Fields& own,
                                             const DataShape&);
    std::shared_ptr<const Model> (*load)(const std::filesystem::path& folder);
    /// What generate takes beside GenerateRequest, with the family's defaults; those of one model
    /// may differ (Model::generate_fields). The command line makes its options of them.
    Fields (*generate_fields)();
};

const std::vector<Family>& families();

}  // namespace daguerre
