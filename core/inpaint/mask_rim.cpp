// Whether a mask leaves a rim of the thing it shall cover.
#include <opencv2/imgproc.hpp>

#include "core/image/image_mat.h"
#include "core/inpaint/hole_parts.h"
#include "core/inpaint/mask.h"

namespace daguerre {
namespace {

constexpr int near = 4, far_from = 8, far_to = 16;  // px outside the hole
constexpr std::int64_t most_pixels = 4'000'000;
/// How strong the rim's mean gradient must be: in greys a pixel, and against that farther outside.
constexpr double least_gradient = 6, least_ratio = 2.5;

/// Gradients of luma, in greys a pixel.
cv::Mat gradient_of(const Image& photo) {
    const Image grey = to_channels(to_depth(photo, 8), 1);
    cv::Mat luma, across, down, gradient;
    mat_of(grey).convertTo(luma, CV_32F);
    cv::Sobel(luma, across, CV_32F, 1, 0, 3, 1.0 / 8);
    cv::Sobel(luma, down, CV_32F, 0, 1, 3, 1.0 / 8);
    cv::magnitude(across, down, gradient);
    return gradient;
}

}  // namespace

bool cuts_closely(const Tiles& photo, const Tiles& mask) {
    const Rect box = mask_box(mask);
    if (box.width == 0) return false;
    const Rect around = with_context(box, far_to + 1, mask.size());
    if (std::int64_t(around.width) * around.height > most_pixels) return false;
    const Image hole = mask.crop(around);
    const cv::Mat known = mat_of(hole) < 128;
    cv::Mat distance;
    cv::distanceTransform(known, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    const cv::Mat rim = (distance > 0) & (distance <= near);
    const cv::Mat farther = (distance > far_from) & (distance <= far_to);
    if (cv::countNonZero(rim) == 0 || cv::countNonZero(farther) == 0) return false;
    const cv::Mat gradient = gradient_of(photo.crop(around));
    const double at_rim = cv::mean(gradient, rim)[0], outside = cv::mean(gradient, farther)[0];
    return at_rim >= least_gradient && at_rim >= least_ratio * outside;
}

}  // namespace daguerre
