// Another program that is fed through its standard input.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace daguerre {

/// Runs without a shell, in a process group of its own, so that Ctrl-C reaches us alone, and
/// without LD_LIBRARY_PATH, which the launcher points at LibTorch. What it prints to stdout is
/// dropped. Killed and waited for when destroyed before it ended.
class Child {
public:
    /// Asked about ten times a second while waiting; false gives up the wait.
    using GoOn = std::function<bool()>;

    /// Starts words[0], which is looked for in PATH, with all words as its arguments.
    /// Throws Error with `missing` when it isn't there.
    Child(const std::vector<std::string>& words, const char* missing);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Blocks until the child took all bytes: true. false: go_on said so, or it takes no more.
    bool send(std::span<const std::byte> bytes, const GoOn& go_on);
    /// Closes the child's input and blocks until it ends: true. false: go_on said so.
    bool finish(const GoOn& go_on);
    /// Whether it ended with status 0.
    bool succeeded() const { return status_ == 0; }
    /// The first 4096 bytes it wrote to stderr.
    std::string complaints();

private:
    bool ended(int wait_options);
    void close_input();

    pid_t pid_ = -1;
    int input_ = -1;  // our end of a socket, as only those can be written without SIGPIPE
    int status_ = -1;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> errors_;
};

}  // namespace daguerre
