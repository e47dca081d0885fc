#include "core/inpaint/mask.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/image_file.h"
#include "core/image/image_mat.h"
#include "core/inpaint/hole_parts.h"
#include "core/inpaint/nearest.h"

namespace daguerre {
namespace {

constexpr int half = 128, most_radius = 200;

/// The mean of the colours times alpha, rounded once.
template <class T>
void mask_row(std::span<const T> from, int channels, std::span<std::uint8_t> to) {
    constexpr std::uint64_t top = std::numeric_limits<T>::max();
    const auto count = std::size_t(channels);
    const std::size_t colours = std::min<std::size_t>(count, 3);
    for (std::size_t x = 0; x < to.size(); ++x) {
        const T* pixel = &from[x * count];
        std::uint64_t sum = 0;
        for (std::size_t c = 0; c < colours; ++c) sum += pixel[c];
        const std::uint64_t alpha = count == 4 ? pixel[3] : top, whole = colours * top * top;
        to[x] = std::uint8_t((sum * alpha * 255 + whole / 2) / whole);
    }
}

void check_radius(int radius) {
    require(radius >= 1 && radius <= most_radius, "a radius is 1 to 200 pixels");
}

/// The mask's box and `margin` around it, as far as the photo goes; width 0 when the mask is empty.
Rect box_with(const Tiles& mask, int margin) {
    const Rect box = mask_box(mask);
    if (box.width == 0) return box;
    const int x = std::max(box.x - margin, 0), y = std::max(box.y - margin, 0);
    return {x, y, std::min(box.x + box.width + margin, mask.size().width) - x,
            std::min(box.y + box.height + margin, mask.size().height) - y};
}

/// The mask after `change` of its box and `margin` around it.
template <class Change>
Tiles changed(const Tiles& mask, int margin, Change change) {
    const Rect box = box_with(mask, margin);
    if (box.width == 0) return mask;
    Image part = mask.crop(box);
    change(part);
    Tiles result = mask;
    result.paste(box.x, box.y, part);
    return result;
}

bool is_hard(const Image& mask) {
    return std::ranges::all_of(
        mask.pixels, [](std::byte v) { return v == std::byte(0) || v == std::byte(255); });
}

void invert(Image& mask) {
    for (std::byte& value : mask.pixels) value = ~value;
}

std::byte most_on_line(const Image& mask, cv::Point from, cv::Point to) {
    std::byte most{0};
    const int steps = std::max({std::abs(to.x - from.x), std::abs(to.y - from.y), 1});
    for (int i = 0; i <= steps; ++i) {
        const int x = from.x + (to.x - from.x) * i / steps,
                  y = from.y + (to.y - from.y) * i / steps;
        most = std::max(most, mask.row<std::byte>(y)[std::size_t(x)]);
    }
    return most;
}

/// A soft edge moves outward as it is: each pixel takes the value `radius` deeper, on the line
/// through the nearest pixel of the other side. inside: what is hole afterwards.
void grow_soft(Image& mask, const Image& known, const cv::Mat& inside, int radius) {
    const Image old = mask;
    Image hole = known;
    invert(hole);
    const std::vector<int> to_hole = nearest_zero(known), to_known = nearest_zero(hole);
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x) {
            const auto i = std::size_t(y * mask.width + x);
            const bool is_known = known.pixels[i] != std::byte(0);
            const int nearest = (is_known ? to_hole : to_known)[i];
            const cv::Point here(x, y), other(nearest % mask.width, nearest / mask.width);
            const cv::Point2f way = is_known ? other - here : here - other;
            const cv::Point2f step = way * (float(radius) / std::hypot(way.x, way.y));
            const cv::Point deeper(std::clamp(cvRound(float(x) + step.x), 0, mask.width - 1),
                                   std::clamp(cvRound(float(y) + step.y), 0, mask.height - 1));
            std::byte& value = mask.pixels[i];
            if (inside.data[i])  // through the whole of a thin stroke
                value =
                    std::max(most_on_line(old, is_known ? other : here, deeper), std::byte(half));
            else
                value =
                    std::max(value, std::min(old.row<std::byte>(deeper.y)[std::size_t(deeper.x)],
                                             std::byte(half - 1)));
        }
}

/// The hole grows by a disc.
void grow(Image& mask, int radius) {
    Image known = Image::blank(mask.width, mask.height, 1);
    std::ranges::transform(mask.pixels, known.pixels.begin(),
                           [](std::byte v) { return std::byte(v < std::byte(half) ? 255 : 0); });
    const auto holes = std::ranges::count(known.pixels, std::byte(0));
    if (holes == 0 || holes == std::ssize(known.pixels)) return;
    cv::Mat distance;
    cv::distanceTransform(mat_of(known), distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    const cv::Mat inside = distance <= radius + 1e-3;  // a disc, for distances rounded to floats
    if (is_hard(mask))
        inside.copyTo(mat_of(mask));
    else
        grow_soft(mask, known, inside, radius);
}

}  // namespace

Image mask_from(const Image& image) {
    Image mask = Image::blank(image.width, image.height, 1);
    for (int y = 0; y < image.height; ++y)
        image.depth == 8
            ? mask_row(image.row<std::uint8_t>(y), image.channels, mask.row<std::uint8_t>(y))
            : mask_row(image.row<std::uint16_t>(y), image.channels, mask.row<std::uint8_t>(y));
    return mask;
}

Image read_mask(const std::filesystem::path& file, Size photo) {
    const ImageInfo info = peek(file);
    if (Size{info.width, info.height} != photo)
        throw Error(
            "The mask is {mw} x {mh}, the photo {w} x {h}. A mask must have the photo's size.",
            {{"mw", info.width}, {"mh", info.height}, {"w", photo.width}, {"h", photo.height}});
    return mask_from(read_image(file));
}

std::int64_t hole_pixels(const Tiles& mask) {
    std::int64_t count = 0;
    for (int row = 0; row < mask.rows(); ++row)
        for (int column = 0; column < mask.columns(); ++column)
            count += std::ranges::count_if(mask.tile(column, row)->pixels,
                                           [](std::byte v) { return v >= std::byte(half); });
    return count;
}

Rect mask_box(const Tiles& mask) {
    int left = mask.size().width, top = mask.size().height, right = 0, bottom = 0;
    for (int row = 0; row < mask.rows(); ++row)
        for (int column = 0; column < mask.columns(); ++column) {
            const Image& square = *mask.tile(column, row);
            const cv::Rect box = cv::boundingRect(mat_of(square));
            if (box.empty()) continue;
            const Rect place = mask.tile_rect(column, row);
            left = std::min(left, place.x + box.x);
            top = std::min(top, place.y + box.y);
            right = std::max(right, place.x + box.x + box.width);
            bottom = std::max(bottom, place.y + box.y + box.height);
        }
    return right > left ? Rect{left, top, right - left, bottom - top} : Rect{};
}

Tiles grown(const Tiles& mask, int radius) {
    check_radius(radius);
    return changed(mask, radius, [&](Image& part) { grow(part, radius); });
}

Tiles shrunk(const Tiles& mask, int radius) {
    check_radius(radius);
    return changed(mask, 1, [&](Image& part) {
        invert(part);
        grow(part, radius);
        invert(part);
    });
}

Tiles feathered(const Tiles& mask, int radius) {
    check_radius(radius);
    return changed(mask, radius, [&](Image& part) {
        cv::Mat pixels = mat_of(part), soft;
        constexpr double deviations = 2;  // that the reach holds
        cv::GaussianBlur(pixels, soft, {2 * radius + 1, 2 * radius + 1}, radius / deviations, 0,
                         cv::BORDER_REPLICATE);
        soft.copyTo(pixels);
    });
}

Tiles inverted(const Tiles& mask) {
    Tiles result = mask;
    std::map<const Image*, std::shared_ptr<const Image>> done;  // squares may be shared
    for (int row = 0; row < mask.rows(); ++row)
        for (int column = 0; column < mask.columns(); ++column) {
            auto& square = done[mask.tile(column, row).get()];
            if (!square) {
                auto fresh = std::make_shared<Image>(*mask.tile(column, row));
                invert(*fresh);
                square = std::move(fresh);
            }
            result.set_tile(column, row, square);
        }
    return result;
}

Tiles holes_filled(const Tiles& mask) {
    return changed(mask, 0, [](Image& part) {
        // What lies around the box is known, and goes as far as the photo does.
        cv::Mat pixels = mat_of(part), wide;
        cv::copyMakeBorder(pixels >= half, wide, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
        constexpr int reached = 1;
        cv::floodFill(wide, cv::Point(0, 0), cv::Scalar(reached), nullptr, {}, {}, 4);
        const cv::Mat inner = wide({1, 1, part.width, part.height});
        pixels.setTo(255, inner == 0);
    });
}

Tiles specks_removed(const Tiles& mask, std::int64_t pixels) {
    Tiles result = mask;
    for (const HolePart& part : connected_parts(mask, 1)) {
        if (part.pixels >= pixels) continue;
        Image box = result.crop(part.box);
        for (const Run& run : part.runs)
            std::ranges::fill(
                box.row<std::byte>(run.y - part.box.y)
                    .subspan(std::size_t(run.first - part.box.x), std::size_t(run.end - run.first)),
                std::byte(0));
        result.paste(part.box.x, part.box.y, box);
    }
    return result;
}

}  // namespace daguerre
