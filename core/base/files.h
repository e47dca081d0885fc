// Folders of the user, files written whole or not at all, hashes, locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace daguerre {

/// User data: $DAGUERRE_HOME, else $XDG_DATA_HOME/daguerre, else ~/.local/share/daguerre. Not made.
std::filesystem::path home_folder();
/// What comes with the program: $DAGUERRE_RESOURCES, else share/daguerre beside the program's
/// folder, else resources/ of the source it was built from. Not checked to exist.
std::filesystem::path resources_folder();

/// All bytes of a file. Throws Error when it can't be read, or is larger than `limit` bytes.
std::string read_file(const std::filesystem::path& file, std::uint64_t limit);

/// Writes beside, flushes, renames: afterwards the old or the new file is there, whole.
/// Makes missing folders above. Throws Error (full disk, read-only folder), leaving nothing behind.
void write_whole(const std::filesystem::path& file, std::string_view bytes);
/// The same where something else does the writing: `write` is given the temporary name, which has
/// the same suffix as `file`.
void write_whole(const std::filesystem::path& file,
                 const std::function<void(const std::filesystem::path& temporary)>& write);
/// Adds bytes at the end of a file, which is made when it is missing, and flushes them: when this
/// returns they are on disk. Throws Error as write_whole; then the file has its old length.
void append_flushed(const std::filesystem::path& file, std::string_view bytes);
/// Fills a new folder beside by `fill(temporary)` and swaps it for `folder`. Throws as write_whole.
void replace_folder(const std::filesystem::path& folder,
                    const std::function<void(const std::filesystem::path& temporary)>& fill);

/// Throws Error when the disk of `folder` has fewer free bytes than `need`.
void require_free_space(const std::filesystem::path& folder, std::uint64_t need);

/// SHA-256 in 64 lower-case hex digits. Blocks while reading. Throws Error when unreadable.
std::string sha256_of_file(const std::filesystem::path& file);
std::string sha256_of(std::string_view bytes);

/// A file that says which process works on a folder. Held until destroyed; the system drops it
/// when the process ends, however it ends.
class FileLock {
public:
    /// Throws Error when another process holds it, with that process's id:
    /// "“{what}” is being used by another program (process {pid})."
    FileLock(const std::filesystem::path& file, std::string_view what);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_ = -1;
};

}  // namespace daguerre
