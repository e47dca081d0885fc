#include "core/image/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/base/error.h"

namespace daguerre {
namespace {

constexpr int wait_ms = 100, nap_ms = 10;

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment() {
    std::vector<std::string> words;
    for (char** word = environ; *word; ++word)
        if (!std::string_view(*word).starts_with("LD_LIBRARY_PATH=")) words.emplace_back(*word);
    return words;
}

/// What posix_spawn needs, freed at the end.
struct Spawn {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;

    Spawn(int input, int errors) {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
        posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~Spawn() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;
};

[[noreturn]] void refuse_start(const std::string& program, int error) {
    throw Error("The program {program} can't be started: {why}.",
                {{"program", program}, {"why", std::strerror(error)}});
}

}  // namespace

Child::Child(const std::vector<std::string>& words, const char* missing)
    : errors_(std::tmpfile(), std::fclose) {
    int ends[2];
    if (!errors_ || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        refuse_start(words[0], errno);
    input_ = ends[0];
    const std::vector<std::string> variables = environment();
    const Spawn spawn(ends[1], ::fileno(errors_.get()));
    const int error = ::posix_spawnp(&pid_, words[0].c_str(), &spawn.files, &spawn.attributes,
                                     pointers_to(words).data(), pointers_to(variables).data());
    ::close(ends[1]);
    if (error == 0) return;
    pid_ = -1;
    close_input();
    if (error == ENOENT) throw Error(missing);
    refuse_start(words[0], error);
}

Child::~Child() {
    close_input();
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ended(0);
}

void Child::close_input() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
}

bool Child::ended(int wait_options) {
    if (pid_ < 0) return true;
    pid_t result;
    do result = ::waitpid(pid_, &status_, wait_options);
    while (result < 0 && errno == EINTR);
    if (result != 0) pid_ = -1;
    return pid_ < 0;
}

bool Child::send(std::span<const std::byte> bytes, const GoOn& go_on) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            bytes = bytes.subspan(std::size_t(n));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) return false;
        pollfd room{input_, POLLOUT, 0};
        if (::poll(&room, 1, wait_ms) == 0 && !go_on()) return false;
    }
    return true;
}

bool Child::finish(const GoOn& go_on) {
    close_input();
    for (int waited = 0; !ended(WNOHANG); waited += nap_ms) {
        if (waited % wait_ms == 0 && !go_on()) return false;
        ::poll(nullptr, 0, nap_ms);
    }
    return true;
}

std::string Child::complaints() {
    std::string text(4096, '\0');
    std::rewind(errors_.get());
    text.resize(std::fread(text.data(), 1, text.size(), errors_.get()));
    return text;
}

}  // namespace daguerre
