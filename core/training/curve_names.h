// Curves of a run's log that are measured between two steps, by their names there.
#pragma once

#include <array>

namespace daguerre {

/// On held-out images: of the averaged weights, and of those that the last step left.
inline constexpr const char* averaged_test_loss = "test loss";
inline constexpr const char* raw_test_loss = "test loss raw";

/// Of colour alone: by how much the previews' mean of a channel lies above that of the data, in
/// shares of the range of values, -1 to 1.
inline constexpr std::array tint_curves{"tint red", "tint green", "tint blue"};

/// Of a family that may collapse. Similarity: mean MS-SSIM of 100 pairs of samples, 1 where all are
/// alike. Entropy: of the classes that a classifier takes the samples for, by that of all classes
/// equally often: 0 to 1. Recall: share of held-out images near a sample, in the classifier's
/// features.
namespace gauges {
inline constexpr const char* similarity = "similarity";
inline constexpr const char* similarity_of_data = "similarity of data";
inline constexpr const char* entropy = "class entropy";
inline constexpr const char* entropy_of_data = "class entropy of data";
inline constexpr const char* recall = "recall";
}  // namespace gauges

}  // namespace daguerre
