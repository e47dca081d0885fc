#include "core/data/archive.h"

#include <zip.h>

#include <algorithm>

#include "core/base/error.h"

namespace daguerre {
namespace {

constexpr std::uint64_t entry_limit = 512'000'000;
/// Deflate makes at most 1032 bytes out of one (zlib.net/zlib_tech.html).
constexpr std::uint64_t tightest = 1032;
/// What a whole zip of images may claim, times its own size, once that is over a gigabyte.
constexpr std::uint64_t whole_limit = 200;

std::uint64_t size_of(const std::filesystem::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(file, error);
    if (error)
        throw Error("“{file}” can't be opened: {why}.", {{"file", file}, {"why", error.message()}});
    return bytes;
}

zip* opened(const std::filesystem::path& file) {
    int code = 0;
    if (zip* const archive = zip_open(file.c_str(), ZIP_RDONLY, &code)) return archive;
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error("“{file}” isn't a whole zip ({why}). Copy or download it again.",
                {{"file", file}, {"why", why}});
}

}  // namespace

std::string safe_name(std::string name, const std::filesystem::path& file) {
    std::replace(name.begin(), name.end(), '\\', '/');
    while (name.starts_with("./")) name.erase(0, 2);
    const bool leads_out = name.starts_with('/') || (name.size() > 1 && name[1] == ':') ||
                           ('/' + name + '/').find("/../") != std::string::npos;
    if (leads_out)
        throw Error(
            "“{file}” holds “{name}”, which leads out of its folder. Daguerre doesn't open it.",
            {{"file", file}, {"name", name}});
    return name;
}

ZipFile::ZipFile(const std::filesystem::path& file)
    : file_(file), file_bytes_(size_of(file)), zip_(opened(file), [](zip* archive) {
          zip_discard(archive);
          return 0;
      }) {
    std::uint64_t total = 0;
    const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
        if (zip_stat_index(zip_.get(), zip_uint64_t(i), 0, &stat) != 0 ||
            (stat.valid & needed) != needed)
            throw Error("Entry {i} of “{file}” has no name or size. Copy or download it again.",
                        {{"i", i}, {"file", file}});
        std::string name = safe_name(stat.name, file);
        total += std::min(stat.size, ~total);
        entries_.push_back({std::move(name), stat.size, stat.comp_size});
    }
    if (total > 1'000'000'000 && total / whole_limit > file_bytes_)
        throw Error("“{file}” has {n} MB but claims to hold {total} MB. Daguerre doesn't open it.",
                    {{"file", file}, {"n", file_bytes_ / 1'000'000}, {"total", total / 1'000'000}});
}

ZipFile::~ZipFile() = default;

std::string ZipFile::read(std::size_t i) const {
    const Entry& entry = entries_.at(i);
    const std::filesystem::path name = file_ / entry.name;
    const std::uint64_t packed = std::min(entry.packed_bytes, file_bytes_);
    if (entry.bytes > entry_limit || entry.bytes > packed * tightest)
        throw Error("“{file}” claims {n} bytes, packed into {packed}. Daguerre doesn't unpack it.",
                    {{"file", name}, {"n", entry.bytes}, {"packed", entry.packed_bytes}});
    std::string bytes(entry.bytes, '\0');
    const std::lock_guard lock(mutex_);
    zip_file_t* const stream = zip_fopen_index(zip_.get(), i, 0);
    if (!stream)
        throw Error("“{file}” can't be read: {why}.",
                    {{"file", name}, {"why", zip_strerror(zip_.get())}});
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> closed(stream, zip_fclose);
    const zip_int64_t n = zip_fread(stream, bytes.data(), bytes.size());
    char beyond = 0;  // reading past the end is what makes libzip compare the checksum
    if (n != zip_int64_t(bytes.size()) || zip_fread(stream, &beyond, 1) != 0)
        throw Error("“{file}” is damaged. Copy or download the zip again.", {{"file", name}});
    return bytes;
}

}  // namespace daguerre
