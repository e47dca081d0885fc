// The table of known datasets, and opening whatever a user names.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"
#include "core/image/progress.h"

namespace daguerre {

struct DatasetFile {
    std::string name, sha256;  // as its makers publish it
    std::uint64_t bytes = 0;
};

/// A dataset known by id.
struct DatasetRow {
    std::string id, title;
    int width = 0, height = 0, channels = 0;
    std::vector<std::string> classes;
    std::int64_t train_count = 0, test_count = 0;
    std::string licence, source;  // licence in SPDX words; where its makers publish it
    bool mirror_safe = false;
    std::vector<DatasetFile> files;
    std::shared_ptr<const Dataset> (*open)(const std::filesystem::path& folder, const DatasetRow&,
                                           std::string_view split) = nullptr;
};

const std::vector<DatasetRow>& datasets();

/// Where a known dataset lies: user data first, then what is bundled; nullopt: not here.
std::optional<std::filesystem::path> dataset_folder(const DatasetRow& row);

/// The ids of the user's own datasets (import_own_dataset), sorted.
std::vector<std::string> own_datasets();

/// A known id or one of the user's own; a folder with IDX files; a folder or zip of images
/// (sub-folders are classes; train, validation, val and test above them are splits). split: "train"
/// (default), "test", "validation". Files without a split count as train. Throws Error: nothing
/// there, no images inside, broken IDX; for a known one that isn't here: how to get it.
/// UnknownWord: an id or split that nobody knows.
std::shared_ptr<const Dataset> open_dataset(std::string_view name,
                                            std::string_view split = "train");

/// Copies the files of a known dataset into user data, each checked by SHA-256. `from`: the folder
/// they lie in, or one of them. on_progress: "file"; false stops, and nothing was changed.
/// Throws Error naming the file that is missing or differs; nothing half is left.
void import_dataset(const DatasetRow& row, const std::filesystem::path& from,
                    const OnProgress& on_progress);
/// Copies a folder or zip of images, or a folder of IDX files, of one's own into user data under
/// `id`, after opening it once. Copied are the images, IDX files and classes.txt alone.
/// on_progress as above. Throws Error: a known or taken id, one that isn't made of letters, digits,
/// "-", "_" and "."; nothing to import.
void import_own_dataset(std::string_view id, const std::filesystem::path& from,
                        const OnProgress& on_progress);

}  // namespace daguerre
