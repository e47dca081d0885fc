#include "app/cli/start_time.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "core/base/error.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

/// <prefix>/bin of the <prefix>/libexec/daguerre/daguerre that runs now.
fs::path launchers() {
    const fs::path self = fs::read_symlink("/proc/self/exe");
    return self.parent_path().parent_path().parent_path() / "bin";
}

pid_t spawned(const StartCase& start) {
    std::vector<std::string> words{start.program.string()};
    words.insert(words.end(), start.words.begin(), start.words.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t silent;
    ::posix_spawn_file_actions_init(&silent);
    ::posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int error =
        ::posix_spawn(&child, words.front().c_str(), &silent, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&silent);
    if (error != 0)
        throw Error("“{program}” could not be started: {why}.",
                    {{"program", start.program}, {"why", std::strerror(error)}});
    return child;
}

}  // namespace

std::string StartCase::text() const {
    std::string text = program.filename().string();
    for (const std::string& word : words) text += " " + word;
    return text;
}

std::vector<StartCase> start_cases() {
    const fs::path bin = launchers();
    std::vector<StartCase> cases{{bin / "daguerre", {"--help"}},
                                 {bin / "daguerre", {"models", "--quiet"}}};
    if (fs::exists(bin / "daguerre-studio"))
        cases.push_back({bin / "daguerre-studio", {"--exit-when-shown"}});
    return cases;
}

StartTime time_start(const StartCase& start) {
    const auto began = std::chrono::steady_clock::now();
    const pid_t child = spawned(start);
    int status = 0;
    rusage use{};
    while (::wait4(child, &status, 0, &use) < 0 && errno == EINTR) {
    }
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - began;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Error("“{program}” failed while its start was timed. Start it alone to see why.",
                    {{"program", start.text()}});
    return {taken.count(), std::uint64_t(use.ru_maxrss) * 1024};
}

}  // namespace daguerre
