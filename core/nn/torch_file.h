// Weights out of the files that torch.save writes (.bin, .pt, .pth, .ckpt), without running them.
#pragma once

#include <filesystem>

#include "core/nn/weights.h"

namespace daguerre {

/// All tensors of the file, in its dtypes; those in inner dictionaries as "outer.inner". Everything
/// that isn't a tensor is left out. Sizes are checked against the file before they are allocated.
/// Throws Error: no zip of torch's, a name in its pickle that weights don't need (by that name),
/// a tensor that doesn't lie in its storage.
Weights read_torch_file(const std::filesystem::path& file);

}  // namespace daguerre
