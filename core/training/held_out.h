// What a run is judged by: images that it doesn't learn from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/preprocess.h"
#include "core/models/families.h"
#include "core/models/trainer.h"

namespace daguerre {

/// The test split, where there is none that for validation. Null: the dataset has neither, or its
/// classes are others. `dataset`: as open_dataset takes it; `learned`: what it says of the split
/// that is learned. Blocks while opening. Throws Error.
std::shared_ptr<const Dataset> held_out_split(const std::string& dataset,
                                              const DatasetInfo& learned,
                                              const std::vector<std::string>& classes);

/// Up to `most` images spread over that split, in the shape that a network is trained in; empty:
/// there is none. Blocks while reading. Throws Error.
PixelBlock held_out_views(const std::string& dataset, const DataShape& shape, std::int64_t most);

/// All of them, each with noise of its own: the same in every run. `views` isn't empty.
Batch held_out_batch(const PixelBlock& views);

}  // namespace daguerre
