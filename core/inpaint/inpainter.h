// What fills a hole: one function, found in a table.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fields.h"
#include "core/image/image.h"
#include "core/image/progress.h"

namespace daguerre {

/// Colours in greys, 1/255 of the full range at any depth, interleaved, row by row. channels: 1 or
/// 3; never alpha.
struct Colours {
    int width = 0, height = 0, channels = 3;
    std::vector<float> values;

    float* pixel(int x, int y) {
        return values.data() +
               (std::size_t(y) * std::size_t(width) + std::size_t(x)) * std::size_t(channels);
    }
    const float* pixel(int x, int y) const { return const_cast<Colours*>(this)->pixel(x, y); }
};

/// A part of a photo with a hole. All images have the size of `colours`.
struct Area {
    Colours colours;  // what the hole's pixels hold is left to chance: an engine never reads them
    Image hole;       // a mask: 255 is the hole, 0 is known
    Image sources;    // 255: may be copied; never inside the hole
    Image near_rim;   // 255: may be copied, but not at full size (the ring of a JPEG); may be empty
    Colours guide;    // a picture of the area at its own or a lower resolution; width 0: none
    std::uint64_t seed = 1;
};

struct Filling {
    Colours colours;  // the whole area; only the hole's pixels are used. Empty when stopped.
    std::vector<Sentence> remarks;
    bool stopped = false;
};

/// Fills the hole of an area. Blocks; uses the program's threads; safe to call from several.
/// Pure: the same area gives the same bytes for any number of threads.
/// on_progress: "level" or "step", with a preview of the area (Preview::denoised one image; ::x one
/// when there is noise), at least every 100 ms; false: returns soon, with `stopped`.
using Inpainter = std::function<Filling(const Area&, const OnProgress&)>;

/// An engine.
struct InpainterRow {
    std::string id, title;
    std::string sentence;  // what it is good for, for people
    std::string source;
    bool varies = false;     // another seed gives another picture
    bool copies = false;     // takes pieces of the photo, and heeds where it may
    bool watchable = false;  // its progress shows noise turning into the picture
    Fields (*fields)() = nullptr;
    Inpainter (*make)(const Fields&) = nullptr;  // null for `model`: models/diffusion_fill.h
};

/// preview, telea, ns, heal, dream, model.
const std::vector<InpainterRow>& inpainters();
inline constexpr const char* default_inpainter = "heal";

InpainterRow preview_inpainter();
InpainterRow telea_inpainter();
InpainterRow ns_inpainter();
InpainterRow heal_inpainter();
InpainterRow dream_inpainter();

}  // namespace daguerre
