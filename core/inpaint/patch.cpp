#include "core/inpaint/patch.h"

#include "core/base/error.h"

namespace daguerre {
namespace {

bool is_hole(std::byte mask) { return mask >= std::byte(128); }

std::int64_t hole_in(const Image& mask) {
    std::int64_t count = 0;
    for (const std::byte value : mask.pixels) count += is_hole(value);
    return count;
}

/// Bytes that differ in one square and may not.
std::int64_t changed_in(const Image& before, const Image& after, const Image& mask) {
    const auto sample = std::size_t(before.depth / 8),
               pixel = sample * std::size_t(before.channels);
    const std::size_t colours = before.channels == 4 ? 3 * sample : pixel;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < mask.pixels.size(); ++i)
        for (std::size_t byte = is_hole(mask.pixels[i]) ? colours : 0; byte < pixel; ++byte)
            count += before.pixels[i * pixel + byte] != after.pixels[i * pixel + byte];
    return count;
}

}  // namespace

void apply(Tiles& photo, const Patch& patch) {
    photo.paste(patch.where.x, patch.where.y, patch.pixels);
}

std::int64_t changed_outside(const Tiles& before, const Tiles& after, const Tiles& mask) {
    require(before.size() == after.size() && before.size() == mask.size() &&
                before.channels() == after.channels() && before.depth() == after.depth() &&
                mask.channels() == 1 && mask.depth() == 8,
            "the proof compares photos of one size and kind under a mask of that size");
    std::int64_t count = 0;
    for (int row = 0; row < before.rows(); ++row)
        for (int column = 0; column < before.columns(); ++column)
            if (before.tile(column, row) != after.tile(column, row))
                count += changed_in(*before.tile(column, row), *after.tile(column, row),
                                    *mask.tile(column, row));
    return count;
}

std::int64_t bytes_outside(const Tiles& photo, const Tiles& mask) {
    require(photo.size() == mask.size() && mask.channels() == 1 && mask.depth() == 8,
            "a mask has the photo's size");
    std::int64_t hole = 0;
    for (int row = 0; row < mask.rows(); ++row)
        for (int column = 0; column < mask.columns(); ++column)
            hole += hole_in(*mask.tile(column, row));
    const std::int64_t pixels = std::int64_t(photo.size().width) * photo.size().height;
    const std::int64_t colours = photo.channels() == 4 ? 3 : photo.channels();
    return (pixels * photo.channels() - hole * colours) * (photo.depth() / 8);
}

}  // namespace daguerre
