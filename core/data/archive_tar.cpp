#include <archive.h>
#include <archive_entry.h>

#include <locale.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/data/archive.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t entry_limit = 512'000'000;
/// What a whole tar of images may hold, times its own size, once that is over a gigabyte.
constexpr std::uint64_t whole_limit = 200, surely_fine = 1'000'000'000;

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

/// libarchive turns names from and into the locale's alphabet: in this one, all of them can be.
class InUtf8 {
public:
    InUtf8() : before_(uselocale(utf8())) {}
    ~InUtf8() { uselocale(before_); }
    InUtf8(const InUtf8&) = delete;
    InUtf8& operator=(const InUtf8&) = delete;

private:
    static locale_t utf8() {
        static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t());
        return made;
    }
    locale_t before_;
};

Reader tar_reader() {
    Reader reader(archive_read_new(), archive_read_free);
    archive_read_support_format_tar(reader.get());
    for (const auto support : {archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
                               archive_read_support_filter_xz, archive_read_support_filter_zstd})
        support(reader.get());
    return reader;
}

/// One walk through a tar and those inside it.
class Passing {
public:
    Passing(const fs::path& file, const std::function<bool(const TarEntry&)>& each)
        : file_(file), each_(each) {
        std::error_code error;
        file_bytes_ = fs::file_size(file, error);
        if (error)
            throw Error("“{file}” can't be opened: {why}.",
                        {{"file", file}, {"why", error.message()}});
    }

    void run() {
        const InUtf8 names;
        const Reader reader = tar_reader();
        constexpr std::size_t block = 1 << 18;
        if (archive_read_open_filename(reader.get(), file_.c_str(), block) != ARCHIVE_OK)
            refuse(reader.get());
        outer_ = reader.get();
        pass(reader.get(), "");
    }

private:
    [[noreturn]] void refuse(archive* reader) const {
        const char* const why = archive_error_string(reader);
        throw Error("“{file}” isn't a whole tar ({why}). Copy or download it again.",
                    {{"file", file_}, {"why", why ? why : "it ends too soon"}});
    }

    /// false: stopped.
    bool pass(archive* reader, const std::string& folder) {
        archive_entry* entry = nullptr;
        for (;;) {
            const int code = archive_read_next_header(reader, &entry);
            if (code == ARCHIVE_EOF) return true;
            if (code < ARCHIVE_WARN) refuse(reader);
            const char* const name = archive_entry_pathname(entry);
            if (!name || !archive_entry_size_is_set(entry)) continue;
            TarEntry passed;
            passed.name = folder + safe_name(name, file_);
            passed.bytes = std::uint64_t(archive_entry_size(entry));
            passed.place = std::uint64_t(archive_filter_bytes(outer_, -1));
            count(passed.bytes);
            if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
                continue;
            passed.read = [&] { return read(reader, passed); };
            const bool inner = folder.empty() && passed.name.ends_with(".tar");
            if (!(inner ? pass_inner(passed) : each_(passed))) return false;
        }
    }

    bool pass_inner(const TarEntry& entry) {
        const std::string bytes = entry.read();
        const Reader reader = tar_reader();
        if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
            refuse(reader.get());
        return pass(reader.get(), entry.name.substr(0, entry.name.size() - 4) + '/');
    }

    /// Also what is passed over must be unpacked for that.
    void count(std::uint64_t bytes) {
        total_ += std::min(bytes, ~total_);
        if (total_ > surely_fine && total_ / whole_limit > file_bytes_)
            throw Error(
                "“{file}” has {n} MB but claims to hold {total} MB. Daguerre doesn't open it.",
                {{"file", file_}, {"n", file_bytes_ / 1'000'000}, {"total", total_ / 1'000'000}});
    }

    std::string read(archive* reader, const TarEntry& entry) const {
        if (entry.bytes > entry_limit)
            throw Error("“{file}” claims {n} bytes. Daguerre doesn't unpack it.",
                        {{"file", file_ / entry.name}, {"n", entry.bytes}});
        std::string bytes(entry.bytes, '\0');
        const la_ssize_t n = archive_read_data(reader, bytes.data(), bytes.size());
        if (n != la_ssize_t(bytes.size())) refuse(reader);
        return bytes;
    }

    fs::path file_;
    const std::function<bool(const TarEntry&)>& each_;
    std::uint64_t file_bytes_ = 0, total_ = 0;
    archive* outer_ = nullptr;
};

}  // namespace

void read_tar(const fs::path& file, const std::function<bool(const TarEntry&)>& each) {
    Passing(file, each).run();
}

struct ZipWriter::Parts {
    fs::path file;
    std::unique_ptr<archive, int (*)(archive*)> writer{archive_write_new(), archive_write_free};
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{archive_entry_new(),
                                                                   archive_entry_free};
    void require_ok(bool ok) const {
        if (!ok)
            throw Error("“{file}” could not be written: {why}.",
                        {{"file", file}, {"why", archive_error_string(writer.get())}});
    }
};

ZipWriter::ZipWriter(const fs::path& file) : parts_(std::make_unique<Parts>()) {
    const InUtf8 names;
    parts_->file = file;
    archive* const writer = parts_->writer.get();
    archive_write_set_format_zip(writer);
    archive_write_zip_set_compression_store(writer);
    archive_write_set_options(writer, "hdrcharset=UTF-8");
    parts_->require_ok(archive_write_open_filename(writer, file.c_str()) == ARCHIVE_OK);
}

ZipWriter::~ZipWriter() = default;

void ZipWriter::add(const std::string& name, std::string_view bytes) {
    const InUtf8 names;
    archive_entry* const entry = archive_entry_clear(parts_->entry.get());
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, la_int64_t(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive* const writer = parts_->writer.get();
    parts_->require_ok(archive_write_header(writer, entry) >= ARCHIVE_WARN);
    parts_->require_ok(archive_write_data(writer, bytes.data(), bytes.size()) ==
                       la_ssize_t(bytes.size()));
}

void ZipWriter::finish() {
    const InUtf8 names;
    parts_->require_ok(archive_write_close(parts_->writer.get()) == ARCHIVE_OK);
}

}  // namespace daguerre
