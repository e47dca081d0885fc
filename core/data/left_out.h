// Images that the user left out of a dataset. Their files are never touched: a list lies beside.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/all_splits.h"

namespace daguerre {

/// The list of a dataset, `name` as open_dataset takes it: "pets.left-out.txt" beside the folder or
/// file “pets”; in datasets/ of the user data for those known by id. A line an image
/// (left_out_key), UTF-8.
std::filesystem::path left_out_file(std::string_view name);

/// What stands in the list for image i: its name; "train #12" where one file holds many.
std::string left_out_key(const AllSplits& dataset, std::int64_t i);

/// What is left out, in the order it was; empty: there is no list. Throws Error when it can't be
/// read.
std::vector<std::string> left_out(std::string_view name);
/// Adds to the list, or takes from it; a list that gets empty is removed. Throws Error when it
/// can't be written.
void leave_out(std::string_view name, const std::vector<std::string>& keys);
void take_back(std::string_view name, const std::vector<std::string>& keys);

/// The dataset without the images of its list; the hash changes with them. Images keep their names.
/// Throws Error when none is left.
std::shared_ptr<const Dataset> without_left_out(std::shared_ptr<const Dataset> dataset,
                                                std::string_view name);

}  // namespace daguerre
