// A whole diffusion model in one .safetensors file: weights, and in its metadata what a folder
// says beside them.
#pragma once

#include <filesystem>

#include "core/models/model.h"

namespace daguerre {

struct DiffusersFolder;

/// Whether its name is that of a file of weights: .safetensors, .bin, .pt, .pth, .ckpt.
bool is_weights_name(const std::filesystem::path& file);

/// Reads what a file of write_single_file says. Throws Error for any other file of weights, saying
/// what it is as far as that can be told, and what helps.
DiffusersFolder read_single_file(const std::filesystem::path& file);
/// Written whole. Throws Error, also for a model of another family.
void write_single_file(const Model& model, const std::filesystem::path& file);

}  // namespace daguerre
