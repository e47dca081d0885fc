// What a run is judged by: images that it doesn't learn from.
#pragma once

#include <cstdint>
#include <string>

#include "core/data/preprocess.h"
#include "core/models/families.h"
#include "core/models/trainer.h"

namespace daguerre {

/// Up to `most` images spread over the test split, where there is none over that for validation, in
/// the shape that a network is trained in. Empty: the dataset has neither, or its classes are
/// others. `dataset`: as open_dataset takes it. Blocks while reading. Throws Error.
PixelBlock held_out_views(const std::string& dataset, const DataShape& shape, std::int64_t most);

/// All of them, each with noise of its own: the same in every run. `views` isn't empty.
Batch held_out_batch(const PixelBlock& views);

}  // namespace daguerre
