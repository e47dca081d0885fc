// Film grain and sensor noise: a fill that is smoother than its surroundings gets theirs.
#pragma once

#include <cstdint>
#include <vector>

#include "core/inpaint/inpainter.h"

namespace daguerre {

/// Compares the finest detail (u − G∗u, G a Gaussian of σ 1) of the flattest quarter of blocks of
/// 8 x 8 pixels in the hole with that of known ones 2 to 24 pixels from it, by the median of its
/// size a channel; where the fill has less than 0.8 of it, adds what is missing as noise. Nothing
/// is added with fewer than 4 blocks on a side. hole: 1 or 0 a pixel.
void match_grain(Colours& picture, const std::vector<std::uint8_t>& hole, std::uint64_t seed);

}  // namespace daguerre
