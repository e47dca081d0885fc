// What engines are measured on besides masks: photos of one size, scenes that are timed, and the
// sheet on which a person compares the fills.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// A photo as engines are measured on it: 8 bit, grey or RGB, its long side brought to 512 by area
/// where it is larger. square over 0: the central square, brought to this side where it is larger.
Image bench_photo(const Image& photo, int square);

/// The photos of a set, sorted: `tuning` (on which constants are chosen) is every second one of
/// DATA/photos, `test` the others, less those that were looked at while the methods were written,
/// and all of DATA/evaluation-only/kodak. A folder: all photos in it. Files, separated by commas:
/// these. Throws Error when there is none, or a file of a list is missing.
std::vector<std::filesystem::path> bench_photos(const std::string& named,
                                                const std::filesystem::path& data);

/// A photo and a hole, always the same.
struct BenchScene {
    Image photo, mask;
};
struct BenchSceneRow {
    std::string id, title, photo;  // photo: a file name in DATA/photos
    BenchScene (*make)(const Image& photo) = nullptr;
};
/// photo512, hole512, photo24.
const std::vector<BenchSceneRow>& bench_scenes();

/// Pictures of one size side by side at 1:1, each under its name. Names: ASCII.
Image bench_sheet(const std::vector<std::pair<std::string, Image>>& pictures);
/// The photo with its hole in one strong colour.
Image with_hole_shown(const Image& photo, const Image& mask);

}  // namespace daguerre
