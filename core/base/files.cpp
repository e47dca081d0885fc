#include "core/base/files.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/base/error.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

std::string env(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

[[noreturn]] void refuse_write(const fs::path& file, int error) {
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        throw Error(
            "“{folder}” is full: “{file}” could not be written. Free some space and try again.",
            {{"folder", folder}, {"file", file.filename()}});
    if (error == EACCES || error == EROFS || error == EPERM)
        throw Error(
            "Daguerre may not write in “{folder}”. Nothing was changed; choose another folder.",
            {{"folder", folder}});
    throw Error("“{file}” could not be written: {why}.",
                {{"file", file}, {"why", std::strerror(error)}});
}

fs::path beside(const fs::path& target) {
    fs::path name = "." + target.stem().string() + "." + std::to_string(::getpid()) + ".part";
    return target.parent_path() / (name += target.extension());
}

void make_folders(const fs::path& folder, const fs::path& target) {
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    if (error) refuse_write(target, error.value());
}

/// The data of a file or folder are on disk when this returns. named: what an error speaks of.
void flush(const fs::path& path, const fs::path& named) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    // Some file systems cannot flush folders.
    if (result != 0 && error != EINVAL && error != EROFS) refuse_write(named, error);
}

/// 0, or why it could not be written.
int write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

void put(const fs::path& file, std::string_view bytes, const fs::path& named) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) refuse_write(named, errno);
    if (const int error = write_all(descriptor, bytes)) {
        ::close(descriptor);
        refuse_write(named, error);
    }
    if (::close(descriptor) != 0) refuse_write(named, errno);
}

/// Fills a temporary name beside `target` by `fill` and renames it; removes it when `fill` throws.
void swap_in(const fs::path& target, const fs::path& temporary, const std::function<void()>& fill) {
    make_folders(target.parent_path(), target);
    try {
        fill();
        std::error_code error;
        fs::rename(temporary, target, error);
        if (error) refuse_write(target, error.value());
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(temporary, ignored);
        throw;
    }
    flush(target.parent_path().empty() ? "." : target.parent_path(), target);
}

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
    ~Sha256() { EVP_MD_CTX_free(context_); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(const char* bytes, std::size_t n) { EVP_DigestUpdate(context_, bytes, n); }
    std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
        unsigned int n = 0;
        EVP_DigestFinal_ex(context_, hash.data(), &n);
        std::string text;
        for (unsigned int i = 0; i < n; ++i) {
            text += "0123456789abcdef"[hash[i] >> 4];
            text += "0123456789abcdef"[hash[i] & 15];
        }
        return text;
    }

private:
    EVP_MD_CTX* context_;
};

}  // namespace

fs::path home_folder() {
    if (const std::string home = env("DAGUERRE_HOME"); !home.empty()) return home;
    if (const std::string data = env("XDG_DATA_HOME"); !data.empty())
        return fs::path(data) / "daguerre";
    return fs::path(env("HOME")) / ".local" / "share" / "daguerre";
}

fs::path resources_folder() {
    if (const std::string set = env("DAGUERRE_RESOURCES"); !set.empty()) return set;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    // Installed: <prefix>/libexec/daguerre/daguerre beside <prefix>/share/daguerre.
    for (fs::path folder = program.parent_path(); folder.has_relative_path();
         folder = folder.parent_path()) {
        const fs::path shared = folder / "share" / "daguerre";
        if (fs::is_directory(shared / "models", error)) return shared;
    }
    return DAGUERRE_SOURCE_RESOURCES;
}

std::string read_file(const fs::path& file, std::uint64_t limit) {
    std::error_code error;
    if (fs::is_directory(file, error))
        throw Error("“{file}” is a folder, not a file.", {{"file", file}});
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw Error("“{file}” can't be opened: {why}.",
                    {{"file", file}, {"why", std::strerror(errno)}});
    const std::uint64_t size = fs::file_size(file, error);
    const bool sized = !error;
    if (sized && size > limit)
        throw Error("“{file}” has {n} bytes, where {limit} are allowed.",
                    {{"file", file}, {"n", size}, {"limit", limit}});
    std::string bytes(sized ? size : 0, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

void write_whole(const fs::path& file, std::string_view bytes) {
    write_whole(file, [&](const fs::path& temporary) { put(temporary, bytes, file); });
}

void write_whole(const fs::path& file, const std::function<void(const fs::path&)>& write) {
    const fs::path temporary = beside(file);
    swap_in(file, temporary, [&] {
        write(temporary);
        flush(temporary, file);
    });
}

void append_flushed(const fs::path& file, std::string_view bytes) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0) refuse_write(file, errno);
    const off_t length = ::lseek(descriptor, 0, SEEK_END);
    int error = write_all(descriptor, bytes);
    if (error == 0 && ::fdatasync(descriptor) != 0) error = errno;
    // What can't be taken back is torn, which its readers must bear anyway.
    if (error != 0) static_cast<void>(::ftruncate(descriptor, length) == 0);
    ::close(descriptor);
    if (error != 0) refuse_write(file, error);
}

void replace_folder(const fs::path& folder, const std::function<void(const fs::path&)>& fill) {
    const fs::path target = folder.has_filename() ? folder : folder.parent_path();
    const fs::path temporary = beside(target);
    const fs::path old = target.parent_path() / ("." + target.filename().string() + ".old");
    std::error_code error;
    fs::remove_all(temporary, error);
    fs::remove_all(old, error);
    swap_in(target, temporary, [&] {
        fs::create_directories(temporary, error);
        if (error) refuse_write(target, error.value());
        fill(temporary);
        for (const auto& entry : fs::recursive_directory_iterator(temporary))
            flush(entry.path(), target);
        fs::rename(target, old, error);  // absent the first time
    });
    fs::remove_all(old, error);
}

void require_free_space(const fs::path& folder, std::uint64_t need) {
    std::error_code error;
    fs::path there = folder.empty() ? fs::path(".") : folder;
    while (!fs::exists(there, error) && there.has_parent_path() && there != there.parent_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, error);
    if (error || space.available >= need) return;
    throw Error(
        "“{folder}” is full: {need} MB needed, {free} MB free.",
        {{"folder", folder}, {"need", need / 1'000'000}, {"free", space.available / 1'000'000}});
}

std::string sha256_of_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw Error("“{file}” can't be opened: {why}.",
                    {{"file", file}, {"why", std::strerror(errno)}});
    Sha256 sha;
    std::vector<char> block(1 << 20);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount())
        sha.add(block.data(), static_cast<std::size_t>(stream.gcount()));
    return sha.hex();
}

std::string sha256_of(std::string_view bytes) {
    Sha256 sha;
    sha.add(bytes.data(), bytes.size());
    return sha.hex();
}

FileLock::FileLock(const fs::path& file, std::string_view what) {
    make_folders(file.parent_path(), file);
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) refuse_write(file, errno);
    // Whoever only looks whether it is held takes it for a moment.
    bool held = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0;
    for (int again = 0; held && again < 20; ++again) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        held = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0;
    }
    if (held) {
        char text[32]{};
        const ssize_t n = ::read(descriptor_, text, sizeof text - 1);
        ::close(descriptor_);
        throw Error("“{what}” is being used by another program (process {pid}).",
                    {{"what", what}, {"pid", n > 0 ? std::string_view(text) : "unknown"}});
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, pid.data(), pid.size(), 0) != ssize_t(pid.size())) {
        const int error = errno;
        ::close(descriptor_);
        refuse_write(file, error);
    }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace daguerre
