#include "core/data/datasets.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/sources.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

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
    info.sha256 = sha256_of(hashes);
    return info;
}

std::shared_ptr<const Dataset> open_known_idx(const fs::path& folder, const DatasetRow& row,
                                              std::string_view split) {
    auto dataset = open_idx(folder, info_of(row), split);
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

DatasetRow mnist_row() {
    return {.id = "mnist",
            .title = "MNIST",
            .width = 28,
            .height = 28,
            .channels = 1,
            .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
            .train_count = 60000,
            .test_count = 10000,
            .licence = "CC-BY-SA-3.0",
            .source = "http://yann.lecun.com/exdb/mnist",
            .mirror_safe = false,
            .files = {{"train-images-idx3-ubyte.gz",
                       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
                      {"train-labels-idx1-ubyte.gz",
                       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
                      {"t10k-images-idx3-ubyte.gz",
                       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
                      {"t10k-labels-idx1-ubyte.gz",
                       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}},
            .open = open_known_idx};
}

DatasetRow fashion_mnist_row() {
    return {
        .id = "fashion-mnist",
        .title = "Fashion-MNIST",
        .width = 28,
        .height = 28,
        .channels = 1,
        .classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                    "Sneaker", "Bag", "Ankle boot"},
        .train_count = 60000,
        .test_count = 10000,
        .licence = "MIT",
        .source = "https://github.com/zalandoresearch/fashion-mnist",
        .mirror_safe = false,
        .files = {{"train-images-idx3-ubyte.gz",
                   "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880},
                  {"train-labels-idx1-ubyte.gz",
                   "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515},
                  {"t10k-images-idx3-ubyte.gz",
                   "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102},
                  {"t10k-labels-idx1-ubyte.gz",
                   "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148}},
        .open = open_known_idx};
}

bool is_zip(const fs::path& file) {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) return false;
    return file.extension() == ".zip" || file.extension() == ".ZIP";
}

DatasetInfo info_of(const fs::path& path) {
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    DatasetInfo info;
    info.id = info.title = whole.stem().string();
    return info;
}

/// A word without "/" and "." was meant as an id.
[[noreturn]] void refuse_unknown(std::string_view name) {
    std::vector<std::string> known = ids(datasets());
    for (const std::string& id : own_datasets()) known.push_back(id);
    const std::string close = nearest(name, known);
    if (name.find_first_of("/.") != std::string_view::npos)
        throw Error("There is no dataset, folder or zip “{name}”.", {{"name", name}});
    if (!close.empty())
        throw UnknownWord("There is no dataset, folder or zip “{name}”. Did you mean “{close}”?",
                          {{"name", name}, {"close", close}});
    std::string list;
    for (const std::string& id : known) list += (list.empty() ? "" : ", ") + id;
    throw UnknownWord("There is no dataset, folder or zip “{name}”. Known datasets: {list}.",
                      {{"name", name}, {"list", list}});
}

}  // namespace

const std::vector<DatasetRow>& datasets() {
    static const std::vector<DatasetRow> rows{mnist_row(), fashion_mnist_row()};
    return rows;
}

std::optional<fs::path> dataset_folder(const DatasetRow& row) {
    for (const fs::path& home : {home_folder(), resources_folder()}) {
        const fs::path folder = home / "datasets" / row.id;
        if (std::all_of(row.files.begin(), row.files.end(), [&](const DatasetFile& file) {
                std::error_code error;
                return fs::is_regular_file(folder / file.name, error);
            }))
            return folder;
    }
    return std::nullopt;
}

std::string split_of_folder(std::string_view name) {
    std::string lower;
    for (char c : name) lower += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    if (lower == "val") return "validation";
    for (const char* split : {"train", "test", "validation"})
        if (lower == split) return split;
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

std::shared_ptr<const Dataset> open_path(const fs::path& path, DatasetInfo info,
                                         std::string_view split) {
    std::error_code error;
    if (fs::is_directory(path, error))
        return idx_files(path).empty() ? open_folder(path, std::move(info), split)
                                       : open_idx(path, std::move(info), split);
    if (is_zip(path)) return open_zip(path, std::move(info), split);
    throw Error("“{file}” is neither a folder nor a zip, so it can't be a dataset.",
                {{"file", path}});
}

std::shared_ptr<const Dataset> open_dataset(std::string_view name, std::string_view split) {
    const auto& rows = datasets();
    const auto row = std::find_if(rows.begin(), rows.end(), [&](auto& r) { return r.id == name; });
    if (row != rows.end()) {
        if (const auto folder = dataset_folder(*row)) return row->open(*folder, *row, split);
        throw Error(
            "{title} isn't on this machine. Get its files from {source}, then: daguerre fetch {id} "
            "--from FOLDER.",
            {{"title", row->title}, {"source", row->source}, {"id", row->id}});
    }
    if (const fs::path own = own_dataset_path(name); !own.empty()) {
        DatasetInfo info;
        info.id = info.title = name;
        return open_path(own, std::move(info), split);
    }
    std::error_code error;
    if (name.empty() || !fs::exists(fs::path(name), error)) refuse_unknown(name);
    return open_path(fs::path(name), info_of(fs::path(name)), split);
}

}  // namespace daguerre
