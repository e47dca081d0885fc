// Whether a model makes few kinds of picture: what a run of a family that may collapse is watched
// by.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/data/preprocess.h"
#include "core/models/model.h"
#include "core/training/curve_names.h"

namespace daguerre {

class Classifier;

/// The curves of `gauges` that can be told, of 256 images of seeds 0 to 255, and of as many of
/// `real`, which has at least two. judge: what knows the images' classes; null: there is none, and
/// similarity alone is measured; it also needs images of at least 11 pixels a side. machine:
/// device, precision and threads count. Blocks.
std::vector<std::pair<std::string, double>> collapse_gauges(const Model& model,
                                                            const PixelBlock& real,
                                                            const Classifier* judge,
                                                            const GenerateRequest& machine);

}  // namespace daguerre
