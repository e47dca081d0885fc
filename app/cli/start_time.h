// How long the programs take until they are ready, seen from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace daguerre {

/// A program and what it is started with.
struct StartCase {
    std::filesystem::path program;
    std::vector<std::string> words;
    std::string text() const;  // "daguerre --help"
};

/// The command line's help and its list of models, and the window where it was built. Each is what
/// a user starts: the launcher in bin/.
std::vector<StartCase> start_cases();

struct StartTime {
    double ms = 0;
    std::uint64_t peak_bytes = 0;
};

/// Starts it, waits until it ends. Throws Error when it can't be started or fails.
StartTime time_start(const StartCase& start);

}  // namespace daguerre
