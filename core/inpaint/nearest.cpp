#include "core/inpaint/nearest.h"

#include <opencv2/imgproc.hpp>

#include "core/image/image_mat.h"

namespace daguerre {

std::vector<int> nearest_zero(const Image& mask) {
    cv::Mat distance, labels;
    cv::distanceTransform(mat_of(mask), distance, labels, cv::DIST_L2, cv::DIST_MASK_5,
                          cv::DIST_LABEL_PIXEL);
    const std::size_t count = mask.pixels.size();
    std::vector<int> place(count + 1), nearest(count);
    for (std::size_t i = 0; i < count; ++i)
        if (mask.pixels[i] == std::byte(0)) place[std::size_t(labels.ptr<int>()[i])] = int(i);
    for (std::size_t i = 0; i < count; ++i) nearest[i] = place[std::size_t(labels.ptr<int>()[i])];
    return nearest;
}

}  // namespace daguerre
