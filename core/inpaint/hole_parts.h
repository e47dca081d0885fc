// The parts of a mask's hole as runs of pixels, so that memory grows with the hole, and what an
// engine sees of each.
#pragma once

#include <cstdint>
#include <vector>

#include "core/image/tiles.h"

namespace daguerre {

/// Pixels `first` to `end` - 1 of row y.
struct Run {
    int y = 0, first = 0, end = 0;
    auto operator<=>(const Run&) const = default;
};

struct HolePart {
    Rect box;
    std::int64_t pixels = 0;
    std::vector<Run> runs;  // in raster order
};

/// The most pixels of an area, but for holes so large that it couldn't hold enough to copy from.
inline constexpr std::int64_t most_area_pixels = 12'000'000;

/// The 8-connected parts of the pixels that are `least` and over, by their first one in raster
/// order.
std::vector<HolePart> connected_parts(const Tiles& mask, std::uint8_t least);

/// The parts of the hole. Those near each other are one: their areas overlap, and the area of both
/// is at most 1.5 times the two.
std::vector<HolePart> hole_parts(const Tiles& mask);

/// A part whose area is larger than most_area_pixels, cut by a grid of at most 1024 px; else the
/// part alone.
std::vector<HolePart> pieces_of(const HolePart& part, Size photo);

/// The margin of an area around a part's box on each side: its longer side, from 64 to 768.
int usual_margin(Rect box);
/// The box with a margin, slid inward at the photo's edges and no larger than the photo.
Rect with_context(Rect box, int margin, Size photo);
/// The area of a part: with its usual margin, or as much more as it takes to hold 3 known pixels
/// for one of the part.
Rect area_of_part(const HolePart& part, const Tiles& mask);

/// Pixels of the hole in a rectangle inside the mask.
std::int64_t hole_pixels_in(const Tiles& mask, Rect where);

}  // namespace daguerre
