#include "core/inpaint/guide.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace daguerre {
namespace {

cv::Mat mat_of(const Colours& colours) {
    return {colours.height, colours.width, CV_32FC(colours.channels),
            const_cast<float*>(colours.values.data())};
}

Colours colours_of(const cv::Mat& mat) {
    Colours colours{mat.cols, mat.rows, mat.channels(), {}};
    for (int y = 0; y < mat.rows; ++y)
        colours.values.insert(colours.values.end(), mat.ptr<float>(y),
                              mat.ptr<float>(y) + mat.cols * mat.channels());
    return colours;
}

/// The guide where the level's samples sit: at every 2^level-th pixel of the area. The guide's own
/// pixels are squares that tile the area.
cv::Mat sampled(const Area& area, const Picture& picture, int level) {
    const Colours& guide = area.guide;
    cv::Mat across(picture.colours.height, picture.colours.width, CV_32F), down = across.clone();
    for (int y = 0; y < across.rows; ++y)
        for (int x = 0; x < across.cols; ++x) {
            const float u = float(x << level) + 0.5f, v = float(y << level) + 0.5f;
            across.at<float>(y, x) = u * float(guide.width) / float(area.colours.width) - 0.5f;
            down.at<float>(y, x) = v * float(guide.height) / float(area.colours.height) - 0.5f;
        }
    cv::Mat result;
    cv::remap(mat_of(guide), result, across, down, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return result;
}

/// The next finer level's size: even pixels are these.
cv::Mat raised(const cv::Mat& coarse, const Picture& picture) {
    cv::Mat whole;
    cv::pyrUp(coarse, whole);
    return whole(cv::Rect(0, 0, picture.colours.width, picture.colours.height)).clone();
}

/// The area at the guide's own level, its hole as the guide says.
cv::Mat completed(const Picture& picture, const cv::Mat& wanted) {
    cv::Mat result = mat_of(picture.colours).clone();
    const int channels = result.channels();
    for (int y = 0; y < result.rows; ++y)
        for (int x = 0; x < result.cols; ++x)
            if (picture.hole[std::size_t(y * result.cols + x)])
                std::copy_n(wanted.ptr<float>(y) + x * channels, channels,
                            result.ptr<float>(y) + x * channels);
    return result;
}

}  // namespace

std::vector<Guidance> guidance_of(const Area& area, const std::vector<Picture>& pictures,
                                  int side) {
    const int levels = int(pictures.size());
    std::vector<Guidance> result(pictures.size());
    if (area.guide.width == 0) return result;
    const double smaller = double(std::max(area.colours.width, area.colours.height)) /
                           std::max(area.guide.width, area.guide.height);
    const int own = std::clamp(int(std::lround(std::log2(smaller))), 0, levels - 1);
    cv::Mat wanted = sampled(area, pictures[std::size_t(own)], own), seen;
    const float full = 64 * float(side * side) * (area.colours.channels == 1 ? 3 : 1);
    for (int l = own; l < levels; ++l) {
        if (l > own) cv::pyrDown(wanted.clone(), wanted);
        const Picture& picture = pictures[std::size_t(l)];
        result[std::size_t(l)] = {colours_of(wanted), picture.colours, full};
    }
    wanted = mat_of(result[std::size_t(own)].wanted).clone();
    seen = completed(pictures[std::size_t(own)], wanted);
    for (int l = own - 1; l >= 0; --l) {
        wanted = raised(wanted, pictures[std::size_t(l)]);
        seen = raised(seen, pictures[std::size_t(l)]);
        const float weight = full * (0.1f + 0.9f * float(l) / float(own));
        result[std::size_t(l)] = {colours_of(wanted), colours_of(seen), weight};
    }
    return result;
}

}  // namespace daguerre
