#include "core/training/log_line.h"

#include <charconv>
#include <limits>

#include "core/base/json.h"

namespace daguerre {
namespace {

constexpr std::size_t most_entries = 64;  // of a list in a line
constexpr int deepest = 16;

Json json_of(const LogValue& value) { return Json::array({value.mean, value.min, value.max}); }

/// Walks over JSON text. Every function says whether it found what it looks for. A log has millions
/// of lines, and building a tree of each would take most of a minute.
class Scan {
public:
    explicit Scan(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

    bool take(char c) {
        skip_blanks();
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    bool ended() {
        skip_blanks();
        return at_ == end_;
    }

    /// A text without escapes, which our keys and names don't have.
    bool text(std::string_view& to) {
        if (!take('"')) return false;
        const char* start = at_;
        while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
        to = {start, std::size_t(at_ - start)};
        return take('"');
    }

    /// null is NaN.
    bool number(double& to) {
        skip_blanks();
        if (word("null")) {
            to = std::numeric_limits<double>::quiet_NaN();
            return true;
        }
        const char* digits = at_ + (at_ != end_ && *at_ == '-' ? 1 : 0);
        return digits != end_ && *digits >= '0' && *digits <= '9' && parse(to);
    }

    bool whole(std::int64_t& to) {
        skip_blanks();
        return parse(to) && (at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E'));
    }

    /// {"key": value, ...}; `member(key)` takes the value.
    template <class Member>
    bool object(const Member& member) {
        if (!take('{')) return false;
        if (take('}')) return true;
        do {
            std::string_view key;
            if (!text(key) || !take(':') || !member(key)) return false;
        } while (take(','));
        return take('}');
    }

    /// [value, ...]; `entry()` takes each.
    template <class Entry>
    bool list(const Entry& entry) {
        if (!take('[')) return false;
        if (take(']')) return true;
        do {
            if (!entry()) return false;
        } while (take(','));
        return take(']');
    }

    /// Passes over any value.
    bool pass(int depth = 0) {
        skip_blanks();
        if (at_ == end_ || depth > deepest) return false;
        if (*at_ == '{') return object([&](std::string_view) { return pass(depth + 1); });
        if (*at_ == '[') return list([&] { return pass(depth + 1); });
        if (*at_ == '"') {
            std::string_view passed;
            return text(passed);
        }
        double passed = 0;
        return word("true") || word("false") || number(passed);
    }

private:
    void skip_blanks() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
    }
    bool word(std::string_view sought) {
        if (!std::string_view(at_, std::size_t(end_ - at_)).starts_with(sought)) return false;
        at_ += sought.size();
        return true;
    }
    template <class T>
    bool parse(T& to) {
        const auto [after, error] = std::from_chars(at_, end_, to);
        at_ = after;
        return error == std::errc();
    }

    const char *at_, *end_;
};

bool read_value(Scan& scan, LogValue& to) {
    return scan.take('[') && scan.number(to.mean) && scan.take(',') && scan.number(to.min) &&
           scan.take(',') && scan.number(to.max) && scan.take(']');
}

bool read_curves(Scan& scan, LogLine& line) {
    std::size_t n = 0;
    const bool whole = scan.object([&](std::string_view name) {
        if (n == most_entries) return false;
        if (n == line.curves.size()) line.curves.emplace_back();
        auto& [known, value] = line.curves[n++];
        known = name;
        return read_value(scan, value);
    });
    line.curves.resize(n);
    return whole;
}

bool read_levels(Scan& scan, LogLine& line) {
    line.levels.clear();
    return scan.list([&] {
        LevelLoss level;
        const bool whole = line.levels.size() < most_entries && scan.take('[') &&
                           scan.number(level.sum) && scan.take(',') && scan.whole(level.count) &&
                           scan.take(']');
        line.levels.push_back(level);
        return whole;
    });
}

/// The numbers of a line by the key they have in the file.
struct NumberKey {
    std::string_view key;
    double LogLine::*member;
};
constexpr NumberKey number_keys[] = {
    {"lr", &LogLine::learning_rate},     {"images_per_second", &LogLine::images_per_second},
    {"seconds", &LogLine::seconds},      {"time", &LogLine::time},
    {"data_wait", &LogLine::data_wait},  {"memory", &LogLine::memory},
    {"gpu_memory", &LogLine::gpu_memory}};
struct CountKey {
    std::string_view key;
    std::int64_t LogLine::*member;
};
constexpr CountKey count_keys[] = {{"images", &LogLine::images},
                                   {"segment", &LogLine::segment},
                                   {"steps", &LogLine::steps},
                                   {"skipped", &LogLine::skipped}};

bool read_member(Scan& scan, std::string_view key, LogLine& line) {
    for (const CountKey& known : count_keys)
        if (key == known.key) return scan.whole(line.*known.member);
    for (const NumberKey& known : number_keys)
        if (key == known.key) return scan.number(line.*known.member);
    if (key == "curves") return read_curves(scan, line);
    if (key == "norm") return read_value(scan, line.norm);
    if (key == "levels") return read_levels(scan, line);
    return scan.pass();
}

}  // namespace

std::string text_of(const LogLine& line) {
    Json curves = Json::object(), levels = Json::array(), json;
    for (const auto& [name, value] : line.curves) curves[name] = json_of(value);
    for (const LevelLoss& level : line.levels)
        levels.push_back(Json::array({level.sum, level.count}));
    for (const CountKey& known : count_keys) json[std::string(known.key)] = line.*known.member;
    json["curves"] = std::move(curves);
    json["norm"] = json_of(line.norm);
    for (const NumberKey& known : number_keys) json[std::string(known.key)] = line.*known.member;
    json["levels"] = std::move(levels);
    return json.dump();
}

bool line_from(std::string_view text, LogLine& line) {
    for (const CountKey& known : count_keys) line.*known.member = -1;
    for (const NumberKey& known : number_keys) line.*known.member = 0;
    line.curves.clear();
    line.levels.clear();
    Scan scan(text);
    const bool whole =
        scan.object([&](std::string_view key) { return read_member(scan, key, line); });
    if (line.skipped < 0) line.skipped = 0;
    return whole && scan.ended() && line.images >= 0 && line.segment >= 0 && line.steps >= 0;
}

}  // namespace daguerre
