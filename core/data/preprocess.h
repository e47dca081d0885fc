// The picture a network will see, and a whole dataset turned into such pictures once.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/dataset.h"
#include "core/image/image.h"
#include "core/image/progress.h"

namespace daguerre {

/// Square crop from the middle, resized to size x size when needed, `channels` 1 or 3, 8 bit.
/// An image that already has this form comes back unchanged; colours of an ICC profile become sRGB.
Image network_view(const Image& image, int size, int channels);

/// Left and right exchanged; 8 bit.
Image mirror(const Image& image);

/// What a network for a dataset is fed with: size x size pixels of `channels` values.
struct ViewShape {
    int size = 0, channels = 0;
    bool operator==(const ViewShape&) const = default;
};

/// Square sets of one size up to 128 keep it, rounded up to a multiple of 4; others are seen at 64.
/// Sets whose images are all grey, also when stored as colour, get one channel, others three.
/// Blocks while reading up to 64 images where the info leaves it open. Throws Error when none of
/// them can be read.
ViewShape suggested_view(const Dataset& dataset);

/// The network views of a set, in its order without the broken ones.
struct PixelBlock {
    int size = 0, channels = 0;
    std::vector<std::uint8_t> pixels;  // [N, H, W, C]
    std::vector<int> labels;           // [N], -1: none
    std::vector<BrokenFile> left_out;  // could not be read
    double mean = 0;                   // over all values, scaled to [-1, 1]
    /// In units of [-1, 1]: the root of the variance of a value over the images, averaged over the
    /// values of an image. About 0.52 for MNIST.
    double deviation = 0;
};

/// Decodes every image once, on all cores; size or channels 0: as suggested_view says. Blocks.
/// on_progress: "image", on the calling thread; false stops, and the block then holds only what was
/// done until then. Throws Error: not enough memory, no image could be read.
PixelBlock network_views(const Dataset& dataset, int size, int channels,
                         const OnProgress& on_progress);

}  // namespace daguerre
