// The steps of an open photo on disk, and back: what a crash must not take.
//
// A journal is a folder: `original.*` (the photo's file), `document.json`, `tiles.bin` (squares,
// compressed, each once), `steps.jsonl` (a line a record), `thumbnail.png` and `lock`. A record's
// squares are on disk before its line, so a kill at any moment loses at most the record in hand.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/image/tiles.h"

namespace daguerre {

/// The layers of an open photo, all of its size. All but the photo are masks.
enum class Layer { Photo, Mask, CopyFrom, NeverCopy };
inline constexpr std::size_t layer_count = 4;

/// Where a square lies in tiles.bin. length 0: nowhere.
struct SquarePlace {
    std::uint64_t offset = 0;
    std::uint32_t length = 0, checksum = 0;
};

/// The square `index` (row by row) of a layer. pixels null: only at its place.
struct JournalSquare {
    int index = 0;
    SquarePlace place;
    std::shared_ptr<const Image> pixels;
};

/// Which squares lie where. Squares that are gone are forgotten.
class SquarePlaces {
public:
    void add(const std::shared_ptr<const Image>& square, SquarePlace place);
    /// length 0 when it isn't known.
    SquarePlace of(const std::shared_ptr<const Image>& square) const;

private:
    struct Entry {
        std::weak_ptr<const Image> square;
        SquarePlace place;
    };
    std::map<const Image*, Entry> entries_;
    std::size_t forget_at_ = 1024;
};

/// What happened to a document.
struct JournalRecord {
    enum class Kind {
        Step,      // `text`, `changes`; steps taken back before are gone
        Amend,     // `changes` of the newest step are these instead
        Position,  // `position` steps are done, those after it taken back
        Saved,     // the photo as it is lies in the file `text`
        Notes      // `text` is what the workspace wants back
    };
    struct Change {
        Layer layer = Layer::Photo;
        Tiles before, after;
    };
    Kind kind = Kind::Step;
    std::string text;
    int position = 0;
    std::vector<Change> changes;
};

struct JournalStep {
    struct Change {
        Layer layer = Layer::Photo;
        /// Of a step that is done, the squares before it; of one taken back, those after it.
        std::vector<JournalSquare> other;
    };
    std::string text;
    std::vector<Change> changes;
};

/// A journal that was read.
struct JournalContents {
    std::filesystem::path folder, file;  // of the journal; where the photo was opened, or empty
    std::shared_ptr<FileLock> lock;      // held as long as this or its writer lives
    std::string sha256;                  // of the photo's file, as it was opened
    Tiles opened, saved;  // the photo as opened, as last saved; `saved` is `opened` at first
    std::array<Tiles, layer_count> layers;  // as they are
    std::vector<JournalStep> steps;
    int position = 0;  // how many of the steps are done
    std::string notes;
    SquarePlaces places;
    std::uint64_t steps_bytes = 0, tiles_bytes = 0;  // of the files, without what was torn
};

/// Writes one journal; of one thread at a time. All calls write the disk and throw Error when that
/// can't be done.
class JournalWriter {
public:
    /// Begins a journal in a folder that isn't there yet, and takes its lock. photo: as it was
    /// opened from `file`, which is copied; where there is none, the photo is written as PNG.
    JournalWriter(std::filesystem::path folder, const std::filesystem::path& file,
                  const Tiles& photo);
    /// Goes on with one that was read.
    explicit JournalWriter(const JournalContents& read);

    /// A square that is on disk now and wasn't before.
    using Kept = std::pair<std::shared_ptr<const Image>, SquarePlace>;
    /// After an Error the record waits, and is written before the next one.
    std::vector<Kept> write(const JournalRecord& record);
    /// Writes what waits, and that the document was closed in order: it wasn't a crash.
    void close();
    const std::filesystem::path& folder() const { return folder_; }

private:
    std::vector<Kept> write_waiting();
    std::vector<Kept> put(const JournalRecord& record);
    void append(const char* name, std::uint64_t& length, std::string_view bytes);

    std::filesystem::path folder_;
    std::shared_ptr<FileLock> lock_;
    SquarePlaces places_;
    std::deque<JournalRecord> waiting_;
    std::uint64_t tiles_bytes_ = 0, steps_bytes_ = 0;
};

/// Reads a journal, takes its lock, and replays its lines: one that is torn, and all after it, are
/// dropped. Squares that the layers don't show stay on disk. Blocks. Throws Error when another
/// program holds it, and when the photo can't be read any more or isn't the one that was opened.
JournalContents read_journal(const std::filesystem::path& folder);
/// One square from its place. Throws Error when it isn't there whole.
std::shared_ptr<const Image> read_square(const std::filesystem::path& folder, SquarePlace place,
                                         Size size, int channels, int depth);

/// For a list of what can be reopened.
struct JournalSummary {
    std::filesystem::path folder, file;
    int steps = 0, records = 0;    // steps that are done; all records
    std::int64_t age_seconds = 0;  // since its last record
    bool closed = false;           // in order; else its program was killed
    Image thumbnail;               // of the photo as opened; size 0 x 0 when there is none
};
/// The journals in `folder` that no living program holds, newest first. One that has no record is
/// removed, unless it is under a minute old. One that can't be understood is left out.
std::vector<JournalSummary> abandoned_journals(const std::filesystem::path& folder);

}  // namespace daguerre
