// What the writing and the reading half of the journal share.
#pragma once

#include <string_view>

#include "core/base/table.h"
#include "core/image/journal.h"

namespace daguerre {

struct LayerName {
    std::string id;
    Layer layer;
};
inline const std::vector<LayerName>& layer_names() {
    static const std::vector<LayerName> names{{"photo", Layer::Photo},
                                              {"mask", Layer::Mask},
                                              {"copy_from", Layer::CopyFrom},
                                              {"never_copy", Layer::NeverCopy}};
    return names;
}

struct RecordName {
    std::string id;
    JournalRecord::Kind kind;
};
inline const std::vector<RecordName>& record_names() {
    using Kind = JournalRecord::Kind;
    static const std::vector<RecordName> names{{"step", Kind::Step},
                                               {"amend", Kind::Amend},
                                               {"position", Kind::Position},
                                               {"saved", Kind::Saved},
                                               {"notes", Kind::Notes}};
    return names;
}

inline constexpr const char *document_file = "document.json", *tiles_file = "tiles.bin",
                            *steps_file = "steps.jsonl", *thumbnail_file = "thumbnail.png",
                            *lock_file = "lock", *closed_file = "closed";

/// CRC-32 of zlib.
std::uint32_t checksum_of(std::string_view bytes);
/// Of all pixels, square by square.
std::uint32_t checksum_of(const Tiles& tiles);

}  // namespace daguerre
