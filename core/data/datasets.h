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
    int width = 0, height = 0, channels = 0;  // 0: they differ
    std::vector<std::string> classes;
    /// Words after the id and ":", "celeba:Smiling", that make classes; empty: none.
    std::vector<std::string> attributes{};
    std::int64_t train_count = 0, test_count = 0;
    std::string licence, source;  // licence in SPDX words; where its makers publish it
    bool mirror_safe = false;
    /// What it consists of; empty: a folder of images, which is linked to and never copied.
    std::vector<DatasetFile> files{};
    DatasetFile archive{};  // what `files` are unpacked from; without a name: they come as they are
    /// Addresses that the name of a file is added to, tried in this order; empty: its makers want
    /// an account, and `steps` say, one a sentence, how to get it.
    std::vector<std::string> mirrors{};
    std::vector<std::string> steps{};
    /// `attributes`: what followed the id, or "". Null for a folder of images.
    std::shared_ptr<const Dataset> (*open)(const std::filesystem::path& folder, const DatasetRow&,
                                           std::string_view split,
                                           std::string_view attributes) = nullptr;
};

const std::vector<DatasetRow>& datasets();

/// Where a known dataset lies: user data first, then what is bundled; nullopt: not here.
std::optional<std::filesystem::path> dataset_folder(const DatasetRow& row);

/// The ids of the user's own datasets (import_own_dataset), sorted.
std::vector<std::string> own_datasets();

/// A known id, "celeba:Smiling,Male" for a known one with attributes, or one of the user's own; a
/// folder with IDX, CIFAR or .npy files; a folder, zip or tar of images (sub-folders are classes;
/// train, validation, val and test above them are splits; labels of a dataset.json, as EDM and
/// StyleGAN write it, count instead); one photo, cut in patches. split: "train" (default), "test",
/// "validation". Files without a split count as train. Throws Error: nothing there, no images
/// inside, broken files; for a known one that isn't here: how to get it.
/// UnknownWord: an id, attribute or split that nobody knows.
/// Images that the user left out (left_out.h) aren't in it.
/// Blocks: a folder of a million files takes seconds. on_listing is told meanwhile, after every few
/// hundred files; where it says to stop, null comes back.
std::shared_ptr<const Dataset> open_dataset(std::string_view name, std::string_view split = "train",
                                            const OnListing& on_listing = {});

/// Whether a name is that of a tar: .tar, .tgz, .tar.gz, .tar.bz2, .tar.xz, .tar.zst.
bool has_tar_suffix(const std::filesystem::path& file);

/// Copies the files of a known dataset into user data, each checked by SHA-256; unpacks them where
/// they come in an archive; a folder of images (ImageNet) is linked to. `from`: the folder they lie
/// in, or one of them. on_progress: "file"; false stops, and nothing was changed.
/// Throws Error naming the file that is missing or differs; nothing half is left.
void import_dataset(const DatasetRow& row, const std::filesystem::path& from,
                    const OnProgress& on_progress);
/// Copies a folder, zip or photo, or a folder of IDX, CIFAR or .npy files, of one's own into user
/// data under `id`, after opening it once. Copied are the images and their lists of classes and
/// labels alone; a tar becomes a zip, which can be read in any order. on_progress as above.
/// Throws Error: a known or taken id, one that isn't made of letters, digits, "-", "_" and ".";
/// nothing to import.
void import_own_dataset(std::string_view id, const std::filesystem::path& from,
                        const OnProgress& on_progress);

}  // namespace daguerre
