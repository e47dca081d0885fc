// Whether a model makes few kinds of picture: what a run of a family that may collapse is watched
// by.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/data/preprocess.h"
#include "core/models/model.h"

namespace daguerre {

class Classifier;

/// Curves of a run's log. Similarity: mean MS-SSIM of 100 pairs of samples, 1 where all are alike.
/// Entropy: of the classes that a classifier takes the samples for, by that of all classes equally
/// often: 0 to 1. Recall: share of held-out images near a sample, in the classifier's features.
namespace gauges {
inline constexpr const char* similarity = "similarity";
inline constexpr const char* similarity_of_data = "similarity of data";
inline constexpr const char* entropy = "class entropy";
inline constexpr const char* entropy_of_data = "class entropy of data";
inline constexpr const char* recall = "recall";
}  // namespace gauges

/// Of 256 images of seeds 0 to 255, and of as many of `real`, which has at least two. judge: what
/// knows the images' classes; null: there is none, and similarity alone is measured; it also needs
/// images of at least 11 pixels a side. machine: device, precision and threads count. Blocks.
std::vector<std::pair<std::string, double>> collapse_gauges(const Model& model,
                                                            const PixelBlock& real,
                                                            const Classifier* judge,
                                                            const GenerateRequest& machine);

}  // namespace daguerre
