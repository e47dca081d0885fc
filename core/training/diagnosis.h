// What a log says about a run: what is usual, and what a change would help.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/training/run_curves.h"
#include "core/training/runs.h"

namespace daguerre {

struct Finding {
    Sentence what, why;
    std::string setting, value;  // a change that helps, for the settings of a run; or empty
};

/// The most pressing thing that can be told from the log alone; nothing where all is as it should
/// be. Needs few points: curves of a sample will do.
std::optional<Finding> diagnose(const RunInfo& run, const RunCurves& curves);

}  // namespace daguerre
