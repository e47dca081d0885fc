// A picture that says what goes where in the hole; the detail comes from the photo.
#pragma once

#include <vector>

#include "core/inpaint/nnf.h"

namespace daguerre {

/// Of Area::guide, for each level of the pyramid. The picture is trusted at levels no finer than
/// itself; at finer ones a smooth version of it is compared with the area smoothed as much, and
/// counts less: 0.1 at full size, 1 at its own.
std::vector<Guidance> guidance_of(const Area& area, const std::vector<Picture>& pictures, int side);

}  // namespace daguerre
