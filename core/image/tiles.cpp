#include "core/image/tiles.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "core/base/error.h"

namespace daguerre {
namespace {

Rect overlap(const Rect& a, const Rect& b) {
    const int x = std::max(a.x, b.x), y = std::max(a.y, b.y);
    return {x, y, std::min(a.x + a.width, b.x + b.width) - x,
            std::min(a.y + a.height, b.y + b.height) - y};
}

bool inside(const Size& size, const Rect& r) {
    return r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.width <= size.width - r.x &&
           r.height <= size.height - r.y;
}

bool same_pixels(const Image& a, const Image& b) {
    return std::memcmp(a.pixels.data(), b.pixels.data(), a.pixels.size()) == 0;
}

/// The bytes of row y of `image` from pixel x on.
template <class T>
auto* at(T& image, int x, int y) {
    return image.pixels.data() + std::size_t(y) * image.row_bytes() +
           std::size_t(x) * image.row_bytes() / std::size_t(image.width);
}

/// Calls visit(column, row, where) for each square that the rectangle touches; `where` lies in the
/// image.
template <class Visit>
void each_touched(const Tiles& tiles, const Rect& where, Visit visit) {
    for (int row = where.y / Tiles::side; row * Tiles::side < where.y + where.height; ++row)
        for (int column = where.x / Tiles::side; column * Tiles::side < where.x + where.width;
             ++column)
            visit(column, row, overlap(tiles.tile_rect(column, row), where));
}

}  // namespace

Tiles::Tiles(const Image& image)
    : size_{image.width, image.height}, channels_(image.channels), depth_(image.depth) {
    if (size_ == Size{}) return;
    for (int row = 0; row < rows(); ++row)
        for (int column = 0; column < columns(); ++column)
            tiles_.push_back(
                std::make_shared<const Image>(daguerre::crop(image, tile_rect(column, row))));
    set_metadata(image.metadata);
}

Tiles Tiles::blank(Size size, int channels, int depth) {
    require(size.width > 0 && size.height > 0, "an image has at least one pixel");
    Tiles tiles;
    tiles.size_ = size;
    tiles.channels_ = channels;
    tiles.depth_ = depth;
    std::map<std::pair<int, int>, std::shared_ptr<const Image>> squares;
    for (int row = 0; row < tiles.rows(); ++row)
        for (int column = 0; column < tiles.columns(); ++column) {
            const Rect r = tiles.tile_rect(column, row);
            auto& square = squares[{r.width, r.height}];
            if (!square)
                square =
                    std::make_shared<const Image>(Image::blank(r.width, r.height, channels, depth));
            tiles.tiles_.push_back(square);
        }
    return tiles;
}

Rect Tiles::tile_rect(int column, int row) const {
    const int x = column * side, y = row * side;
    return {x, y, std::min(side, size_.width - x), std::min(side, size_.height - y)};
}

void Tiles::set_tile(int column, int row, std::shared_ptr<const Image> pixels) {
    require(column >= 0 && row >= 0 && column < columns() && row < rows(),
            "a square lies inside the image");
    const Rect r = tile_rect(column, row);
    require(pixels && pixels->width == r.width && pixels->height == r.height &&
                pixels->channels == channels_ && pixels->depth == depth_,
            "a square has the size and kind of its place");
    tiles_[std::size_t(row) * std::size_t(columns()) + std::size_t(column)] = std::move(pixels);
}

void Tiles::set_metadata(Metadata metadata) {
    metadata_ = std::make_shared<const Metadata>(std::move(metadata));
}

Image Tiles::crop(Rect where) const {
    require(inside(size_, where), "a crop lies inside its image");
    Image part = Image::blank(where.width, where.height, channels_, depth_);
    const std::size_t pixel = part.row_bytes() / std::size_t(part.width);
    each_touched(*this, where, [&](int column, int row, const Rect& r) {
        const Image& square = *tile(column, row);
        for (int y = r.y; y < r.y + r.height; ++y)
            std::memcpy(at(part, r.x - where.x, y - where.y),
                        at(square, r.x - column * side, y - row * side),
                        std::size_t(r.width) * pixel);
    });
    return part;
}

void Tiles::paste(int x, int y, const Image& part) {
    const Rect where{x, y, part.width, part.height};
    require(inside(size_, where), "what is pasted lies inside");
    require(part.channels == channels_ && part.depth == depth_,
            "what is pasted has the image's channels and depth");
    each_touched(*this, where, [&](int column, int row, const Rect& r) {
        auto changed = std::make_shared<Image>(*tile(column, row));
        daguerre::paste(*changed, r.x - column * side, r.y - row * side,
                        daguerre::crop(part, {r.x - x, r.y - y, r.width, r.height}));
        if (!same_pixels(*changed, *tile(column, row))) set_tile(column, row, std::move(changed));
    });
}

Image Tiles::image() const {
    Image image = size_ == Size{} ? Image{0, 0, channels_, depth_, {}, {}}
                                  : crop({0, 0, size_.width, size_.height});
    image.metadata = metadata();
    return image;
}

Rect changed_area(const Tiles& before, const Tiles& after) {
    require(before.size() == after.size() && before.channels() == after.channels() &&
                before.depth() == after.depth(),
            "only images of one size and kind are compared");
    int left = before.size().width, top = before.size().height, right = 0, bottom = 0;
    for (int row = 0; row < before.rows(); ++row)
        for (int column = 0; column < before.columns(); ++column) {
            if (before.tile(column, row) == after.tile(column, row)) continue;
            const Rect r = before.tile_rect(column, row);
            left = std::min(left, r.x);
            top = std::min(top, r.y);
            right = std::max(right, r.x + r.width);
            bottom = std::max(bottom, r.y + r.height);
        }
    return right > left ? Rect{left, top, right - left, bottom - top} : Rect{};
}

}  // namespace daguerre
