#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/archive.h"
#include "core/data/beside.h"
#include "core/data/datasets.h"
#include "core/data/image_set.h"
#include "core/data/sources.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char *zip_name = "images.zip", *photo_stem = "photo";

/// Thrown through replace_folder, so that it drops the new folder.
struct Stopped {};

fs::path home_of(std::string_view id) { return home_folder() / "datasets" / id; }

bool is_plain(std::string_view id) {
    return !id.empty() && id.size() <= 64 && id[0] != '.' && id[0] != '-' &&
           std::all_of(id.begin(), id.end(), [](unsigned char c) {
               return c < 128 && (std::isalnum(c) || c == '-' || c == '_' || c == '.');
           });
}

/// Copies `names` from one folder into a new one, telling progress. `copy` does one of them.
void copy_all(const std::vector<fs::path>& names, const fs::path& target,
              const OnProgress& on_progress,
              const std::function<void(const fs::path& name, const fs::path& folder)>& copy) {
    try {
        replace_folder(target, [&](const fs::path& folder) {
            std::int64_t done = 0;
            const auto total = std::int64_t(names.size());
            for (const fs::path& name : names) {
                if (on_progress && !on_progress({done, total, "file", {}})) throw Stopped();
                ++done;
                copy(name, folder);
            }
            if (on_progress) on_progress({total, total, "file", {}});
        });
    } catch (const Stopped&) {
    }
}

std::uint64_t bytes_of(const fs::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    return error ? 0 : bytes;
}

[[noreturn]] void refuse_other(const fs::path& file, const DatasetRow& row) {
    throw Error(
        "“{file}” isn't the file that {title} was published with (its SHA-256 differs), and was "
        "not "
        "used. Get it again from {source}.",
        {{"file", file}, {"title", row.title}, {"source", row.source}});
}

void copy_whole(const fs::path& from, const fs::path& to) {
    write_whole(to, [&](const fs::path& temporary) {
        std::error_code error;
        fs::copy_file(from, temporary, error);
        if (error)
            throw Error("“{file}” could not be copied into “{folder}”: {why}.",
                        {{"file", from}, {"folder", to.parent_path()}, {"why", error.message()}});
    });
}

void require_same(const fs::path& file, const DatasetFile& known, const DatasetRow& row) {
    if (bytes_of(file) != known.bytes || sha256_of_file(file) != known.sha256)
        refuse_other(file, row);
}

const DatasetFile* file_named(const DatasetRow& row, const fs::path& name) {
    const auto found = std::find_if(row.files.begin(), row.files.end(),
                                    [&](const DatasetFile& file) { return file.name == name; });
    return found == row.files.end() ? nullptr : &*found;
}

/// Where the files of a dataset lie: a folder, or the archive they come in.
fs::path source_of(const DatasetRow& row, const fs::path& from) {
    std::error_code error;
    if (!fs::exists(from, error)) throw Error("There is no “{file}”.", {{"file", from}});
    if (fs::is_directory(from, error)) {
        const bool packed =
            !row.archive.name.empty() && fs::is_regular_file(from / row.archive.name, error) &&
            std::any_of(row.files.begin(), row.files.end(), [&](const DatasetFile& file) {
                return !fs::is_regular_file(from / file.name, error);
            });
        return packed ? from / row.archive.name : from;
    }
    if (!row.archive.name.empty() && has_tar_suffix(from)) return from;
    if (!file_named(row, from.filename()))
        throw Error("“{file}” isn't one of the files of {title}. Name the folder that holds them.",
                    {{"file", from}, {"title", row.title}});
    return from.has_parent_path() ? from.parent_path() : fs::path(".");
}

void copy_known(const DatasetRow& row, const fs::path& source, const OnProgress& on_progress) {
    std::vector<fs::path> names;
    for (const DatasetFile& file : row.files) {
        std::error_code error;
        if (!fs::is_regular_file(source / file.name, error))
            throw Error("“{file}” is missing in “{folder}”. {title} consists of {n} files.",
                        {{"file", file.name},
                         {"folder", source},
                         {"title", row.title},
                         {"n", row.files.size()}});
        if (bytes_of(source / file.name) != file.bytes) refuse_other(source / file.name, row);
        names.emplace_back(file.name);
    }
    copy_all(names, home_of(row.id), on_progress,
             [&](const fs::path& name, const fs::path& folder) {
                 copy_whole(source / name, folder / name);
                 require_same(folder / name, *file_named(row, name), row);
             });
}

void unpack_known(const DatasetRow& row, const fs::path& archive, const OnProgress& on_progress) {
    const auto total = std::int64_t(row.files.size());
    std::vector<std::string> missing;
    for (const DatasetFile& file : row.files) missing.push_back(file.name);
    const auto unpack = [&](const TarEntry& entry, const fs::path& folder) {
        const DatasetFile* const file = file_named(row, fs::path(entry.name).filename());
        if (!file || std::erase(missing, file->name) == 0) return;
        const auto done = total - std::int64_t(missing.size()) - 1;
        if (on_progress && !on_progress({done, total, "file", {}})) throw Stopped();
        write_whole(folder / file->name, entry.read());
        require_same(folder / file->name, *file, row);
    };
    try {
        replace_folder(home_of(row.id), [&](const fs::path& folder) {
            read_tar(archive, [&](const TarEntry& entry) {
                unpack(entry, folder);
                return true;
            });
            if (!missing.empty())
                throw Error("“{file}” doesn't hold “{missing}”, so it isn't {title}.",
                            {{"file", archive}, {"missing", missing[0]}, {"title", row.title}});
        });
    } catch (const Stopped&) {
    }
}

