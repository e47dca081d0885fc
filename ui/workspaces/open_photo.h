// A photo that is open in Retouch, with its last fill.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/inpaint/fill_record.h"
#include "ui/canvas/document.h"
#include "ui/widgets/frames.h"
#include "ui/work/retouch_jobs.h"

namespace daguerre {

/// What was seen of one part of a mask while it was filled.
struct FillFilm {
    QRect where;  // photo pixels
    std::vector<std::shared_ptr<const Preview>> previews;
    std::shared_ptr<Frames> frames;  // of `previews`, once all of them are there
};

struct FillVariant {
    std::int64_t seed = 0;
    std::shared_ptr<const FillResult> result{};  // null: it is being made
    std::vector<FillFilm> films{};
    QImage thumbnail{};  // of the filled part
};

/// One press of Fill: what it filled, and what came out for each seed.
struct Fill : FillSettings {
    Tiles before, mask;
    Tiles started;  // what the photo was when it began: `before`, or an older fill of the same mask
    std::string maskHash;
    std::vector<FillVariant> variants;
    int chosen = -1;  // its result is the photo; -1: none yet
};

/// Which fills are in a photo: one a step of its history.
struct FillNotes {
    struct Note {
        int step = 0;  // index of the history after it
        FillNote fill;
    };
    std::vector<Note> notes;

    void note(int step, FillNote fill);
    /// Those that are done when the history stands at `step`.
    std::vector<FillNote> upTo(int step) const;

    /// As text, for Document::setNotes, and back; what can't be understood is left out.
    std::string text() const;
    static FillNotes from(const std::string& text);
};

struct OpenPhoto {
    std::unique_ptr<Document> document;
    std::shared_ptr<Fill> fill;        // null: none was made
    std::filesystem::path openedFile;  // which is never written; empty: it has none
    std::string sha256;                // of that file
    FillNotes fills;
    std::filesystem::path savedAs;  // a name was chosen: saving again writes there
    bool record = true;             // and how it was made
    int against = 0;                // which of comparablesOf() it is compared with
};

/// Notes that variant `number` of the last fill is what the newest step of the history made.
void noteFill(OpenPhoto& photo, int number);
/// Whether two are one square by square; at no cost.
bool same(const Tiles& a, const Tiles& b);
/// Whether the photo is what the chosen variant of its last fill made of it. Null: no.
bool showsFill(const OpenPhoto* photo);
/// What a photo can be compared with: as it was opened, before the last fill, and with each variant
/// of it that is done.
struct Comparable {
    QString title;
    Tiles photo;
};
std::vector<Comparable> comparablesOf(const OpenPhoto& photo);
/// What fills: the engine's title, or the model's name.
QString titleOf(const FillRequest& request);
/// The photo with a result. Where something else happened since the fill began, only what the fill
/// made is exchanged.
Tiles merged(const Tiles& now, const Fill& fill, const FillResult& result);
/// The filled part and a little around it, small. Not for the window's thread.
QImage thumbnailOf(const FillResult& result);

/// The film of the largest part; null when nothing was seen.
const FillFilm* mainFilm(const FillVariant& variant);
void addFrame(FillVariant& variant, const FillFrame& frame);
/// Numbers frames that had no number, and puts the result at the end. Copies pixels: not for the
/// window's thread.
void finishFilms(FillVariant& variant);

}  // namespace daguerre
