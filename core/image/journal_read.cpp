#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/image/journal.h"
#include "core/image/journal_format.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;
using Kind = JournalRecord::Kind;

constexpr JsonLimits line_limits{.bytes = 64 << 20, .depth = 8, .members = 64};
constexpr std::uint64_t steps_limit = 4ULL << 30;
constexpr auto young = std::chrono::seconds(60);

/// A line of steps.jsonl.
struct Line {
    Kind kind = Kind::Step;
    std::string text;
    int position = 0;
    std::vector<JournalStep::Change> changes;
};

/// Nothing when the line isn't whole or not one of ours: whatever it holds, it was torn.
std::optional<Line> parsed(std::string_view text) try {
    const Json json = parse_json(text, steps_file, line_limits);
    Line line;
    line.kind = row_named(record_names(), json.at("record").get<std::string>(), "record").kind;
    line.text = json.at("text").get<std::string>();
    line.position = json.at("position").get<int>();
    const Json layers = json.value("layers", Json::object());
    for (const auto& [id, squares] : layers.items()) {
        JournalStep::Change change{row_named(layer_names(), id, "layer").layer, {}};
        for (const Json& square : squares)
            change.other.push_back(
                {square.at(0).get<int>(),
                 {square.at(1).get<std::uint64_t>(), square.at(2).get<std::uint32_t>(),
                  square.at(3).get<std::uint32_t>()},
                 nullptr});
        line.changes.push_back(std::move(change));
    }
    return line;
} catch (const Error&) {
    return std::nullopt;
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

/// Bytes of a place; empty when they aren't there whole.
std::string bytes_at(std::ifstream& tiles, SquarePlace place, std::size_t most) {
    if (place.length == 0 || place.length > most) return {};
    std::string bytes(place.length, '\0');
    tiles.clear();
    tiles.seekg(std::streamoff(place.offset));
    tiles.read(bytes.data(), std::streamsize(bytes.size()));
    const bool whole = tiles.gcount() == std::streamsize(bytes.size());
    return whole && checksum_of(bytes) == place.checksum ? bytes : std::string();
}

std::shared_ptr<const Image> inflated(const std::string& bytes, Size size, int channels,
                                      int depth) {
    Image square = Image::blank(size.width, size.height, channels, depth);
    uLongf length = uLongf(square.pixels.size());
    const int result =
        uncompress(reinterpret_cast<Bytef*>(square.pixels.data()), &length,
                   reinterpret_cast<const Bytef*>(bytes.data()), uLong(bytes.size()));
    if (bytes.empty() || result != Z_OK || length != square.pixels.size()) return nullptr;
    return std::make_shared<const Image>(std::move(square));
}

std::size_t most_bytes(Size size, int channels, int depth) {
    return compressBound(uLong(size.width) * uLong(size.height) * uLong(channels) *
                         uLong(depth / 8));
}

/// The document as its lines say, in places of squares.
class Replay {
public:
    Replay(const Tiles& photo, const fs::path& folder)
        : blank_(Tiles::blank(photo.size(), 1)),
          photo_(photo),
          tiles_(folder / tiles_file, std::ios::binary) {
        for (std::size_t layer = 0; layer < layer_count; ++layer)
            for (int i = 0; i < photo.rows() * photo.columns(); ++i)
                state_[layer].push_back({i, {}, square_of(kind_of(Layer(layer)), i)});
        saved_ = state_[0];
    }

    /// false: the line can't follow, or its squares aren't whole.
    bool take(Line line) {
        for (const JournalStep::Change& change : line.changes)
            if (!whole(change)) return false;
        switch (line.kind) {
            case Kind::Step:
                return step(std::move(line));
            case Kind::Amend:
                return amend(std::move(line));
            case Kind::Position:
                return go(line.position);
            case Kind::Saved:
                saved_ = state_[0];
                file_ = line.text;
                return true;
            case Kind::Notes:
                notes_ = line.text;
                return true;
        }
        return false;
    }

    void give(JournalContents& contents) {
        contents.steps = std::move(steps_);
        contents.position = position_;
        contents.notes = std::move(notes_);
        contents.tiles_bytes = tiles_bytes_;
        if (!file_.empty()) contents.file = file_;
        std::map<std::uint64_t, std::shared_ptr<const Image>> loaded;
        for (std::size_t layer = 0; layer < layer_count; ++layer)
            contents.layers[layer] =
                tiles_of(kind_of(Layer(layer)), state_[layer], loaded, contents.places);
        contents.saved = tiles_of(photo_, saved_, loaded, contents.places);
    }

private:
    const Tiles& kind_of(Layer layer) const { return layer == Layer::Photo ? photo_ : blank_; }

    static const std::shared_ptr<const Image>& square_of(const Tiles& tiles, int index) {
        return tiles.tile(index % tiles.columns(), index / tiles.columns());
    }

    /// Each place is read once: squares are on disk in the order in which lines name them first.
    bool whole(const JournalStep::Change& change) {
        const Tiles& kind = kind_of(change.layer);
        for (const JournalSquare& square : change.other) {
            if (square.index < 0 || square.index >= kind.rows() * kind.columns()) return false;
            const SquarePlace& place = square.place;
            if (place.length == 0) return false;
            if (place.offset + place.length <= tiles_bytes_) continue;
            const Size side{Tiles::side, Tiles::side};
            const std::size_t most = most_bytes(side, kind.channels(), kind.depth());
            if (bytes_at(tiles_, place, most).empty()) return false;
            tiles_bytes_ = place.offset + place.length;
        }
        return true;
    }

    void swap(JournalStep& step) {
        for (JournalStep::Change& change : step.changes)
            for (JournalSquare& square : change.other)
                std::swap(square, state_[std::size_t(change.layer)][std::size_t(square.index)]);
    }

    bool step(Line line) {
        if (line.position != position_ + 1) return false;
        steps_.resize(std::size_t(position_));
        steps_.push_back({std::move(line.text), std::move(line.changes)});
        swap(steps_.back());
        ++position_;
        return true;
    }

    bool amend(Line line) {
        if (position_ == 0 || std::size_t(position_) != steps_.size()) return false;
        JournalStep& newest = steps_.back();
        swap(newest);
        for (JournalStep::Change& change : line.changes) {
            std::erase_if(newest.changes, [&](const JournalStep::Change& old) {
                return old.layer == change.layer;
            });
            newest.changes.push_back(std::move(change));
        }
        swap(newest);
        return true;
    }

    bool go(int position) {
        if (position < 0 || std::size_t(position) > steps_.size()) return false;
        while (position_ > position) swap(steps_[std::size_t(--position_)]);
        while (position_ < position) swap(steps_[std::size_t(position_++)]);
        return true;
    }

    Tiles tiles_of(Tiles tiles, const std::vector<JournalSquare>& squares,
                   std::map<std::uint64_t, std::shared_ptr<const Image>>& loaded,
                   SquarePlaces& places) {
        for (const JournalSquare& square : squares) {
            if (square.pixels) continue;
            std::shared_ptr<const Image>& pixels = loaded[square.place.offset];
            const int column = square.index % tiles.columns(), row = square.index / tiles.columns();
            if (!pixels) {
                const Rect r = tiles.tile_rect(column, row);
                const Size size{r.width, r.height};
                pixels = inflated(bytes_at(tiles_, square.place,
                                           most_bytes(size, tiles.channels(), tiles.depth())),
                                  size, tiles.channels(), tiles.depth());
                if (!pixels) continue;
                places.add(pixels, square.place);
            }
            tiles.set_tile(column, row, pixels);
        }
        return tiles;
    }

    const Tiles blank_, photo_;
    std::ifstream tiles_;
    std::array<std::vector<JournalSquare>, layer_count> state_;
    std::vector<JournalSquare> saved_;
    std::vector<JournalStep> steps_;
    int position_ = 0;
    std::string notes_, file_;
    std::uint64_t tiles_bytes_ = 0;
};

/// Calls take(line) for each whole line until it returns false; the bytes of those it took.
template <class Take>
std::uint64_t each_line(const fs::path& folder, Take take) {
    std::ifstream steps(folder / steps_file, std::ios::binary);
    std::uint64_t bytes = 0;
    for (std::string text; std::getline(steps, text) && !steps.eof();) {
        std::optional<Line> line = parsed(text);
        if (!line || !take(std::move(*line))) break;
        bytes += text.size() + 1;
        if (bytes > steps_limit) break;
    }
    return bytes;
}

struct Start {
    fs::path file;
    std::string original;
    std::uint32_t checksum = 0;
};

Start start_of(const fs::path& folder) {
    const Json json = read_json(folder / document_file);
    try {
        Start start{json.at("file").get<std::string>(), json.at("original").get<std::string>(),
                    json.at("pixels_crc32").get<std::uint32_t>()};
        const bool ours = json.at("format").get<int>() == 1 &&
                          fs::path(start.original).filename() == start.original;
        if (ours) return start;
    } catch (const nlohmann::json::exception&) {
    }
    throw Error("“{file}” isn't a journal that this version of Daguerre can read.",
                {{"file", folder / document_file}});
}

JournalSummary summary_of(const fs::path& folder) {
    JournalSummary summary{folder, start_of(folder).file, 0, 0, 0, false, {}};
    each_line(folder, [&](const Line& line) {
        ++summary.records;
        if (line.kind == Kind::Step || line.kind == Kind::Position) summary.steps = line.position;
        if (line.kind == Kind::Saved) summary.file = line.text;
        return true;
    });
    std::error_code error;
    summary.closed = fs::exists(folder / closed_file, error);
    const fs::path thumbnail = folder / thumbnail_file;
    if (fs::exists(thumbnail, error)) summary.thumbnail = read_image(thumbnail);
    return summary;
}

std::chrono::seconds age_of(const fs::path& file) {
    std::error_code error;
    const auto written = fs::last_write_time(file, error);
    if (error) return std::chrono::seconds(0);
    return std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() -
                                                            written);
}

}  // namespace

