// Images as a network sees them, written out as a dataset of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/data/all_splits.h"
#include "core/data/preprocess.h"

namespace daguerre {

struct ExportedViews {
    std::int64_t files = 0;
    std::vector<BrokenFile> left_out;  // could not be read
};

/// Writes the images by these numbers as PNG files of `shape`; `mirrored`: each of them and its
/// mirror image beside it. A name that ends in .zip becomes a zip with a dataset.json, as EDM and
/// StyleGAN read it; another one a folder, in which images lie under their split, where they are of
/// several, and class. Blocks. on_progress: "image"; false stops, and nothing is left behind; the
/// result is then empty. Throws Error: the folder is there already, no image could be read, or it
/// can't be written.
ExportedViews export_views(const AllSplits& dataset, const std::vector<std::uint32_t>& images,
                           const ViewShape& shape, bool mirrored, const std::filesystem::path& to,
                           const OnProgress& on_progress);

}  // namespace daguerre
