// Weights ↔ .safetensors, hostile headers refused.
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/weights.h"

namespace daguerre {

struct TensorFile {
    Weights weights;  // in the dtype of the file
    WeightsMetadata metadata;
};

/// Throws Error naming file and tensor. Every size is checked before it is allocated.
TensorFile read_safetensors(const std::filesystem::path& file);
/// Sorted by dtype size then name; metadata gets "format":"pt". Written whole (files.h).
void write_safetensors(const std::filesystem::path& file, const Weights& weights,
                       const WeightsMetadata& metadata = {});

}  // namespace daguerre
