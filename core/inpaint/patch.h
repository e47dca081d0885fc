// What a fill returns, and the proof that nothing else changed.
#pragma once

#include <cstdint>

#include "core/image/tiles.h"

namespace daguerre {

/// New pixels for a rectangle, of the photo's channels and depth; pixels outside the mask are the
/// photo's own.
struct Patch {
    Rect where;
    Image pixels;
};

/// Writes a patch over the photo.
void apply(Tiles& photo, const Patch& patch);

/// The bytes that differ between two photos where `mask` is under 128, and alpha bytes that differ
/// anywhere. Squares that are one pointer count as equal. Same sizes and kinds, else
/// std::logic_error. 0 is what a fill must give.
std::int64_t changed_outside(const Tiles& before, const Tiles& after, const Tiles& mask);
/// How many bytes changed_outside compares: those outside the mask, and all alpha bytes.
std::int64_t bytes_outside(const Tiles& photo, const Tiles& mask);

}  // namespace daguerre
