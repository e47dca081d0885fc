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
/// What the header says beside the tensors, without reading these. Throws as above.
WeightsMetadata read_safetensors_metadata(const std::filesystem::path& file);
/// Sorted by dtype size then name; metadata gets "format":"pt". Written whole (files.h).
void write_safetensors(const std::filesystem::path& file, const Weights& weights,
                       const WeightsMetadata& metadata = {});

}  // namespace daguerre
