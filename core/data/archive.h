// Entries of an archive, read in place, with names and sizes that can be trusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct zip;

namespace daguerre {

/// A zip file, open for reading. Safe from any thread; entries are inflated one at a time.
class ZipFile {
public:
    struct Entry {
        std::string name;                           // UTF-8, parts separated by "/"
        std::uint64_t bytes = 0, packed_bytes = 0;  // as the zip claims
    };

    /// Reads the list of entries. Throws Error: no zip, cut off, a name that leads out of the
    /// folder it would be unpacked in, or a claim to hold absurdly more than the file's size.
    explicit ZipFile(const std::filesystem::path& file);
    ~ZipFile();
    ZipFile(const ZipFile&) = delete;
    ZipFile& operator=(const ZipFile&) = delete;

    /// All entries, folders ("name/") too, in the order of the zip.
    const std::vector<Entry>& entries() const { return entries_; }
    /// The bytes of entry i, checked by their CRC. Throws Error: damaged, encrypted, larger than
    /// 256 MB, or packed more tightly than images can be.
    std::string read(std::size_t i) const;

private:
    std::filesystem::path file_;
    std::uint64_t file_bytes_ = 0;
    std::vector<Entry> entries_;
    mutable std::mutex mutex_;  // a zip handle belongs to one thread at a time
    std::unique_ptr<zip, int (*)(zip*)> zip_;
};

}  // namespace daguerre
