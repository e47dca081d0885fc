// Entries of archives, with names and sizes that can be trusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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
    /// 512 MB, or packed more tightly than images can be.
    std::string read(std::size_t i) const;

private:
    std::filesystem::path file_;
    std::uint64_t file_bytes_ = 0;
    std::vector<Entry> entries_;
    mutable std::mutex mutex_;  // a zip handle belongs to one thread at a time
    std::unique_ptr<zip, int (*)(zip*)> zip_;
};

/// A file in a tar, while it is passed by.
struct TarEntry {
    std::string name;                   // as in a zip
    std::uint64_t bytes = 0;            // as the tar claims
    std::uint64_t place = 0;            // of the packed tar's bytes: how many were read so far
    std::function<std::string()> read;  // valid during the call only; throws Error
};

/// Passes every file of a tar by, plain or packed by gzip, bzip2, xz or zstd, from its beginning to
/// its end; links, devices and folders are left out. A tar inside (ImageNet's) counts as a folder
/// of its name. `each` returns false to stop. Throws Error: no tar, cut off, a name that leads out,
/// an entry over 512 MB, or absurdly more than the file's size.
void read_tar(const std::filesystem::path& file, const std::function<bool(const TarEntry&)>& each);

/// A zip being written, of entries that are packed already and so are only stored.
class ZipWriter {
public:
    /// Throws Error when the file can't be written; so do the others.
    explicit ZipWriter(const std::filesystem::path& file);
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;
    void add(const std::string& name, std::string_view bytes);
    void finish();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The name with "/" between its parts and no "./" before. Throws Error naming `file` when it leads
/// out of the folder it would be unpacked in.
std::string safe_name(std::string name, const std::filesystem::path& file);

}  // namespace daguerre
