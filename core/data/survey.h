// What the images of a dataset are like: one look at each gives numbers, facts and prints.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/data/all_splits.h"
#include "core/data/arrange.h"

namespace daguerre {

/// Of one channel, values 0 to 255.
struct ChannelNumbers {
    double mean = 0, deviation = 0;
    std::array<std::int64_t, 256> histogram{};
};

/// By which images are found that look the same.
struct ImagePrint {
    std::uint64_t pixels = 0;              // of size, channels and all values
    std::uint64_t look = 0;                // dHash: whether each of 8 x 8 grows to the right
    std::array<std::uint8_t, 64> small{};  // grey, 8 x 8
};

struct SizeCount {
    int width = 0, height = 0;
    std::int64_t count = 0;
};

struct BrokenImage {
    std::uint32_t image = 0;
    BrokenFile file;
};

struct Survey {
    std::int64_t count = 0;                // images of the dataset
    std::int64_t drawn = 0;                // looked at in the end
    std::int64_t done = 0;                 // looked at until now
    std::vector<ChannelNumbers> channels;  // 1 or 3
    std::vector<SizeCount> sizes;          // most frequent first
    Image mean;                            // 8 bit; of all, or of each class; 0 x 0: none yet
    std::vector<Image> class_means;
    std::vector<std::uint32_t> images;  // those that could be read, by number
    std::vector<ImagePrint> prints;     // of `images`
    std::vector<ImageFacts> facts;      // by number; unusual only at the end
    std::vector<BrokenImage> broken;
};

/// How far a survey is. so_far: without facts and prints; to be called during the call only.
struct Surveying {
    std::int64_t done = 0, total = 0;
    std::function<Survey()> so_far;
};
/// true: go on; false: stop. On the calling thread.
using OnSurvey = std::function<bool(const Surveying&)>;

/// Sets with more images than this are judged from so many drawn with seed 0.
inline constexpr std::int64_t survey_all_to = 200'000, survey_draw = 50'000;

/// Decodes every image, or those drawn unless `all`, on all cores but one. Images are taken as 8
/// bit, in sRGB, grey when all of the set's are, else RGB; mean images have their size where it is
/// one up to 128, else they are network views of 64 x 64. The result doesn't depend on the order.
/// Blocks. Where on_survey stops it, what was done until then comes back.
Survey survey(const AllSplits& dataset, bool all, const OnSurvey& on_survey);

/// The print of an image (Neal Krawetz, "Kind of Like That", hackerfactor.com 2013, for dHash).
ImagePrint print_of(const Image& image);

}  // namespace daguerre
