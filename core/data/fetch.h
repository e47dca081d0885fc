// Datasets from the network.
#pragma once

#include <string_view>

#include "core/data/datasets.h"
#include "core/data/download.h"

namespace daguerre {

/// Downloads a known dataset, checks it and puts it into user data. `from`: the address of a folder
/// that holds its files, or of one of them; empty: where its row says. What has come stays in
/// datasets/.ID.part until all is there, so that a later call goes on. Blocks.
/// on_progress: "byte" over all files, then "file" as import_dataset does; false stops, and false
/// comes back. Throws Error as download() and import_dataset(); for a set that wants an account:
/// the steps to get it.
bool fetch_dataset(const DatasetRow& row, std::string_view from, const OnProgress& on_progress,
                   const Patience& patience = {});
/// Downloads a zip, tar or photo and imports it under a name of one's own (import_own_dataset).
bool fetch_own_dataset(std::string_view id, std::string_view from, const OnProgress& on_progress,
                       const Patience& patience = {});

/// How to get a dataset by hand, in sentences: its steps, or where its files are, and the command
/// that imports them.
std::string how_to_get(const DatasetRow& row);

}  // namespace daguerre
