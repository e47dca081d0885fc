#include "core/data/fetch.h"

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

fs::path part_folder(std::string_view id) {
    return home_folder() / "datasets" / ("." + std::string(id) + ".part");
}

/// A file's name as it stands in an address (RFC 3986).
std::string escaped(const std::string& name) {
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 128 &&
            (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos)) {
            text += c;
        } else {
            text += '%';
            text += "0123456789ABCDEF"[byte >> 4];
            text += "0123456789ABCDEF"[byte & 15];
        }
    }
    return text;
}

std::vector<DatasetFile> downloads_of(const DatasetRow& row) {
    return row.archive.name.empty() ? row.files : std::vector<DatasetFile>{row.archive};
}

/// Where a file may be: `from` is a folder, or one of the files, whose neighbours the others are.
std::vector<std::string> addresses_of(const DatasetFile& file, const DatasetRow& row,
                                      std::string_view from) {
    std::vector<std::string> bases = row.mirrors;
    if (!from.empty()) {
        std::string base(from);
        for (const DatasetFile& one : downloads_of(row))
            if (base.ends_with("/" + escaped(one.name)))
                base.resize(base.size() - escaped(one.name).size());
        if (!base.ends_with('/')) base += '/';
        bases = {base};
    }
    for (std::string& base : bases) base += escaped(file.name);
    return bases;
}

/// The last part of an address, as the name of a file; with a suffix that says what it is.
std::string file_name(std::string_view address) {
    std::string_view path = address.substr(0, address.find_first_of("?#"));
    while (path.ends_with('/')) path.remove_suffix(1);
    std::string name(path.substr(path.rfind('/') + 1));
    std::erase_if(name, [](unsigned char c) { return c < 32 || c == '%'; });
    return name.empty() || name[0] == '.' ? "images.zip" : name;
}

void remove_parts(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
}

/// Moves files that were checked already into place.
void move_in(const DatasetRow& row, const fs::path& from) {
    replace_folder(home_folder() / "datasets" / row.id, [&](const fs::path& folder) {
        for (const DatasetFile& file : row.files) fs::rename(from / file.name, folder / file.name);
    });
}

}  // namespace

std::string how_to_get(const DatasetRow& row) {
    std::string text;
    int number = 0;
    for (const std::string& step : row.steps) text += std::to_string(++number) + ". " + step + "\n";
    if (row.steps.empty()) {
        std::string names;
        for (const DatasetFile& file : downloads_of(row))
            names += (names.empty() ? "" : ", ") + file.name;
        text += "1. Get " + names + " from " + row.source + " into one folder.\n";
        ++number;
    }
    return text + std::to_string(number + 1) + ". Say: daguerre fetch " + row.id + " --from FOLDER";
}

bool fetch_dataset(const DatasetRow& row, std::string_view from, const OnProgress& on_progress,
                   const Patience& patience) {
    const std::vector<DatasetFile> files = downloads_of(row);
    if (files.empty() || (from.empty() && row.mirrors.empty()))
        throw Error("{title} can't be downloaded without an account.\n{steps}",
                    {{"title", row.title}, {"steps", how_to_get(row)}});
    const fs::path folder = part_folder(row.id);
    const FileLock lock(folder / "lock", row.title);
    std::uint64_t total = 0, before = 0;
    for (const DatasetFile& file : files) total += file.bytes;
    require_free_space(home_folder(), total);
    for (const DatasetFile& file : files) {
        const Download what{addresses_of(file, row, from), folder / file.name, file.sha256,
                            file.bytes, patience};
        if (!download(what, [&](const Progress& at) {
                return !on_progress ||
                       on_progress(
                           {std::int64_t(before) + at.done, std::int64_t(total), "byte", {}});
            }))
            return false;
        before += file.bytes;
    }
    bool stopped = false;
    if (row.archive.name.empty())
        move_in(row, folder);
    else
        import_dataset(row, folder / row.archive.name, [&](const Progress& at) {
            stopped = on_progress && !on_progress(at);
            return !stopped;
        });
    if (stopped) return false;
    remove_parts(folder);
    return true;
}

bool fetch_own_dataset(std::string_view id, std::string_view from, const OnProgress& on_progress,
                       const Patience& patience) {
    require_free_name(id);
    const fs::path folder = part_folder(id);
    const FileLock lock(folder / "lock", id);
    const fs::path file = folder / file_name(from);
    if (!download({{std::string(from)}, file, "", 0, patience}, on_progress)) return false;
    bool stopped = false;
    import_own_dataset(id, file, [&](const Progress& at) {
        stopped = on_progress && !on_progress(at);
        return !stopped;
    });
    if (stopped) return false;
    remove_parts(folder);
    return true;
}

}  // namespace daguerre
