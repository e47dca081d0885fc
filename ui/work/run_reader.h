// What Train shows of a run, read on a worker.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics/metrics.h"
#include "core/training/diagnosis.h"
#include "core/training/run_curves.h"
#include "core/training/runs.h"

namespace daguerre {

/// A state that was kept, and how long ago.
struct KeptState {
    CheckpointInfo info;
    double age = 0;  // seconds
};

struct RunData {
    RunInfo info;
    std::shared_ptr<const RunCurves> curves;
    std::vector<PreviewFile> previews, rawPreviews;
    std::vector<KeptState> checkpoints;  // as checkpoints_of()
    std::optional<Finding> finding;
    std::optional<Confusion> confusion;       // of a classifier
    std::filesystem::path reconstructions{};  // the newest sheet; empty: none
    std::vector<Evaluation> evaluations{};    // of the newest weights, newest last
    double seconds = 0;                       // of a core that reading took
};

/// Of one run; each call from one worker at a time.
class RunReader {
public:
    explicit RunReader(const std::filesystem::path& folder);
    /// As it is now; where curves->whole is false, the next call has more. Blocks about 0.2 s at
    /// most.
    RunData read();

private:
    const std::string& weights();

    const std::filesystem::path folder_;
    CurveReader reader_;
    std::shared_ptr<const RunCurves> curves_;
    std::filesystem::file_time_type weighed_{};  // when the weights were written whose hash this is
    std::string weights_;
};

}  // namespace daguerre
