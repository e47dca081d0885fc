// An Image as a cv::Mat that shares its pixels. Channels stay in RGB order.
#pragma once

#include <opencv2/core.hpp>

#include "core/image/image.h"

namespace daguerre {

/// Valid as long as the image's pixels are neither moved nor freed. Rows are not padded.
inline cv::Mat mat_of(Image& image) {
    return {image.height, image.width,
            CV_MAKETYPE(image.depth == 16 ? CV_16U : CV_8U, image.channels), image.pixels.data()};
}
/// The same for reading alone: OpenCV has no Mat of const pixels.
inline const cv::Mat mat_of(const Image& image) { return mat_of(const_cast<Image&>(image)); }

}  // namespace daguerre
