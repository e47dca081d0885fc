#include "core/inpaint/level.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "core/image/image_mat.h"

namespace daguerre {
namespace {

constexpr float hole_below = 0.5f, texture_weight = 120;
constexpr std::int64_t least_sources = 64;

/// A window that lies wholly in a mask of 1 and 0.
class Counts {
public:
    Counts(const std::vector<std::uint8_t>& ones, int width, int height, int side) : side_(side) {
        const cv::Mat mat(height, width, CV_8U, const_cast<std::uint8_t*>(ones.data()));
        cv::integral(mat, sums_, CV_32S);
    }
    int around(int x, int y) const {
        const int r = side_ / 2, x0 = x - r, y0 = y - r, x1 = x + r + 1, y1 = y + r + 1;
        return sums_.at<int>(y1, x1) - sums_.at<int>(y0, x1) - sums_.at<int>(y1, x0) +
               sums_.at<int>(y0, x0);
    }

private:
    cv::Mat sums_;
    int side_;
};

/// Calls act(x, y) for the centre of every window in the picture.
template <class Act>
void for_each_window(int width, int height, int side, const Act& act) {
    const int r = side / 2;
    for (int y = r; y < height - r; ++y)
        for (int x = r; x < width - r; ++x) act(x, y);
}

/// Calls body(y) for every row, on all threads.
template <class Body>
void for_each_row(int height, const Body& body) {
    cv::parallel_for_({0, height}, [&](const cv::Range& rows) {
        for (int y = rows.start; y < rows.end; ++y) body(y);
    });
}

/// What pyrDown makes smaller: known colours (0 in the hole), their weight, and the weight of what
/// is known but may not be copied.
struct Weighted {
    cv::Mat colours, known, forbidden;
};

Weighted finest(const Area& area) {
    const Colours& c = area.colours;
    Weighted w{cv::Mat(c.height, c.width, CV_32FC(c.channels), cv::Scalar::all(0)),
               cv::Mat(c.height, c.width, CV_32F, cv::Scalar::all(0)),
               cv::Mat(c.height, c.width, CV_32F, cv::Scalar::all(0))};
    const bool ring = area.near_rim.width > 0;
    for_each_row(c.height, [&](int y) {
        const auto hole = area.hole.row<std::uint8_t>(y), from = area.sources.row<std::uint8_t>(y);
        for (int x = 0; x < c.width; ++x) {
            const auto i = std::size_t(x);
            if (hole[i] >= 128) continue;
            std::copy_n(c.pixel(x, y), c.channels, w.colours.ptr<float>(y) + x * c.channels);
            w.known.at<float>(y, x) = 1;
            const bool allowed =
                from[i] >= 128 || (ring && area.near_rim.row<std::uint8_t>(y)[i] >= 128);
            w.forbidden.at<float>(y, x) = allowed ? 0 : 1;
        }
    });
    return w;
}

Weighted halved(const Weighted& w) {
    Weighted half;
    cv::pyrDown(w.colours, half.colours);
    cv::pyrDown(w.known, half.known);
    cv::pyrDown(w.forbidden, half.forbidden);
    return half;
}

Picture picture_of(const Weighted& w) {
    const int width = w.known.cols, height = w.known.rows, channels = w.colours.channels();
    const auto pixels = std::size_t(width) * std::size_t(height);
    Picture picture{{width, height, channels, {}}, std::vector<std::uint8_t>(pixels), {}};
    picture.colours.values.resize(pixels * std::size_t(channels));
    picture.may_copy.resize(pixels);
    for_each_row(height, [&](int y) {
        for (int x = 0; x < width; ++x) {
            const auto i = std::size_t(y) * std::size_t(width) + std::size_t(x);
            const float known = w.known.at<float>(y, x);
            const float* from = w.colours.ptr<float>(y) + x * channels;
            if (known > 1e-4f)
                std::transform(from, from + channels, picture.colours.pixel(x, y),
                               [&](float value) { return value / known; });
            const bool hole = known < hole_below;
            picture.hole[i] = hole;
            picture.may_copy[i] = !hole && w.forbidden.at<float>(y, x) < 0.5f;
        }
    });
    return picture;
}

/// How many sizes: the largest distance of a hole pixel to a known one says.
int wanted_levels(const Area& area, int side) {
    cv::Mat distance, hole;
    cv::threshold(mat_of(area.hole), hole, 127, 255, cv::THRESH_BINARY);
    cv::distanceTransform(hole, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    double farthest = 0;
    cv::minMaxLoc(distance, nullptr, &farthest);
    return 1 + std::max(0, int(std::ceil(std::log2(farthest / side))));
}

bool coarse_enough_stays_useful(const Picture& picture, int side) {
    return std::min(picture.colours.width, picture.colours.height) >= 3 * side &&
           std::count(picture.hole.begin(), picture.hole.end(), 1) > 0 &&
           source_count(picture, side) >= least_sources;
}

/// |steps| / 2 of luma across (channel 0) and down (1), and 1 where they are known.
struct Steps {
    cv::Mat size, known;
};

Steps steps_of(const Level& level) {
    const int w = level.width, h = level.height, channels = level.colours.channels;
    std::vector<float> luma(std::size_t(w) * std::size_t(h));
    for (std::size_t i = 0; i < luma.size(); ++i) {
        const float* c = &level.colours.values[i * std::size_t(channels)];
        luma[i] = channels == 1 ? c[0] : 0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2];
    }
    Steps steps{cv::Mat(h, w, CV_32FC2, cv::Scalar::all(0)),
                cv::Mat(h, w, CV_32FC2, cv::Scalar::all(0))};
    const auto set = [&](int x, int y, int channel, int from, int to) {
        const auto a = std::size_t(from), b = std::size_t(to);
        if (level.hole[a] || level.hole[b] || a == b) return;
        steps.size.at<cv::Vec2f>(y, x)[channel] = std::abs(luma[b] - luma[a]) / 2;
        steps.known.at<cv::Vec2f>(y, x)[channel] = 1;
    };
    for_each_row(h, [&](int y) {
        for (int x = 0; x < w; ++x) {
            const int row = y * w;
            set(x, y, 0, row + std::max(x - 1, 0), row + std::min(x + 1, w - 1));
            set(x, y, 1, std::max(y - 1, 0) * w + x, std::min(y + 1, h - 1) * w + x);
        }
    });
    return steps;
}

std::vector<float> texture_of(const Level& level) {
    constexpr int across = 5;
    const Steps steps = steps_of(level);
    cv::Mat sum, count;
    const cv::Size window(across, across);
    const cv::Point middle(-1, -1);
    cv::boxFilter(steps.size, sum, CV_32F, window, middle, false, cv::BORDER_CONSTANT);
    cv::boxFilter(steps.known, count, CV_32F, window, middle, false, cv::BORDER_CONSTANT);
    std::vector<float> texture(level.hole.size() * 2);
    for (std::size_t i = 0; i < texture.size(); ++i) {
        // Sums that slide along a row keep a little of what has left them.
        const float n = std::round(count.ptr<float>()[i]);
        if (n > 0) texture[i] = std::max(sum.ptr<float>()[i], 0.0f) / n;
    }
    return texture;
}

/// Fills values times weight (channel 2) from what is near, by halving until all have some weight.
cv::Mat spread_out(const cv::Mat& weighted) {
    if (std::min(weighted.cols, weighted.rows) <= 2) return weighted;
    cv::Mat half, whole;
    cv::pyrDown(weighted, half);
    cv::pyrUp(spread_out(half), whole, weighted.size());
    cv::Mat result = weighted.clone();
    for (int y = 0; y < result.rows; ++y)
        for (int x = 0; x < result.cols; ++x) {
            cv::Vec3f& value = result.at<cv::Vec3f>(y, x);
            value += (1 - std::min(value[2], 1.0f)) * whole.at<cv::Vec3f>(y, x);
        }
    return result;
}

}  // namespace

std::int64_t source_count(const Picture& picture, int side) {
    const int width = picture.colours.width, height = picture.colours.height;
    if (std::min(width, height) < side) return 0;
    const Counts allowed(picture.may_copy, width, height, side);
    std::int64_t count = 0;
    for_each_window(width, height, side,
                    [&](int x, int y) { count += allowed.around(x, y) == side * side; });
    return count;
}

std::vector<Picture> pyramid(const Area& area, int side) {
    const int levels = wanted_levels(area, side);
    Weighted weighted = finest(area);
    std::vector<Picture> pictures{picture_of(weighted)};
    for (std::size_t i = 0; i < pictures[0].may_copy.size(); ++i)
        pictures[0].may_copy[i] &= area.sources.pixels[i] >= std::byte(128);
    while (int(pictures.size()) < levels) {
        weighted = halved(weighted);
        Picture next = picture_of(weighted);
        if (!coarse_enough_stays_useful(next, side)) break;
        pictures.push_back(std::move(next));
    }
    return pictures;
}

void make_features(Level& level, const std::int32_t* pixels, std::int64_t count) {
    const int channels = level.colours.channels;
    const float weight = std::sqrt(texture_weight);
    const auto feature = [](float value) {
        return std::int16_t(8 * std::clamp(value, 0.0f, 255.0f) + 0.5f);
    };
    for (std::int64_t k = 0; k < count; ++k) {
        const auto i = std::size_t(pixels[k]);
        const float* colour = &level.colours.values[i * std::size_t(channels)];
        std::int16_t* out = &level.features[i * feature_count];
        for (int c = 0; c < 3; ++c) out[c] = feature(colour[channels == 1 ? 0 : c]);
        for (int c = 0; c < 2; ++c)
            out[3 + c] = feature(weight * level.texture[2 * i + std::size_t(c)]);
    }
}

void trust_hole(Level& level) {
    const cv::Size size(level.width, level.height);
    cv::Mat known(size, CV_32FC3);
    for (int y = 0, i = 0; y < level.height; ++y)
        for (int x = 0; x < level.width; ++x, ++i) {
            const float weight = level.hole[std::size_t(i)] ? 0 : 1;
            const float* texture = &level.texture[2 * std::size_t(i)];
            known.at<cv::Vec3f>(y, x) = {weight * texture[0], weight * texture[1], weight};
        }
    const cv::Mat around = spread_out(known);
    for (const std::int32_t p : level.holes) {
        const auto& found = around.at<cv::Vec3f>(p / level.width, p % level.width);
        for (int c = 0; c < 2; ++c)
            level.texture[2 * std::size_t(p) + std::size_t(c)] =
                found[c] / std::max(found[2], 1e-6f);
    }
    make_features(level, level.holes.data(), std::int64_t(level.holes.size()));
}

Level level_of(Picture picture, int side) {
    Level level;
    level.width = picture.colours.width;
    level.height = picture.colours.height;
    level.side = side;
    level.colours = std::move(picture.colours);
    level.hole = std::move(picture.hole);
    const Counts allowed(picture.may_copy, level.width, level.height, side),
        unknown(level.hole, level.width, level.height, side);
    level.source.assign(level.hole.size(), 0);
    for_each_window(level.width, level.height, side, [&](int x, int y) {
        const int centre = y * level.width + x;
        if (unknown.around(x, y) > 0) level.targets.push_back(centre);
        if (allowed.around(x, y) < side * side) return;
        level.source[std::size_t(centre)] = 1;
        level.sources.push_back(centre);
    });
    for (std::size_t i = 0; i < level.hole.size(); ++i)
        if (level.hole[i]) level.holes.push_back(std::int32_t(i));
    level.texture = texture_of(level);
    level.features.assign(level.hole.size() * feature_count, 0);
    std::vector<std::int32_t> all(level.hole.size());
    std::iota(all.begin(), all.end(), 0);
    for_each_row(level.height, [&](int y) {
        make_features(level, &all[std::size_t(y) * std::size_t(level.width)], level.width);
    });
    return level;
}

}  // namespace daguerre
