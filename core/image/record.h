// How an image was made: the texts `parameters` and `daguerre`, both ways (studio.md 8).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// `parameters`: the line other programs read. `daguerre`: one JSON object, ours.
struct Record {
    std::string title;                                            // class name, or empty
    std::vector<std::pair<std::string, std::string>> parameters;  // "Steps" → "20", in order
    std::string daguerre;                                         // JSON text; empty: not ours
};

/// Puts both texts into the image's metadata, replacing ours that are there.
void add_record(Image& image, const Record& record);
/// What the metadata say: text chunks, EXIF UserComment or XMP. nullopt when there is neither text.
/// Never throws for strange contents: what can't be read is left out.
std::optional<Record> record_of(const Metadata& metadata);

/// The text of `parameters` both ways.
std::string parameters_text(const Record& record);
Record parse_parameters(const std::string& text);

}  // namespace daguerre
