// Colours of a profile in sRGB.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// The pixels as the image's ICC profile means them, in sRGB and without the profile; grey stays
/// grey, channels, depth, alpha and other metadata stay. Unchanged when there is no profile, or one
/// that can't be read or is for other channels.
Image to_srgb(Image image);

/// The same made ready for many images of one profile and kind, whose pixels it changes in place.
/// Empty when to_srgb would leave them. Safe to call from several threads at once.
std::function<void(Image&)> srgb_conversion(const std::vector<std::byte>& icc, int channels,
                                            int depth);

}  // namespace daguerre
