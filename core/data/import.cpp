#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char* zip_name = "images.zip";

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

fs::path folder_of(const DatasetRow& row, const fs::path& from) {
    std::error_code error;
    if (fs::is_directory(from, error)) return from;
    if (!fs::exists(from, error)) throw Error("There is no “{file}”.", {{"file", from}});
    if (std::none_of(row.files.begin(), row.files.end(),
                     [&](const DatasetFile& file) { return file.name == from.filename(); }))
        throw Error("“{file}” isn't one of the files of {title}. Name the folder that holds them.",
                    {{"file", from}, {"title", row.title}});
    return from.has_parent_path() ? from.parent_path() : fs::path(".");
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

}  // namespace

void import_dataset(const DatasetRow& row, const fs::path& from, const OnProgress& on_progress) {
    const fs::path source = folder_of(row, from);
    std::uint64_t need = 0;
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
        need += file.bytes;
        names.emplace_back(file.name);
    }
    require_free_space(home_folder(), need);
    copy_all(names, home_of(row.id), on_progress,
             [&](const fs::path& name, const fs::path& folder) {
                 const auto file =
                     std::find_if(row.files.begin(), row.files.end(),
                                  [&](const DatasetFile& one) { return one.name == name; });
                 const std::string bytes = read_file(source / name, file->bytes);
                 if (sha256_of(bytes) != file->sha256) refuse_other(source / name, row);
                 write_whole(folder / name, bytes);
             });
}

void import_own_dataset(std::string_view id, const fs::path& from, const OnProgress& on_progress) {
    std::error_code error;
    if (!is_plain(id))
        throw Error("“{id}” can't be the name of a dataset: use letters, digits, “-” and “_”.",
                    {{"id", id}});
    const std::vector<std::string> known = ids(datasets());
    if (std::find(known.begin(), known.end(), id) != known.end() || fs::exists(home_of(id), error))
        throw Error("There is already a dataset “{id}”. Choose another name.", {{"id", id}});
    if (!fs::exists(from, error)) throw Error("There is no “{file}”.", {{"file", from}});
    DatasetInfo info;
    info.id = id;
    info.title = from.string();
    open_path(from, info, "train");

    if (!fs::is_directory(from, error)) {
        require_free_space(home_folder(), bytes_of(from));
        copy_all(
            {zip_name}, home_of(id), on_progress,
            [&](const fs::path& name, const fs::path& folder) { copy_whole(from, folder / name); });
        return;
    }
    std::vector<fs::path> names = idx_files(from);
    if (names.empty()) names = image_files(from);
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
    return fs::is_directory(folder, error) ? folder : fs::path();
}

}  // namespace daguerre
