// Where a run stands, and back from its state.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>

#include "core/nn/weights.h"

namespace daguerre {

/// Everything about a run that resuming needs beside the trainer's weights.
struct Progressed {
    std::int64_t images_seen = 0, steps = 0, skipped = 0;
    std::int64_t previewed_at = 0;  // steps
    std::int64_t kept_tenth = 0;    // of the run, as a checkpoint
    double active_seconds = 0, preview_seconds = 0, previewed_second = 0;
};

/// Whether it is time for the next preview by what those before took (TrainingRun::preview_due).
bool preview_due(const Progressed& progress);

/// As metadata of state.safetensors, with format and program.
WeightsMetadata metadata_of(const Progressed& progress);
/// Reads it back. Throws Error naming `file`: a newer format, a key that is missing or wrong.
Progressed progress_from(const WeightsMetadata& metadata, const std::filesystem::path& file);
/// One entry. Throws Error naming `file` when it is missing.
const std::string& metadata_text(const WeightsMetadata& metadata, const std::string& key,
                                 const std::filesystem::path& file);

/// Steps that were skipped, to tell a stumble from a fall.
class SkipGuard {
public:
    /// Throws Error when over 20 in a row, or over 2 % of the last 1000, were skipped.
    void add(bool skipped, std::int64_t images_seen, double learning_rate);

private:
    std::deque<bool> recent_;
    int in_a_row_ = 0;
};

}  // namespace daguerre
