// A file of lines, read anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace daguerre {

/// Bytes begin .. end of a file.
struct Range {
    std::int64_t begin = 0, end = 0;
    std::int64_t size() const { return end - begin; }
};

/// Memory is bounded however long a line is. A file that can't be read is an empty one.
class LineFile {
public:
    explicit LineFile(const std::filesystem::path& file);
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    std::int64_t size() const { return size_; }
    /// Where the first line begins at `offset` or later; at most `end`.
    std::int64_t line_begin(std::int64_t offset, std::int64_t end);
    /// Where the last whole line ends, at `from` or later; `from` when there is none.
    std::int64_t whole_lines(std::int64_t from);
    /// Where a block of whole lines ends that begins with `range`: about 256 KB on, and within it.
    std::int64_t block_end(Range range);
    /// The bytes, valid until the next call; of a range of more than a few MB, none.
    std::string_view text(Range range);

private:
    int descriptor_ = -1;
    std::int64_t size_ = 0;
    std::string block_;
};

}  // namespace daguerre
