#include "core/inpaint/grain.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "core/base/random.h"

namespace daguerre {
namespace {

constexpr int side = 8;

struct Block {
    int x = 0, y = 0;
    double energy = 0;  // of the smoothed picture's steps
};

/// The quarter with the least energy; empty when there are fewer than 4 blocks.
std::vector<Block> flattest(std::vector<Block> blocks) {
    if (blocks.size() < 4) return {};
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const Block& a, const Block& b) { return a.energy < b.energy; });
    blocks.resize(blocks.size() / 4);
    return blocks;
}

double energy_of(const cv::Mat& smooth, int x0, int y0) {
    const int channels = smooth.channels();
    double sum = 0;
    for (int y = y0; y + 1 < y0 + side; ++y) {
        const float *row = smooth.ptr<float>(y), *next = smooth.ptr<float>(y + 1);
        for (int i = x0 * channels; i < (x0 + side - 1) * channels; ++i) {
            const double across = row[i + channels] - row[i], down = next[i] - row[i];
            sum += across * across + down * down;
        }
    }
    return sum;
}

/// The blocks whose pixels are all nonzero in `where`.
std::vector<Block> blocks_in(const cv::Mat& where, const cv::Mat& smooth) {
    std::vector<Block> found;
    for (int y = 0; y + side <= where.rows; y += side)
        for (int x = 0; x + side <= where.cols; x += side)
            if (cv::countNonZero(where(cv::Rect(x, y, side, side))) == side * side)
                found.push_back({x, y, energy_of(smooth, x, y)});
    return flattest(std::move(found));
}

/// The deviation of a channel's fine detail, robustly.
double deviation(const cv::Mat& detail, const std::vector<Block>& blocks, int channel) {
    std::vector<float> sizes;
    for (const Block& block : blocks)
        for (int y = block.y; y < block.y + side; ++y)
            for (int x = block.x; x < block.x + side; ++x)
                sizes.push_back(std::abs(detail.ptr<float>(y)[x * detail.channels() + channel]));
    const auto middle = sizes.begin() + std::ptrdiff_t(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return 1.4826 * double(*middle);
}

/// The detail of white noise of deviation 1, one channel.
cv::Mat noise_detail(int width, int height, std::uint64_t key) {
    cv::Mat noise(height, width, CV_32F);
    cv::parallel_for_({0, height}, [&](const cv::Range& rows) {
        for (int y = rows.start; y < rows.end; ++y)
            for (int x = 0; x < width; ++x) {
                // Box and Muller 1958
                const std::uint64_t bits = mix(key ^ (std::uint64_t(y) << 32 | std::uint64_t(x)));
                const double u = 1 - unit_interval(bits), v = unit_interval(mix(bits));
                noise.at<float>(y, x) =
                    float(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
            }
    });
    cv::Mat smooth;
    cv::GaussianBlur(noise, smooth, {7, 7}, 1);
    return noise - smooth;
}

}  // namespace

void match_grain(Colours& picture, const std::vector<std::uint8_t>& hole, std::uint64_t seed) {
    const int w = picture.width, h = picture.height, channels = picture.channels;
    cv::Mat u(h, w, CV_32FC(channels), picture.values.data()), smooth, distance;
    cv::GaussianBlur(u, smooth, {7, 7}, 1);
    const cv::Mat detail = u - smooth;
    const cv::Mat inside(h, w, CV_8U, const_cast<std::uint8_t*>(hole.data()));
    cv::distanceTransform(1 - inside, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    const std::vector<Block> ring = blocks_in((distance >= 2) & (distance <= 24), smooth);
    const std::vector<Block> fill = blocks_in(inside, smooth);
    if (ring.empty() || fill.empty()) return;
    for (int c = 0; c < channels; ++c) {
        const double wanted = deviation(detail, ring, c), has = deviation(detail, fill, c);
        if (has >= 0.8 * wanted) continue;
        constexpr double of_detail = 0.8725;  // the deviation that noise_detail has
        constexpr std::uint64_t stream = 15;
        const auto scale = float(std::sqrt(wanted * wanted - has * has) / of_detail);
        const cv::Mat noise = noise_detail(w, h, mix(mix(mix(seed) ^ stream) ^ std::uint64_t(c)));
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < w; ++x)
                if (inside.at<std::uint8_t>(y, x))
                    picture.pixel(x, y)[c] += scale * noise.at<float>(y, x);
    }
}

}  // namespace daguerre
