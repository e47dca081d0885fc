// How an image was made: the texts `parameters` and `daguerre`, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// `parameters`: the text other programs read, `title` and one line of `parameters`. `daguerre`:
/// one JSON object, ours.
struct Record {
    std::string title;                                            // class name, or empty
    std::vector<std::pair<std::string, std::string>> parameters;  // "Steps" → "20", in order
    std::string daguerre;                                         // JSON text; empty: not ours
};

/// Puts both texts into the image's metadata, replacing ours that are there. A `parameters` that
/// another program wrote stays, and ours isn't added then.
void add_record(Image& image, const Record& record);
/// Takes our texts out again.
void remove_record(Metadata& metadata);
/// What the metadata say: text chunks, else EXIF UserComment and XMP. nullopt when there is neither
/// text. Never throws for strange contents: what can't be read is left out.
std::optional<Record> record_of(const Metadata& metadata);
/// The same with the texts copied into tags, for formats that have no place for text: `daguerre` as
/// XMP property and, if `exif`, `parameters` as UserComment unless that holds something not ours.
Metadata record_in_tags(Metadata metadata, bool exif);

/// The text of `parameters` both ways: the title on its own line, then "Key: value" joined by ", ".
/// A value with comma, colon, quote or newline is a JSON string. When reading, the last line counts
/// if it has at least 3 pairs; all above it is the title, but for a "Negative prompt:", which
/// becomes the first pair. Never throws.
std::string parameters_text(const Record& record);
Record parse_parameters(std::string_view text);

}  // namespace daguerre
