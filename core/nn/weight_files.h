// A network's weights in whichever files they lie.
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/weights.h"

namespace daguerre {

/// The weights' file in a folder of diffusers: .safetensors before .bin, whole before in parts
/// (.index.json), fp32 before fp16. Throws Error naming the first when none is there.
std::filesystem::path weights_in(const std::filesystem::path& folder);

/// file: .safetensors; .index.json, which says in which files beside it they lie; or what
/// torch.save wrote (.bin, .pt, .pth, .ckpt). In the dtypes of the file. Throws Error naming file
/// and tensor; every size is checked before it is allocated, and nothing is run.
Weights read_weights(const std::filesystem::path& file);

/// Of the file; for several in parts, of their hashes.
std::string sha256_of_weights(const std::filesystem::path& file);

/// Throws Error where these are the weights of a network that other programs lay out in another
/// way, saying which.
void refuse_other_layout(const Weights& weights, const std::filesystem::path& file);

}  // namespace daguerre
