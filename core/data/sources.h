// The kinds of places that images lie in; open_dataset (datasets.h) chooses among them.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"

namespace daguerre {

// Each opener takes what is known beforehand (id, title, classes, licence, ...) and fills in the
// rest. `split` as in open_dataset. They throw Error as open_dataset does.

/// IDX files (LeCun, yann.lecun.com/exdb/mnist), plain or gzipped: "…images-idx3-ubyte" beside
/// "…labels-idx1-ubyte"; the words train, t10k, test or val before "images" name the split. Names
/// of classes: those of `info`, else the lines of classes.txt, else the labels themselves.
/// All pixels are read into memory. Blocks.
std::shared_ptr<const Dataset> open_idx(const std::filesystem::path& folder, DatasetInfo info,
                                        std::string_view split);
/// CIFAR's binary files: "data_batch…" or "train…" and "test…", ".bin". A file that isn't a whole
/// number of records is left out. All pixels are read into memory. Blocks.
std::shared_ptr<const Dataset> open_cifar(const std::filesystem::path& folder, DatasetInfo info,
                                          std::string_view split);
/// Files of NumPy, bytes in [N, H·H], [N, H, W] or [N, H, W, C]; each is the class of its name.
/// Read when asked for. A file that can't be read is left out.
std::shared_ptr<const Dataset> open_npy(const std::filesystem::path& folder, DatasetInfo info,
                                        std::string_view split);
/// The names of such files in a folder, with the lists of classes beside; empty: it holds none.
std::vector<std::filesystem::path> idx_files(const std::filesystem::path& folder);
std::vector<std::filesystem::path> cifar_files(const std::filesystem::path& folder);
std::vector<std::filesystem::path> npy_files(const std::filesystem::path& folder);

/// The names in a folder, sorted, without hidden ones. A folder with more than 4,096 of them holds
/// images, not files of many images: then none come back.
std::vector<std::string> few_names(const std::filesystem::path& folder);

/// A kind of folder whose files hold many images each.
struct PackedKind {
    std::vector<std::filesystem::path> (*files)(const std::filesystem::path& folder);
    std::shared_ptr<const Dataset> (*open)(const std::filesystem::path& folder, DatasetInfo info,
                                           std::string_view split);
};
const std::vector<PackedKind>& packed_kinds();

/// A folder of images, read when asked for. Null when on_listing said to stop.
std::shared_ptr<const Dataset> open_folder(const std::filesystem::path& folder, DatasetInfo info,
                                           std::string_view split,
                                           const OnListing& on_listing = {});
/// The image files in a folder and its sub-folders, relative to it, in natural order, without
/// hidden ones. Links are followed, but no folder is entered twice.
std::vector<std::filesystem::path> image_files(const std::filesystem::path& folder);

/// A zip of images, read in place.
std::shared_ptr<const Dataset> open_zip(const std::filesystem::path& file, DatasetInfo info,
                                        std::string_view split);
/// A tar of images, plain or packed, which is read through once and kept in memory as it is packed
/// in its images. Throws Error when that is more than half of what is free: import it.
std::shared_ptr<const Dataset> open_tar(const std::filesystem::path& file, DatasetInfo info,
                                        std::string_view split);
/// One photo as patches of 64 x 64, as close together as leaves 10,000 of them.
std::shared_ptr<const Dataset> open_photo(const std::filesystem::path& file, DatasetInfo info,
                                          std::string_view split);

/// Whichever of these lies there.
std::shared_ptr<const Dataset> open_path(const std::filesystem::path& path, DatasetInfo info,
                                         std::string_view split, const OnListing& on_listing = {});

/// Where a dataset of the user's own by this id lies: a folder, or one file; empty: there is none.
std::filesystem::path own_dataset_path(std::string_view id);

/// Throws Error when a dataset of one's own can't have this id, or there is one already.
void require_free_name(std::string_view id);

/// Which of the splits that are `present` (empty: files outside any) the word `wanted` means: the
/// split itself, or "" for "train" where no folder has that name. `name` is the dataset's in
/// sentences. Throws UnknownWord, or Error with what there is.
std::string chosen_split(const std::set<std::string>& present, std::string_view wanted,
                         std::string_view name);
/// "train", "test" or "validation" when a folder of this name is a split, in any case; else "".
std::string split_of_folder(std::string_view name);
/// The lines of a text that aren't empty, without what ends them.
std::vector<std::string> lines_of(std::string_view text);
/// Throws Error when less than `bytes` of memory are free, which opening `path` would take.
void require_memory_for(std::uint64_t bytes, const std::filesystem::path& path);

}  // namespace daguerre
