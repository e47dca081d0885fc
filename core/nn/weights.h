// Named tensors.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

using Weights = std::map<std::string, at::Tensor>;
using WeightsMetadata = std::map<std::string, std::string>;

/// Parameters and buffers of a module by name, detached, sharing memory.
Weights weights_of(const torch::nn::Module& module);
/// Copies into a module of the same layout. `file` stands in sentences. Throws Error: "“{file}”
/// isn't whole: {n} of {m} weights are missing, the first is “{name}”.", a misshapen one with both
/// shapes, values that aren't finite with their count. Unknown names come back.
std::vector<std::string> load_into(torch::nn::Module& module, const Weights& weights,
                                   const std::string& file);
/// Each name with `prefix` before it, and those that begin with it without. Share memory.
Weights with_prefix(const Weights& weights, const std::string& prefix);
Weights under(const Weights& weights, const std::string& prefix);
/// Deep copies.
Weights copied(const Weights& weights);

}  // namespace daguerre
