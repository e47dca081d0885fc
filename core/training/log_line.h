// A line of log.jsonl, as a value and as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/models/losses.h"

namespace daguerre {

/// Mean, least and greatest over the steps of a line. NaN when a step's value wasn't finite.
struct LogValue {
    double mean = 0, min = 0, max = 0;
};

/// One line: the steps since the line before.
struct LogLine {
    std::int64_t images = 0;   // seen when the line was written
    std::int64_t segment = 0;  // rises with every resume
    std::int64_t steps = 0;    // in this line; 0: of what was measured between two steps
    std::vector<std::pair<std::string, LogValue>> curves;
    LogValue norm;  // of the gradient
    double learning_rate = 0, images_per_second = 0;
    double seconds = 0;        // of training until then
    double time = 0;           // of the day it was written, in Unix seconds; 0: not known
    std::int64_t skipped = 0;  // steps so far whose loss wasn't finite
    double data_wait = 0;      // share of the time, 0 to 1, in which batches were waited for
    double memory = 0, gpu_memory = 0;  // bytes in use then; 0: not known
    std::vector<LevelLoss> levels;      // level_bins, or empty
};

/// Longer lines are none of ours.
inline constexpr std::int64_t longest_line = 65536;

/// The line as JSON, without an end of line. A number that isn't finite is null.
std::string text_of(const LogLine& line);
/// Reads it back into `line`, whose memory is used again; keys that it doesn't know are passed
/// over. False, and `line` is anything, when the text isn't such a line: torn, or another's.
bool line_from(std::string_view text, LogLine& line);

}  // namespace daguerre
