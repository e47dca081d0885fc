// Runs that tests take some steps of, and their saved states compared.
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/safetensors.h"
#include "core/training/training_run.h"

/// So many steps, fewer where the run ends before.
inline void advance(daguerre::TrainingRun& run, int steps) {
    for (int i = 0; i < steps && !run.finished(); ++i) run.advance();
}

/// The first tensor in which two states differ, or "".
inline std::string difference(const std::filesystem::path& a, const std::filesystem::path& b) {
    const daguerre::TensorFile one = daguerre::read_safetensors(a / "state.safetensors"),
                               two = daguerre::read_safetensors(b / "state.safetensors");
    if (one.weights.size() != two.weights.size()) return "the number of tensors";
    for (const auto& [name, tensor] : one.weights)
        if (!two.weights.contains(name) || !at::equal(tensor, two.weights.at(name))) return name;
    return "";
}
