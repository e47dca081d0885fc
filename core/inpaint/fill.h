// Filling the holes of a photo of any size: parts, their surroundings, the engine, the proof.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/table.h"
#include "core/image/tiles.h"
#include "core/inpaint/inpainter.h"
#include "core/inpaint/patch.h"

namespace daguerre {

struct FillRequest {
    std::string engine = default_inpainter;
    std::string model;  // of the engine `model`
    std::int64_t seed = 1;
    bool blend_soft = false;

    void each(auto&& visit) {
        visit(engine, Field{.key = "engine",
                            .label = "Fill with",
                            .help = "what fills the hole",
                            .choices = ids(inpainters())});
        visit(model, Field{.key = "model", .label = "Model", .help = "the model that imagines"});
        visit(seed, Field{.key = "seed",
                          .label = "Seed",
                          .help = "another seed, another fill",
                          .max = 4294967295.0});
        visit(blend_soft, Field{.key = "blend_soft",
                                .label = "Blend soft edges",
                                .help = "grey edges of the mask blend with the old picture"});
    }
};

/// What may be copied beside the rules of sources: masks of the photo's size, or 0 x 0 for none.
struct CopyLimits {
    Tiles only_from, never_from;
};

struct FillResult {
    // One for each part of the mask, or for each piece of a large one; to be applied in this order,
    // since boxes overlap and each patch shows what those before it made.
    std::vector<Patch> patches;
    Tiles photo;  // with the patches; the photo as it was when nothing was filled
    std::int64_t hole_pixels = 0, parts = 0;
    std::int64_t outside_changed = 0, outside_bytes = 0;  // proved: 0 of so many
    double seconds = 0;
    std::vector<Sentence> remarks;
    bool stopped = false;  // by on_progress; then nothing was changed
};

/// Fills the hole of a photo. photo: 8 or 16 bit, grey, RGB or RGBA. mask: 8 bit, 1 channel, of the
/// photo's size; 128 and over is the hole. Blocks; memory grows with the hole, not with the photo.
/// on_progress: as the engine's, `done` and `total` over all parts in hole pixels; the preview
/// shows the part's area, whose place `on_area` was told before. Throws Error for a mask of another
/// size (both are named), a mask that covers everything, too little memory, and when pixels outside
/// the mask would change.
FillResult fill(const Tiles& photo, const Tiles& mask, const CopyLimits& limits,
                const Inpainter& inpainter, const FillRequest& request,
                const OnProgress& on_progress, const std::function<void(Rect)>& on_area = {});

/// The same with the engine that the request names, which is a row of inpainters() with `make`.
FillResult fill(const Tiles& photo, const Tiles& mask, const FillRequest& request,
                const OnProgress& on_progress);

/// The places that fill solves apart, with their surroundings: for showing what an engine will see.
struct FillPart {
    Rect box, area;  // of the part; of what the engine sees
    std::int64_t pixels = 0;
};
std::vector<FillPart> fill_parts(const Tiles& mask);

}  // namespace daguerre
