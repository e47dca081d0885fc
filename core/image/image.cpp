#include "core/image/image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/image_mat.h"

namespace daguerre {
namespace {

/// Which source pixels make one pixel of the result, and how much each counts; they sum to 1.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

/// Cubic convolution with a = -1/2.
/// Source: Keys 1981, "Cubic convolution interpolation for digital image processing", eq. 15.
double cubic(double x) {
    x = std::abs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return 0;
}

/// The kernel widens with the reduction, so that nothing above the new Nyquist limit folds down.
std::vector<Taps> cubic_taps(int from, int to) {
    const double step = double(from) / to, widened = std::max(step, 1.0);
    std::vector<Taps> all;
    for (int i = 0; i < to; ++i) {
        const double middle = (i + 0.5) * step - 0.5;
        Taps taps{std::max(int(std::ceil(middle - 2 * widened)), 0), {}};
        const int last = std::min(int(std::floor(middle + 2 * widened)), from - 1);
        double sum = 0;
        for (int j = taps.first; j <= last; ++j) sum += cubic((j - middle) / widened);
        for (int j = taps.first; j <= last; ++j)
            taps.weights.push_back(float(cubic((j - middle) / widened) / sum));
        all.push_back(std::move(taps));
    }
    return all;
}

template <class T>
void resize_row(std::span<const T> from, const std::vector<Taps>& taps, std::size_t channels,
                float* to) {
    for (const Taps& tap : taps)
        for (std::size_t c = 0; c < channels; ++c) {
            const T* source = from.data() + std::size_t(tap.first) * channels + c;
            float sum = 0;
            for (const float weight : tap.weights) {
                sum += weight * float(*source);
                source += channels;
            }
            *to++ = sum;
        }
}

template <class T>
void resize_cubic(const Image& from, Image& to) {
    const auto across = cubic_taps(from.width, to.width), down = cubic_taps(from.height, to.height);
    const std::size_t values = std::size_t(to.width) * std::size_t(to.channels);
    std::vector<float> rows(values * std::size_t(from.height)), sums(values);
    for (int y = 0; y < from.height; ++y)
        resize_row(from.row<T>(y), across, std::size_t(to.channels),
                   &rows[values * std::size_t(y)]);
    for (int y = 0; y < to.height; ++y) {
        const Taps& taps = down[std::size_t(y)];
        std::fill(sums.begin(), sums.end(), 0.5f);  // for rounding
        for (std::size_t j = 0; j < taps.weights.size(); ++j) {
            const float* row = &rows[values * (std::size_t(taps.first) + j)];
            for (std::size_t i = 0; i < values; ++i) sums[i] += taps.weights[j] * row[i];
        }
        const std::span<T> out = to.row<T>(y);
        for (std::size_t i = 0; i < values; ++i)
            out[i] = T(std::clamp(sums[i], 0.0f, float(std::numeric_limits<T>::max())));
    }
}

/// One pixel to 8 bits: alpha over black, grey by Rec. 601, rounded once at the end.
template <class T>
void convert_row(std::span<const T> from, int channels, std::span<std::uint8_t> to, int wanted) {
    constexpr std::uint64_t top = std::numeric_limits<T>::max();
    const auto count = std::size_t(channels);
    for (std::size_t i = 0, o = 0; i < from.size(); i += count) {
        const std::uint64_t alpha = channels == 4 ? from[i + 3] : top;
        const auto out = [&](std::uint64_t thousandths) {
            constexpr std::uint64_t whole = 1000 * top * top;
            to[o++] = std::uint8_t((thousandths * alpha * 255 + whole / 2) / whole);
        };
        if (wanted == 1 && channels > 1)
            out(299u * from[i] + 587u * from[i + 1] + 114u * from[i + 2]);
        else
            for (int c = 0; c < wanted; ++c)
                out(1000u * std::uint64_t(from[i + (channels > 1 ? std::size_t(c) : 0)]));
    }
}

bool inside(const Image& image, const Rect& r) {
    return r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.width <= image.width - r.x &&
           r.height <= image.height - r.y;
}

}  // namespace

Image Image::blank(int width, int height, int channels, int depth) {
    require(width > 0 && height > 0, "an image has at least one pixel");
    require(channels == 1 || channels == 3 || channels == 4, "an image has 1, 3 or 4 channels");
    require(depth == 8 || depth == 16, "an image has 8 or 16 bits a channel");
    Image image{width, height, channels, depth, {}, {}};
    image.pixels.resize(image.row_bytes() * std::size_t(height));
    return image;
}

Image crop(const Image& image, Rect where) {
    require(inside(image, where), "a crop lies inside its image");
    Image part = Image::blank(where.width, where.height, image.channels, image.depth);
    const std::size_t left = std::size_t(where.x) * image.row_bytes() / std::size_t(image.width);
    for (int y = 0; y < where.height; ++y)
        std::memcpy(part.row<std::byte>(y).data(), image.row<std::byte>(where.y + y).data() + left,
                    part.row_bytes());
    return part;
}

void paste(Image& image, int x, int y, const Image& part) {
    require(inside(image, {x, y, part.width, part.height}), "what is pasted lies inside");
    require(part.channels == image.channels && part.depth == image.depth,
            "what is pasted has the image's channels and depth");
    const std::size_t left = std::size_t(x) * image.row_bytes() / std::size_t(image.width);
    for (int row = 0; row < part.height; ++row)
        std::memcpy(image.row<std::byte>(y + row).data() + left, part.row<std::byte>(row).data(),
                    part.row_bytes());
}

Image centre_square(const Image& image) {
    const int side = std::min(image.width, image.height);
    return crop(image, {(image.width - side) / 2, (image.height - side) / 2, side, side});
}

Image resize(const Image& image, Size size) {
    Image result = Image::blank(size.width, size.height, image.channels, image.depth);
    if (size == Size{image.width, image.height}) {
        result.pixels = image.pixels;
        return result;
    }
    const auto twice = [](int from, int to) { return from / 2 > to ? 2 * to : from; };
    const Size reduced{twice(image.width, size.width), twice(image.height, size.height)};
    Image boxed;
    if (reduced != Size{image.width, image.height}) {
        boxed = Image::blank(reduced.width, reduced.height, image.channels, image.depth);
        cv::Mat out = mat_of(boxed);
        cv::resize(mat_of(image), out, out.size(), 0, 0, cv::INTER_AREA);
    }
    const Image& source = boxed.pixels.empty() ? image : boxed;
    image.depth == 8 ? resize_cubic<std::uint8_t>(source, result)
                     : resize_cubic<std::uint16_t>(source, result);
    return result;
}

Image to_channels(const Image& image, int channels) {
    require(channels == 1 || channels == 3, "a network sees 1 or 3 channels");
    Image result = Image::blank(image.width, image.height, channels);
    if (image.channels == channels && image.depth == 8) {
        result.pixels = image.pixels;
        return result;
    }
    for (int y = 0; y < image.height; ++y) {
        const auto out = result.row<std::uint8_t>(y);
        image.depth == 8 ? convert_row(image.row<std::uint8_t>(y), image.channels, out, channels)
                         : convert_row(image.row<std::uint16_t>(y), image.channels, out, channels);
    }
    return result;
}

Image to_depth(const Image& image, int depth) {
    Image result = Image::blank(image.width, image.height, image.channels, depth);
    if (image.depth == depth) {
        result.pixels = image.pixels;
        return result;
    }
    for (int y = 0; y < image.height; ++y)
        if (depth == 8)
            std::ranges::transform(image.row<std::uint16_t>(y), result.row<std::uint8_t>(y).begin(),
                                   [](std::uint32_t v) { return std::uint8_t((v + 128) / 257); });
        else
            std::ranges::transform(image.row<std::uint8_t>(y), result.row<std::uint16_t>(y).begin(),
                                   [](std::uint32_t v) { return std::uint16_t(v * 257); });
    return result;
}

Image grid_of(std::span<const Image> images, int columns, int gap) {
    require(!images.empty() && columns > 0 && gap >= 0, "a grid has an image and a column");
    const Image& first = images.front();
    const int count = int(images.size()), across = std::min(columns, count);
    const int rows = (count + across - 1) / across;
    Image grid = Image::blank(across * (first.width + gap) - gap, rows * (first.height + gap) - gap,
                              first.channels, first.depth);
    for (int i = 0; i < count; ++i) {
        const Image& image = images[std::size_t(i)];
        require(image.width == first.width && image.height == first.height,
                "the images of a grid have one size");
        paste(grid, i % across * (first.width + gap), i / across * (first.height + gap), image);
    }
    return grid;
}

}  // namespace daguerre