JournalContents read_journal(const fs::path& folder) {
    JournalContents contents;
    contents.folder = folder;
    const Start start = start_of(folder);
    contents.lock = std::make_shared<FileLock>(folder / lock_file, start.file.filename().string());
    contents.file = start.file;
    contents.opened = Tiles(read_image(folder / start.original));
    contents.sha256 = sha256_of_file(folder / start.original);
    if (checksum_of(contents.opened) != start.checksum)
        throw Error(
            "The photo in “{folder}” isn't the one that was retouched, so its steps can't be "
            "done again.",
            {{"folder", folder}});
    Replay replay(contents.opened, folder);
    contents.steps_bytes =
        each_line(folder, [&](Line line) { return replay.take(std::move(line)); });
    replay.give(contents);
    return contents;
}

std::shared_ptr<const Image> read_square(const fs::path& folder, SquarePlace place, Size size,
                                         int channels, int depth) {
    std::ifstream tiles(folder / tiles_file, std::ios::binary);
    const std::string bytes = bytes_at(tiles, place, most_bytes(size, channels, depth));
    std::shared_ptr<const Image> square = inflated(bytes, size, channels, depth);
    if (!square)
        throw Error("“{file}” is damaged: a step can't be taken back.",
                    {{"file", folder / tiles_file}});
    return square;
}

std::vector<JournalSummary> abandoned_journals(const fs::path& folder) {
    std::vector<JournalSummary> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const fs::path journal = entry.path();
        if (!entry.is_directory(error)) continue;
        try {
            const FileLock lock(journal / lock_file, "");
            const bool begun = fs::exists(journal / document_file, error);
            JournalSummary summary;
            if (begun) summary = summary_of(journal);
            if (summary.records == 0) {
                if (age_of(journal) > young) fs::remove_all(journal, error);
                continue;
            }
            summary.age_seconds = age_of(journal / steps_file).count();
            found.push_back(std::move(summary));
        } catch (const Error&) {
            continue;  // another program's, or broken
        }
    }
    std::ranges::sort(found, {}, &JournalSummary::age_seconds);
    return found;
}

}  // namespace daguerre
