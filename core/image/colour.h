// Colours of a profile in sRGB.
#pragma once

#include "core/image/image.h"

namespace daguerre {

/// The pixels as the image's ICC profile means them, in sRGB and without the profile; grey stays
/// grey, channels, depth, alpha and other metadata stay. Unchanged when there is no profile, or one
/// that can't be read or is for other channels.
Image to_srgb(Image image);

}  // namespace daguerre
