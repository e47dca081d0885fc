// What a retouched photo says of how it was made.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/image/tiles.h"
#include "core/inpaint/fill.h"

namespace daguerre {

/// One fill: all that another start needs to make it again.
struct FillNote {
    FillRequest request;
    Fields options;            // of the engine
    std::string photo_sha256;  // of the photo's file
    std::string mask_sha256;   // mask_hash(); where copying was limited, also of what limits it
    std::int64_t mask_pixels = 0, outside_changed = 0;
    int margin = 0;  // px of surroundings around the first part
};

/// The request as it stands in records and reports: engine, model if there is one, seed, and the
/// options.
nlohmann::ordered_json request_json(const FillRequest& request, const Fields& options);

/// Adds a fill to the photo's record (record.h, studio.md 8). Fills from before stay in its list;
/// what a generated picture said of itself stays, as does another program's text.
void add_fill_record(Image& photo, const FillNote& note);

/// Whether the last fill that the metadata tell of is this one, of the same photo and mask.
bool was_filled_so(const Metadata& metadata, const FillNote& note);

/// SHA-256 of the mask's pixels row by row, in hex.
std::string mask_hash(const Tiles& mask);

}  // namespace daguerre
