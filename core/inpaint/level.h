// One size of an area, from coarse to fine: its picture, which parts are unknown, which may be
// copied, and the numbers that windows are compared by.
#pragma once

#include <cstdint>
#include <vector>

#include "core/inpaint/inpainter.h"
#include "core/inpaint/watch.h"

namespace daguerre {

/// A size of the area. Samples sit at even pixels of the next finer one. hole, may_copy: 1 or 0 a
/// pixel, never both.
struct Picture {
    Colours colours;  // the hole is filled with what is known around it where that is seen, else 0
    std::vector<std::uint8_t> hole, may_copy;
};

/// The area at all sizes, finest first. A coarse pixel is the mean of the known ones under a
/// binomial of 5 x 5 (cv::pyrDown); it is hole where these weigh under 0.5. Coarse enough that the
/// hole's thickest place is two windows of `side` pixels, unless fewer than 64 windows could
/// then be copied.
std::vector<Picture> pyramid(const Area& area, int side);

/// A picture that can be searched. Pixels have numbers y · width + x. A window is a square of
/// `side` (odd) pixels wholly in the picture, named by its centre.
struct Level {
    int width = 0, height = 0, side = 7;
    Colours colours;
    std::vector<float> texture;                         // 2 a pixel: mean steps across and down
    std::vector<std::uint8_t> hole, source;             // source: 1 where a window may be copied
    std::vector<std::int32_t> holes, targets, sources;  // pixels of the hole; windows that hold
                                                        // one; windows that may be copied
    std::vector<std::int16_t> features;                 // see below

    int reach() const { return side / 2; }
};

/// Features a pixel, interleaved: 8 · colour in greys (a grey picture's value thrice), then
/// 8 · √120 · texture, rounded, at most 2040.
inline constexpr int feature_count = 5;

/// Takes the picture. Texture (after Liu and Caselles 2013) is that of this picture: the mean over
/// 5 x 5 of |steps| / 2 between known neighbours.
Level level_of(Picture picture, int side);
/// Takes the hole's colours as they are. They may be too smooth, so its texture is spread from what
/// is known around it.
void trust_hole(Level& level);
/// How many windows of this size may be copied.
std::int64_t source_count(const Picture& picture, int side);
/// The features of pixels from what they hold now.
void make_features(Level& level, const std::int32_t* pixels, std::int64_t count);

}  // namespace daguerre
