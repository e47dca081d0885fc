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
    std::string mask_sha256;   // mask_hash()
    std::int64_t mask_pixels = 0, outside_changed = 0;
    int margin = 0;  // px of surroundings around the first part
};

/// The note of a fill that was made. photo_sha256, mask_sha256: as in FillNote.
FillNote note_of(const FillRequest& request, const Fields& options, const FillResult& result,
                 const std::string& photo_sha256, const std::string& mask_sha256);

/// The request as it stands in records and reports: engine, model if there is one, seed, and the
/// options.
nlohmann::ordered_json request_json(const FillRequest& request, const Fields& options);

/// A note as JSON, and back. Throws Error or nlohmann's exceptions for what isn't one.
nlohmann::ordered_json json_of(const FillNote& note);
FillNote fill_note_from(const nlohmann::ordered_json& json);

/// A note as JSON, and back. fill_note_from throws Error or nlohmann's exceptions for what isn't
/// one.
nlohmann::ordered_json json_of(const FillNote& note);
FillNote fill_note_from(const nlohmann::ordered_json& json);

/// Adds a fill to the photo's record (record.h, studio.md 8). Fills from before stay in its list;
/// what a generated picture said of itself stays, as does another program's text.
void add_fill_record(Image& photo, const FillNote& note);

/// Whether the last fill that the metadata tell of is this one, of the same photo and mask.
bool was_filled_so(const Metadata& metadata, const FillNote& note);

/// SHA-256 of the mask's pixels row by row, in hex; where copying is limited, of what limits it
/// too.
std::string mask_hash(const Tiles& mask, const CopyLimits& limits = {});

}  // namespace daguerre
