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
/// The names of the IDX files and classes.txt in a folder; empty: it holds none.
std::vector<std::filesystem::path> idx_files(const std::filesystem::path& folder);

/// A folder of images, read when asked for.
std::shared_ptr<const Dataset> open_folder(const std::filesystem::path& folder, DatasetInfo info,
                                           std::string_view split);
/// The image files in a folder and its sub-folders, relative to it, in natural order, without
/// hidden ones. Links are followed, but no folder is entered twice.
std::vector<std::filesystem::path> image_files(const std::filesystem::path& folder);

/// A zip of images, read in place.
std::shared_ptr<const Dataset> open_zip(const std::filesystem::path& file, DatasetInfo info,
                                        std::string_view split);

/// Whichever of the three lies there.
std::shared_ptr<const Dataset> open_path(const std::filesystem::path& path, DatasetInfo info,
                                         std::string_view split);

/// Where a dataset of the user's own by this id lies: a folder, or a zip; empty: there is none.
std::filesystem::path own_dataset_path(std::string_view id);

/// Which of the splits that are `present` (empty: files outside any) the word `wanted` means: the
/// split itself, or "" for "train" where no folder has that name. `name` is the dataset's in
/// sentences. Throws UnknownWord, or Error with what there is.
std::string chosen_split(const std::set<std::string>& present, std::string_view wanted,
                         std::string_view name);
/// "train", "test" or "validation" when a folder of this name is a split, in any case; else "".
std::string split_of_folder(std::string_view name);

}  // namespace daguerre
