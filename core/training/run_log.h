// log.jsonl of a run: written line by line, read with later segments winning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/training/appender.h"
#include "core/training/log_line.h"

namespace daguerre {

/// Where the run stands after a step.
struct LogPlace {
    std::int64_t images = 0, skipped = 0;
    double learning_rate = 0, images_per_second = 0, seconds = 0, data_wait = 0;
    double gpu_memory = 0;  // bytes; 0: none
};

/// Appends to a log. A line every 10 steps, at the same images whether or not the run was resumed.
class RunLog {
public:
    /// Opens or makes the file; a torn last line is closed. The segment is one more than that of
    /// the last line, since it rises through the file, or 0. Throws Error.
    explicit RunLog(const std::filesystem::path& file);

    /// The line that this step completed, valid until the next call; else null. Throws Error, and
    /// the file is as it was.
    const LogLine* add(const Losses& losses, const LogPlace& place);
    /// A line of its own, of no steps, for what was measured between two of them; valid as above.
    const LogLine& add(const std::string& name, double value, const LogPlace& place);
    /// What the next line has gathered so far, as JSON text, and back.
    std::string gathered() const;
    void restore(const std::string& gathered);
    /// Returns when every line is on disk. Throws Error.
    void flush();

private:
    std::filesystem::path file_;
    std::optional<Appender> appender_;
    void write(LogLine line, const LogPlace& place);

    LogLine line_, written_;
};

/// The last line of a file that can be read; only its end is looked at. False: there is none.
bool read_last_line(const std::filesystem::path& file, LogLine& line);

/// All lines in the order of images; a line that a later segment did again is left out, and so is
/// what can't be read. A missing file has no lines. Throws Error when it can't be read.
std::vector<LogLine> read_log(const std::filesystem::path& file);

}  // namespace daguerre
