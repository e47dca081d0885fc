// Colours of a profile in sRGB.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
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

/// What an ICC profile calls itself, in English where it can: "Adobe RGB (1998)". "" when it can't
/// be read.
std::string profile_title(const std::vector<std::byte>& icc);

}  // namespace daguerre
