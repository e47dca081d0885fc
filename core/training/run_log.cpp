#include "core/training/run_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "core/base/error.h"
#include "core/base/json.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t steps_a_line = 10;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

Json json_of(const LogValue& value) { return Json::array({value.mean, value.min, value.max}); }

/// JSON has no NaN: it is null there.
double number_of(const Json& json) { return json.is_number() ? json.get<double>() : none; }

LogValue value_of(const Json& json) {
    return {number_of(json.at(0)), number_of(json.at(1)), number_of(json.at(2))};
}

Json json_of(const LogLine& line) {
    Json curves = Json::object(), levels = Json::array();
    for (const auto& [name, value] : line.curves) curves[name] = json_of(value);
    for (const LevelLoss& level : line.levels)
        levels.push_back(Json::array({level.sum, level.count}));
    return Json{{"images", line.images},
                {"segment", line.segment},
                {"steps", line.steps},
                {"curves", curves},
                {"norm", json_of(line.norm)},
                {"lr", line.learning_rate},
                {"images_per_second", line.images_per_second},
                {"seconds", line.seconds},
                {"skipped", line.skipped},
                {"data_wait", line.data_wait},
                {"levels", levels}};
}

LogLine line_of(const Json& json) {
    LogLine line;
    line.images = json.at("images");
    line.segment = json.at("segment");
    line.steps = json.at("steps");
    for (const auto& [name, value] : json.at("curves").items())
        line.curves.emplace_back(name, value_of(value));
    line.norm = value_of(json.at("norm"));
    line.learning_rate = number_of(json.at("lr"));
    line.images_per_second = number_of(json.at("images_per_second"));
    line.seconds = number_of(json.at("seconds"));
    line.skipped = json.at("skipped");
    line.data_wait = json.value("data_wait", 0.0);
    for (const Json& level : json.at("levels"))
        line.levels.push_back({number_of(level.at(0)), level.at(1)});
    return line;
}

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

[[noreturn]] void refuse_write(const fs::path& file) {
    throw Error("“{file}” can't be written: {why}.",
                {{"file", file}, {"why", std::strerror(errno)}});
}

bool ends_torn(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream || stream.tellg() <= 0) return false;
    stream.seekg(-1, std::ios::end);
    return stream.get() != '\n';
}

/// Every line that can be read, in the order of the file.
std::vector<LogLine> all_lines(const fs::path& file) {
    std::vector<LogLine> lines;
    std::ifstream stream(file);
    for (std::string text; std::getline(stream, text);) {
        if (text.size() > 65536) continue;
        const Json json = Json::parse(text, nullptr, false);
        try {
            lines.push_back(line_of(json));
        } catch (const Json::exception&) {
            continue;
        }
    }
    return lines;
}

}  // namespace

RunLog::RunLog(const fs::path& file) : file_(file) {
    for (const LogLine& line : all_lines(file))
        line_.segment = std::max(line_.segment, line.segment + 1);
    const bool torn = ends_torn(file);
    descriptor_ = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) refuse_write(file);
    if (torn && write(descriptor_, "\n", 1) != 1) refuse_write(file);
}

RunLog::~RunLog() {
    if (descriptor_ >= 0) close(descriptor_);
}

void RunLog::add(const Losses& losses, const LogPlace& place) {
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
    if (line_.steps < steps_a_line) return;
    line_.images = place.images;
    line_.skipped = place.skipped;
    line_.learning_rate = place.learning_rate;
    line_.images_per_second = place.images_per_second;
    line_.seconds = place.seconds;
    line_.data_wait = place.data_wait;
    const std::string text = json_of(line_).dump() + "\n";
    if (write(descriptor_, text.data(), text.size()) != ssize_t(text.size())) refuse_write(file_);
    line_.steps = 0;
}

std::string RunLog::gathered() const { return json_of(line_).dump(); }

void RunLog::restore(const std::string& gathered) {
    const std::int64_t segment = line_.segment;
    line_ = line_of(parse_json(gathered, "state.safetensors"));
    line_.segment = segment;
}

void RunLog::flush() {
    if (fsync(descriptor_) != 0) refuse_write(file_);
}

std::vector<LogLine> read_log(const fs::path& file) {
    std::vector<LogLine> lines;
    for (LogLine& line : all_lines(file)) {
        while (!lines.empty() && lines.back().segment < line.segment &&
               lines.back().images >= line.images)
            lines.pop_back();
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace daguerre
