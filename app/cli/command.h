// A command of the program: one row of a table, one .cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fields.h"

namespace CLI {
class App;
}

namespace daguerre {

class Terminal;

/// How a command ended, when it didn't throw.
struct Result {
    bool stopped = false;                        // by Ctrl-C; what was finished is kept
    std::vector<std::filesystem::path> files{};  // what was written, in order
    std::optional<std::int64_t> seed{};          // where there is one
    std::string failure{};                       // of some of many files; then the status is 1
};

/// `machine`: the fields device, precision and threads, which every command takes.
using Run = std::function<Result(Terminal&, const Fields& machine)>;

struct Command {
    std::string name, summary;
    /// Adds the command's own words and options; what it returns runs when they were parsed.
    /// Run throws CLI::ParseError and UnknownWord for the command line (status 2), anything else
    /// for what can't be done (status 1).
    Run (*add)(CLI::App&);
};

const std::vector<Command>& commands();

}  // namespace daguerre
