// The picture a network will see.
#pragma once

#include "core/image/image.h"

namespace daguerre {

/// Square crop from the middle, resized to size x size when needed, `channels` 1 or 3, 8 bit.
/// An image that already has this form comes back unchanged.
Image network_view(const Image& image, int size, int channels);

}  // namespace daguerre
