// Masks: reading them, and what a person does to them. A mask is an 8-bit, 1-channel image; 128 and
// over is the hole (image.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/image/image.h"
#include "core/image/tiles.h"

namespace daguerre {

/// Any image as a mask: the mean of R, G and B times alpha, 16 bit rounded to 8.
Image mask_from(const Image& image);
/// A mask file for a photo of this size. Throws Error as read_image, and for another size, naming
/// both: "The mask is 1024 x 768, the photo 6000 x 4000. A mask must have the photo's size."
Image read_mask(const std::filesystem::path& file, Size photo);

/// Pixels of the hole.
std::int64_t hole_pixels(const Tiles& mask);
/// The box of all pixels that aren't 0; width 0 when there is none.
Rect mask_box(const Tiles& mask);

/// Operations on a whole mask. radius: photo pixels, 1 to 200. Softness of grey pixels is kept
/// where it can be. They touch the mask's box and `radius` around it, so time and memory grow with
/// the mask, not with the photo.
Tiles grown(const Tiles& mask, int radius);
Tiles shrunk(const Tiles& mask, int radius);
/// A Gaussian edge of this reach.
Tiles feathered(const Tiles& mask, int radius);
Tiles inverted(const Tiles& mask);
/// Known regions that don't reach the photo's edge become hole.
Tiles holes_filled(const Tiles& mask);
/// Connected parts of less than `pixels` pixels go.
Tiles specks_removed(const Tiles& mask, std::int64_t pixels);

/// A magic wand. 255 where the colour is like that at (x, y). tolerance: 0 to 100, CIE76 distance
/// in CIELAB of sRGB values. connected: only what hangs together with (x, y), 4-connected.
/// sample: the side of the square whose mean colour counts, 1, 3 or 5. Same size as the photo.
Tiles like_colour(const Tiles& photo, int x, int y, double tolerance, bool connected, int sample);

/// GrabCut (Rother, Kolmogorov, Blake 2004) in a box; strokes: 1 belongs, 2 doesn't, 0 unsaid, of
/// the photo's size or 0 x 0. Large boxes are cut at a lower resolution and refined at the edge.
/// Blocks. Returns a mask of the photo's size, 255 what belongs. Throws Error for a box that is
/// empty or covers the whole photo.
Tiles grab_cut(const Tiles& photo, Rect box, const Tiles& strokes);

/// Whether the hole's border seems to run along the edge of the thing, so that a rim of it may be
/// left: within 4 px outside the hole the photo changes much more than 8 to 16 px outside. A guess;
/// false for an empty mask and for one whose box is over 4 megapixels, which would take too long.
bool cuts_closely(const Tiles& photo, const Tiles& mask);

}  // namespace daguerre
