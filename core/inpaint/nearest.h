// Where the nearest black pixel of a mask is.
#pragma once

#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// For each pixel of a mask the index y·w+x of the nearest one that is 0 (its own, where it is), by
/// Borgefors's distance (1986), at most 2 % off. There must be one.
std::vector<int> nearest_zero(const Image& mask);

}  // namespace daguerre
