// log.jsonl of a run: written line by line, read with later segments winning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
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
    std::int64_t steps = 0;    // in this line
    std::vector<std::pair<std::string, LogValue>> curves;
    LogValue norm;  // of the gradient
    double learning_rate = 0, images_per_second = 0, seconds = 0;
    std::int64_t skipped = 0;       // steps so far whose loss wasn't finite
    double data_wait = 0;           // share of the time, 0 to 1, in which batches were waited for
    std::vector<LevelLoss> levels;  // level_bins, or empty
};

/// Where the run stands after a step.
struct LogPlace {
    std::int64_t images = 0, skipped = 0;
    double learning_rate = 0, images_per_second = 0, seconds = 0, data_wait = 0;
};

/// Appends to a log. A line every 10 steps, at the same images whether or not the run was resumed.
class RunLog {
public:
    /// Opens or makes the file; a torn last line is closed. The segment is one more than the
    /// largest in the file, or 0. Throws Error.
    explicit RunLog(const std::filesystem::path& file);
    ~RunLog();
    RunLog(const RunLog&) = delete;
    RunLog& operator=(const RunLog&) = delete;

    void add(const Losses& losses, const LogPlace& place);
    /// What the next line has gathered so far, as JSON text, and back.
    std::string gathered() const;
    void restore(const std::string& gathered);
    /// Returns when every line is on disk. Throws Error.
    void flush();

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
    LogLine line_;
};

/// All lines in the order of images; a line that a later segment did again is left out, and so is
/// what can't be read. A missing file has no lines. Throws Error when it can't be read.
std::vector<LogLine> read_log(const std::filesystem::path& file);

}  // namespace daguerre