/// A folder of images that is too large to be copied. It is opened once, and linked to.
void link_known(const DatasetRow& row, const fs::path& from) {
    std::error_code error;
    if (!fs::is_directory(from, error))
        throw Error("{title} is used where it lies: name its folder, not “{file}”.",
                    {{"title", row.title}, {"file", from}});
    DatasetInfo info;
    info.id = row.id;
    info.title = from.string();
    const auto opened = open_path(from, info, "train");
    if (opened->info().classes.empty())
        throw Error("“{folder}” has no folders of classes, so it isn't {title}.",
                    {{"folder", from}, {"title", row.title}});
    write_whole(home_of(row.id), [&](const fs::path& temporary) {
        fs::remove(temporary, error);
        fs::create_directory_symlink(fs::canonical(from), temporary, error);
        if (error)
            throw Error("“{folder}” could not be linked to: {why}.",
                        {{"folder", from}, {"why", error.message()}});
    });
}

/// Writes the images of a tar, and what lies beside them, into a zip.
void zip_of_tar(const fs::path& tar, const fs::path& zip, const OnProgress& on_progress) {
    const auto total = std::int64_t(bytes_of(tar));
    write_whole(zip, [&](const fs::path& temporary) {
        ZipWriter writer(temporary);
        read_tar(tar, [&](const TarEntry& entry) {
            if (on_progress && !on_progress({std::int64_t(entry.place), total, "byte", {}}))
                throw Stopped();
            if (is_visible_image(entry.name) || is_beside(entry.name))
                writer.add(entry.name, entry.read());
            return true;
        });
        writer.finish();
    });
}

/// The name that one file has as a dataset of the user's own.
fs::path own_name(const fs::path& file) {
    if (!has_image_suffix(file)) return zip_name;
    return photo_stem + file.extension().string();
}

void import_file(const fs::path& from, const fs::path& target, const OnProgress& on_progress) {
    const fs::path name = own_name(from);
    const auto copy = [&](const fs::path&, const fs::path& folder) {
        if (has_tar_suffix(from))
            zip_of_tar(from, folder / name, on_progress);
        else
            copy_whole(from, folder / name);
    };
    copy_all({name}, target, on_progress, copy);
}

/// Of a folder: what is copied, relative to it.
std::vector<fs::path> own_files(const fs::path& folder) {
    for (const PackedKind& kind : packed_kinds())
        if (const auto names = kind.files(folder); !names.empty()) return names;
    std::vector<fs::path> names = image_files(folder);
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (is_beside(entry.path().filename().string())) names.push_back(entry.path().filename());
    return names;
}

}  // namespace

void import_dataset(const DatasetRow& row, const fs::path& from, const OnProgress& on_progress) {
    if (row.files.empty()) return link_known(row, from);
    std::uint64_t need = 0;
    for (const DatasetFile& file : row.files) need += file.bytes;
    const fs::path source = source_of(row, from);
    require_free_space(home_folder(), need);
    std::error_code error;
    if (fs::is_directory(source, error))
        copy_known(row, source, on_progress);
    else
        unpack_known(row, source, on_progress);
}

void require_free_name(std::string_view id) {
    std::error_code error;
    if (!is_plain(id))
        throw Error("“{id}” can't be the name of a dataset: use letters, digits, “-” and “_”.",
                    {{"id", id}});
    const std::vector<std::string> known = ids(datasets());
    if (std::find(known.begin(), known.end(), id) != known.end() ||
        fs::exists(fs::symlink_status(home_of(id), error)))
        throw Error("There is already a dataset “{id}”. Choose another name.", {{"id", id}});
}

void import_own_dataset(std::string_view id, const fs::path& from, const OnProgress& on_progress) {
    std::error_code error;
    require_free_name(id);
    if (!fs::exists(from, error)) throw Error("There is no “{file}”.", {{"file", from}});
    DatasetInfo info;
    info.id = id;
    info.title = from.string();
    open_path(from, info, "train");

    if (!fs::is_directory(from, error)) {
        require_free_space(home_folder(), bytes_of(from));
        return import_file(from, home_of(id), on_progress);
    }
    const std::vector<fs::path> names = own_files(from);
    std::uint64_t need = 0;
    for (const fs::path& name : names) need += bytes_of(from / name);
    require_free_space(home_folder(), need);
    copy_all(names, home_of(id), on_progress, [&](const fs::path& name, const fs::path& folder) {
        copy_whole(from / name, folder / name);
    });
}

std::vector<std::string> own_datasets() {
    std::vector<std::string> own;
    std::error_code error;
    for (fs::directory_iterator it(home_folder() / "datasets", error), end; !error && it != end;
         it.increment(error)) {
        const std::string id = it->path().filename().string();
        const auto& rows = datasets();
        if (id.starts_with('.') || !it->is_directory()) continue;
        if (std::none_of(rows.begin(), rows.end(), [&](auto& row) { return row.id == id; }))
            own.push_back(id);
    }
    std::sort(own.begin(), own.end());
    return own;
}

fs::path own_dataset_path(std::string_view id) {
    std::error_code error;
    if (!is_plain(id)) return {};
    const fs::path folder = home_of(id);
    if (fs::is_regular_file(folder / zip_name, error)) return folder / zip_name;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.path().stem() == photo_stem && has_image_suffix(entry.path()) &&
            entry.is_regular_file(error))
            return entry.path();
    return fs::is_directory(folder, error) ? folder : fs::path();
}

}  // namespace daguerre
