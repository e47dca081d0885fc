#include "core/training/run_log.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <limits>

#include "core/base/error.h"
#include "core/base/machine.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t steps_a_line = 10;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// `steps` values are in `value` already.
void gather(LogValue& value, double next, std::int64_t steps) {
    if (!std::isfinite(next)) next = none;
    if (steps == 0) {
        value = {next, next, next};
        return;
    }
    value.mean += (next - value.mean) / double(steps + 1);
    value.min = std::isnan(value.mean) ? none : std::min(value.min, next);
    value.max = std::isnan(value.mean) ? none : std::max(value.max, next);
}

bool ends_torn(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream || stream.tellg() <= 0) return false;
    stream.seekg(-1, std::ios::end);
    return stream.get() != '\n';
}

/// Bytes at the end of a log among which its last line is looked for.
constexpr std::int64_t end_bytes = 4 * longest_line;

}  // namespace

RunLog::RunLog(const fs::path& file) : file_(file) {
    if (LogLine last; read_last_line(file, last)) line_.segment = last.segment + 1;
    const bool torn = ends_torn(file);
    appender_.emplace(file);
    if (torn) appender_->append("\n");
}

const LogLine* RunLog::add(const Losses& losses, const LogPlace& place) {
    const std::int64_t steps = line_.steps++;
    if (steps == 0) {
        line_.curves.clear();
        for (const auto& [name, value] : losses.values) line_.curves.emplace_back(name, LogValue{});
        line_.levels.assign(losses.levels.size(), {});
    }
    for (std::size_t i = 0; i < losses.values.size(); ++i)
        gather(line_.curves.at(i).second, losses.values[i].second, steps);
    gather(line_.norm, losses.gradient_norm, steps);
    for (std::size_t i = 0; i < losses.levels.size(); ++i) {
        line_.levels.at(i).sum += losses.levels[i].sum;
        line_.levels.at(i).count += losses.levels[i].count;
    }
    if (line_.steps < steps_a_line) return nullptr;
    write(line_, place);
    line_.steps = 0;
    return &written_;
}

const LogLine& RunLog::add(const std::string& name, double value, const LogPlace& place) {
    LogLine line;
    line.segment = line_.segment;
    line.curves.emplace_back(name, LogValue{value, value, value});
    write(std::move(line), place);
    return written_;
}

void RunLog::write(LogLine line, const LogPlace& place) {
    line.images = place.images;
    line.skipped = place.skipped;
    line.learning_rate = place.learning_rate;
    line.images_per_second = place.images_per_second;
    line.seconds = place.seconds;
    line.data_wait = place.data_wait;
    line.gpu_memory = place.gpu_memory;
    line.memory = double(memory_used());
    line.time = double(std::time(nullptr));
    appender_->append(text_of(line) + "\n");
    written_ = std::move(line);
}

std::string RunLog::gathered() const { return text_of(line_); }

void RunLog::restore(const std::string& gathered) {
    const std::int64_t segment = line_.segment;
    if (!line_from(gathered, line_))
        throw Error("“{file}” isn't whole: what it says of the log can't be read.",
                    {{"file", file_.parent_path() / "state.safetensors"}});
    line_.segment = segment;
}

void RunLog::flush() { appender_->flush(); }

bool read_last_line(const fs::path& file, LogLine& line) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    const std::int64_t size = stream ? std::int64_t(stream.tellg()) : 0;
    std::string end(std::size_t(std::min(size, end_bytes)), '\0');
    stream.seekg(size - std::int64_t(end.size()));
    stream.read(end.data(), std::streamsize(end.size()));
    std::string_view rest = end;
    while (!rest.empty()) {
        const std::size_t before = rest.find_last_of('\n');
        if (line_from(rest.substr(before + 1), line)) return true;  // npos + 1 is 0
        if (before == std::string_view::npos) return false;
        rest = rest.substr(0, before);
    }
    return false;
}

std::vector<LogLine> read_log(const fs::path& file) {
    std::vector<LogLine> lines;
    std::ifstream stream(file);
    LogLine line;
    for (std::string text; std::getline(stream, text);) {
        if (text.size() > std::size_t(longest_line) || !line_from(text, line)) continue;
        while (!lines.empty() && lines.back().segment < line.segment &&
               lines.back().images >= line.images)
            lines.pop_back();
        lines.push_back(line);
    }
    return lines;
}

}  // namespace daguerre
