// A file that grows by whole pieces.
#pragma once

#include <filesystem>
#include <string_view>

namespace daguerre {

class Appender {
public:
    /// Opens or makes the file. Throws Error.
    explicit Appender(const std::filesystem::path& file);
    ~Appender();
    Appender(const Appender&) = delete;
    Appender& operator=(const Appender&) = delete;

    /// Adds the piece, or throws Error (full disk), and then the file is as it was.
    void append(std::string_view piece);
    /// Returns when all of it is on disk. Throws Error.
    void flush();

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

}  // namespace daguerre
