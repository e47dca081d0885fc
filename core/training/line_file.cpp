#include "core/training/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace daguerre {
namespace {

constexpr std::int64_t piece_bytes = 4096, block_bytes = 256 * 1024, most_bytes = 4 << 20;

}  // namespace

LineFile::LineFile(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat about {};
    if (descriptor_ >= 0 && ::fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode))
        size_ = about.st_size;
}

LineFile::~LineFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string_view LineFile::text(Range range) {
    if (range.size() <= 0 || range.size() > most_bytes) return {};
    block_.resize(std::size_t(range.size()));
    std::size_t done = 0;
    while (done < block_.size()) {
        const ssize_t n = ::pread(descriptor_, block_.data() + done, block_.size() - done,
                                  range.begin + std::int64_t(done));
        if (n <= 0) break;
        done += std::size_t(n);
    }
    return std::string_view(block_).substr(0, done);
}

std::int64_t LineFile::line_begin(std::int64_t offset, std::int64_t end) {
    if (offset <= 0) return 0;
    for (std::int64_t at = offset - 1; at < end; at += piece_bytes) {
        const std::string_view piece = text({at, std::min(at + piece_bytes, end)});
        if (piece.empty()) break;
        const std::size_t found = piece.find('\n');
        if (found != std::string_view::npos) return std::min(at + std::int64_t(found) + 1, end);
    }
    return end;
}

std::int64_t LineFile::whole_lines(std::int64_t from) {
    for (std::int64_t end = size_; end > from;) {
        const std::int64_t begin = std::max(from, end - piece_bytes);
        const std::size_t found = text({begin, end}).find_last_of('\n');
        if (found != std::string_view::npos) return begin + std::int64_t(found) + 1;
        end = begin;
    }
    return from;
}

std::int64_t LineFile::block_end(Range range) {
    return line_begin(std::min(range.begin + block_bytes, range.end), range.end);
}

}  // namespace daguerre
