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

/// What a run saved.
inline daguerre::Weights state_of(const std::filesystem::path& run) {
    return daguerre::read_safetensors(run / "state.safetensors").weights;
}

/// The first tensor in which two states differ, or "".
inline std::string difference(const daguerre::Weights& one, const daguerre::Weights& two) {
    if (one.size() != two.size()) return "the number of tensors";
    for (const auto& [name, tensor] : one)
        if (!two.contains(name) || !at::equal(tensor, two.at(name))) return name;
    return "";
}
inline std::string difference(const std::filesystem::path& a, const std::filesystem::path& b) {
    return difference(state_of(a), state_of(b));
}
