// Saved states of runs, compared.
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/safetensors.h"

/// The first tensor in which two states differ, or "".
inline std::string difference(const std::filesystem::path& a, const std::filesystem::path& b) {
    const daguerre::TensorFile one = daguerre::read_safetensors(a / "state.safetensors"),
                               two = daguerre::read_safetensors(b / "state.safetensors");
    if (one.weights.size() != two.weights.size()) return "the number of tensors";
    for (const auto& [name, tensor] : one.weights)
        if (!two.weights.contains(name) || !at::equal(tensor, two.weights.at(name))) return name;
    return "";
}
