#include "core/training/appender.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"

namespace daguerre {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        throw Error("“{folder}” is full: “{file}” could not be written. Free some space and go on.",
                    {{"folder", file.parent_path()}, {"file", file.filename()}});
    throw Error("“{file}” can't be written: {why}.",
                {{"file", file}, {"why", std::strerror(error)}});
}

}  // namespace

Appender::Appender(const std::filesystem::path& file) : file_(file) {
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) refuse(file, errno);
}

Appender::~Appender() { ::close(descriptor_); }

void Appender::append(std::string_view piece) {
    const off_t before = ::lseek(descriptor_, 0, SEEK_END);
    while (!piece.empty()) {
        const ssize_t n = ::write(descriptor_, piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int error = errno;
            // What can't be taken back is torn, which readers must bear anyway.
            static_cast<void>(::ftruncate(descriptor_, before) == 0);
            refuse(file_, error);
        }
        piece.remove_prefix(std::size_t(n));
    }
}

void Appender::flush() {
    if (::fsync(descriptor_) != 0) refuse(file_, errno);
}

}  // namespace daguerre
