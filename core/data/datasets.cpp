#include "core/data/datasets.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/data/left_out.h"
#include "core/data/rows.h"
#include "core/data/sources.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

std::string lower(std::string_view text) {
    std::string result;
    for (char c : text) result += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return result;
}

DatasetInfo info_of(const fs::path& path) {
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    DatasetInfo info;
    const fs::path name = whole.stem();
    info.id = info.title =
        (lower(name.extension().string()) == ".tar" ? name.stem() : name).string();
    return info;
}

/// A word without "/" and "." was meant as an id.
[[noreturn]] void refuse_unknown(std::string_view name) {
    std::vector<std::string> known = ids(datasets());
    for (const std::string& id : own_datasets()) known.push_back(id);
    const std::string close = nearest(name, known);
    if (name.find_first_of("/.") != std::string_view::npos)
        throw Error("There is no dataset, folder or archive “{name}”.", {{"name", name}});
    if (!close.empty())
        throw UnknownWord(
            "There is no dataset, folder or archive “{name}”. Did you mean “{close}”?",
            {{"name", name}, {"close", close}});
    std::string list;
    for (const std::string& id : known) list += (list.empty() ? "" : ", ") + id;
    throw UnknownWord("There is no dataset, folder or archive “{name}”. Known datasets: {list}.",
                      {{"name", name}, {"list", list}});
}

}  // namespace

const std::vector<DatasetRow>& datasets() {
    static const std::vector<DatasetRow> rows{mnist_row(),     fashion_mnist_row(), kmnist_row(),
                                              quickdraw_row(), cifar10_row(),       cifar100_row(),
                                              celeba_row(),    imagenet_row()};
    return rows;
}

std::optional<fs::path> dataset_folder(const DatasetRow& row) {
    std::error_code error;
    for (const fs::path& home : {home_folder(), resources_folder()}) {
        const fs::path folder = home / "datasets" / row.id;
        if (!fs::is_directory(folder, error)) continue;
        if (std::all_of(row.files.begin(), row.files.end(), [&](const DatasetFile& file) {
                return fs::is_regular_file(folder / file.name, error);
            }))
            return folder;
    }
    return std::nullopt;
}

std::string split_of_folder(std::string_view name) {
    const std::string word = lower(name);
    if (word == "val") return "validation";
    for (const char* split : {"train", "test", "validation"})
        if (word == split) return split;
    return "";
}

std::string chosen_split(const std::set<std::string>& present, std::string_view wanted,
                         std::string_view name) {
    const std::string split = split_of_folder(wanted);
    if (split.empty())
        throw UnknownWord("There is no split “{split}”. There are: train, test, validation.",
                          {{"split", wanted}});
    if (present.contains(split)) return split;
    if (split == "train" && present.contains("")) return "";
    std::string list;
    for (const std::string& one : present)
        list += (list.empty() ? "" : ", ") + (one.empty() ? std::string("train") : one);
    throw Error("“{name}” has no images for “{split}”. It has: {list}.",
                {{"name", name}, {"split", split}, {"list", list}});
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void require_memory_for(std::uint64_t bytes, const fs::path& path) {
    const std::uint64_t free = memory_available();
    if (bytes > free)
        throw Error("“{path}” needs {need} MB of memory, and {free} MB are free.",
                    {{"path", path}, {"need", bytes / 1'000'000}, {"free", free / 1'000'000}});
}

std::vector<std::string> few_names(const fs::path& folder) {
    constexpr std::size_t few = 4096;
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::string name = it->path().filename().string();
        if (name.starts_with('.')) continue;
        if (names.size() == few) return {};
        names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

const std::vector<PackedKind>& packed_kinds() {
    static const std::vector<PackedKind> kinds{
        {idx_files, open_idx}, {cifar_files, open_cifar}, {npy_files, open_npy}};
    return kinds;
}

std::shared_ptr<const Dataset> open_path(const fs::path& path, DatasetInfo info,
                                         std::string_view split, const OnListing& on_listing) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        for (const PackedKind& kind : packed_kinds())
            if (!kind.files(path).empty()) return kind.open(path, std::move(info), split);
        return open_folder(path, std::move(info), split, on_listing);
    }
    if (lower(path.extension().string()) == ".zip") return open_zip(path, std::move(info), split);
    if (has_tar_suffix(path)) return open_tar(path, std::move(info), split);
    if (has_image_suffix(path)) return open_photo(path, std::move(info), split);
    throw Error("“{file}” is neither a folder nor a zip, tar or photo, so it can't be a dataset.",
                {{"file", path}});
}

namespace {

std::shared_ptr<const Dataset> open_whole(std::string_view name, std::string_view split,
                                          const OnListing& on_listing) {
    const std::string_view id = name.substr(0, name.find(':'));
    const std::string_view attributes = name.substr(std::min(id.size() + 1, name.size()));
    for (const DatasetRow& row : datasets()) {
        if (row.id != id || (id != name && row.attributes.empty())) continue;
        if (const auto folder = dataset_folder(row))
            return row.open ? row.open(*folder, row, split, attributes)
                            : open_folder(*folder, info_of(row), split, on_listing);
        throw Error("{title} isn't on this machine. To get it: daguerre fetch {id}.",
                    {{"title", row.title}, {"id", row.id}});
    }
    if (const fs::path own = own_dataset_path(name); !own.empty()) {
        DatasetInfo info;
        info.id = info.title = name;
        return open_path(own, std::move(info), split, on_listing);
    }
    std::error_code error;
    if (name.empty() || !fs::exists(fs::path(name), error)) refuse_unknown(name);
    return open_path(fs::path(name), info_of(fs::path(name)), split, on_listing);
}

}  // namespace

std::shared_ptr<const Dataset> open_dataset(std::string_view name, std::string_view split,
                                            const OnListing& on_listing) {
    return without_left_out(open_whole(name, split, on_listing), name);
}

DatasetInfo info_of(const DatasetRow& row) {
    std::string hashes;
    for (const DatasetFile& file : row.files) hashes += file.sha256;
    DatasetInfo info;
    info.id = row.id;
    info.title = row.title;
    info.classes = row.classes;
    info.licence = row.licence;
    info.source = row.source;
    info.mirror_safe = row.mirror_safe;
    if (!hashes.empty()) info.sha256 = sha256_of(hashes);
    return info;
}

std::shared_ptr<const Dataset> as_published(std::shared_ptr<const Dataset> dataset,
                                            const fs::path& folder, const DatasetRow& row) {
    const DatasetInfo& info = dataset->info();
    const std::int64_t count = info.split == "test" ? row.test_count : row.train_count;
    if (info.count != count || info.width != row.width || info.height != row.height)
        throw Error(
            "“{folder}” holds {n} images of {w} x {h}, where {title} has {m} of {tw} x {th}. "
            "Fetch it again: daguerre fetch {id}.",
            {{"folder", folder},
             {"n", info.count},
             {"w", info.width},
             {"h", info.height},
             {"title", row.title},
             {"m", count},
             {"tw", row.width},
             {"th", row.height},
             {"id", row.id}});
    return dataset;
}

}  // namespace daguerre
