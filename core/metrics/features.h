// Sets of images as metrics see them, and what a classifier makes of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/torch.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/image/progress.h"
#include "core/models/classifier.h"

namespace daguerre {

/// Thrown through a measurement when the caller wants to stop.
struct MeasuringStopped {};

/// One side of a comparison.
struct Side {
    at::Tensor images;            // [N, C, S, S] bytes
    at::Tensor labels;            // [N] int64, -1: none
    at::Tensor features, logits;  // [N, d], [N, classes] float32 on the CPU; undefined: no network
    std::vector<BrokenFile> left_out;

    std::int64_t count() const { return images.size(0); }
    bool has_features() const { return features.defined(); }
};

/// Rows `first` to `first + count - 1`, sharing memory.
Side part_of(const Side& side, std::int64_t first, std::int64_t count);

/// `count` rows of all over it (some_places).
Side spread(const Side& side, std::int64_t count);

/// Up to `count` images (some_places) as a network sees them; 0: all. A label is an index into
/// `classes` by the class's name, also by the name that an image made here carries. Blocks.
/// on_progress: "image". Throws MeasuringStopped, and Error as network_views.
Side side_of(const Dataset& dataset, std::int64_t count, ViewShape shape,
             const std::vector<std::string>& classes, const OnProgress& on_progress);
/// The same of images in memory; labels: [N] indices or -1.
Side side_of(const std::vector<Image>& images, const std::vector<std::int64_t>& labels,
             ViewShape shape);

/// Smoothed by a Gaussian of σ 1 and rounded to bytes; labels stay, features go.
Side blurred(const Side& side);

/// Fills in features and logits. device: as at::Device takes it. Blocks. on_progress: "feature".
/// Throws MeasuringStopped, and Error for features that aren't numbers; `whose` stands in it.
void add_features(Side& side, const Classifier& network, const std::string& device,
                  const std::string& whose, const OnProgress& on_progress);

/// As add_features, but taken from `file` where it holds the features of as many images under
/// `key`, and written there where it doesn't: a broken file is made anew.
void add_cached_features(Side& side, const Classifier& network, const std::string& device,
                         const std::string& whose, const std::filesystem::path& file,
                         const std::string& key, const OnProgress& on_progress);

}  // namespace daguerre
