// From what a user set to everything a run needs: preset, defaults, data, memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/fields.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/models/families.h"

namespace daguerre {

using GivenSettings = std::vector<std::pair<std::string, std::string>>;

/// Throws UnknownWord or Error for a family, key, preset or value that can't be.
void check_words(const std::string& family, const GivenSettings& given);

/// Every setting of a run: those of the preset (the one named, or the smallest of the size nearest
/// to the images'), then the given ones; size, flips, device, threads and precision are settled for
/// this machine. Calls use_device(). Throws Error.
Fields settled(const std::string& family, const Dataset& dataset, const GivenSettings& given);

struct TrainingData {
    PixelBlock views;
    DataShape shape;
    std::vector<std::string> remarks;
};
/// Reads the images in the size that settled() chose. Blocks. Throws Error.
TrainingData training_data(const Dataset& dataset, const Fields& settings);

/// Throws Error when training would take more memory than is free, with a batch that fits.
void check_memory(const std::string& family, const Fields& settings, const DataShape& shape);

}  // namespace daguerre
