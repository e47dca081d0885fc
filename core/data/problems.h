// What is wrong with a dataset: broken files, and pictures that are in it more than once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data/survey.h"
#include "core/image/progress.h"

namespace daguerre {

struct NearPair {
    std::uint32_t first = 0, second = 0;  // first < second
    int bits = 0;                         // in which their looks differ
    float distance = 0;                   // mean difference of the small pictures, 0 to 1
};

struct Problems {
    std::vector<BrokenImage> broken;
    std::vector<std::vector<std::uint32_t>> same;         // the same pixels, two or more each
    std::vector<std::vector<std::uint32_t>> two_classes;  // of `same`: with unlike labels
    std::vector<std::vector<std::uint32_t>> leaks;        // of `same`: in more than one split
    std::vector<NearPair> near;                           // the closest first

    /// "broken", "duplicate", "near", "two-classes", "leak".
    Marks marks() const;
    /// Of each picture that is there several times, all but the first.
    std::vector<std::uint32_t> spare() const;
    /// What a mark says of two images at a time: "near", and of "duplicate", "two-classes" and
    /// "leak" the first of each picture beside each of the others. Empty for another mark.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs(std::string_view mark) const;
};

/// Looks that differ in up to so many bits, and small pictures that differ by up to so much, are
/// near.
inline constexpr int near_bits = 3;
inline constexpr float near_distance = 4.f / 255;
/// More pairs aren't kept.
inline constexpr std::size_t most_near = 5'000;

/// Pictures whose prints are the same are decoded again and compared pixel by pixel. Blocks.
/// on_progress: "image"; false stops, and what was found until then comes back.
Problems find_problems(const AllSplits& dataset, const Survey& survey,
                       const OnProgress& on_progress);

/// The problems as text, a line each: kind, then the images with their splits and classes, parted
/// by tabs.
std::string problems_text(const AllSplits& dataset, const Problems& problems);

}  // namespace daguerre
