#include "ui/canvas/document.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/image/metadata.h"

namespace daguerre {
namespace {

std::size_t at(Layer layer) { return std::size_t(layer); }

const std::shared_ptr<const Image>& squareOf(const Tiles& tiles, int index) {
    return tiles.tile(index % tiles.columns(), index / tiles.columns());
}

void setSquare(Tiles& tiles, int index, std::shared_ptr<const Image> pixels) {
    tiles.set_tile(index % tiles.columns(), index / tiles.columns(), std::move(pixels));
}

bool equal(const Tiles& a, const Tiles& b) { return changed_area(a, b).width == 0; }

/// Counts the hole of squares, of those that are one pointer once.
class HoleCounter {
public:
    std::int64_t operator()(const std::shared_ptr<const Image>& square) {
        const auto [found, fresh] = known_.try_emplace(square.get());
        if (fresh)  // row by row in 32 bits: the compiler makes wide additions of it
            for (int y = 0; y < square->height; ++y) {
                unsigned sum = 0;
                for (const std::uint8_t value : square->row<std::uint8_t>(y)) sum += value >> 7;
                found->second += sum;
            }
        return found->second;
    }

private:
    std::map<const Image*, std::int64_t> known_;
};

}  // namespace

/// Holds the other state of the squares that it changes, whichever that is.
class Document::Step : public QUndoCommand {
public:
    Step(Document& document, const QString& text) : QUndoCommand(text), document_(document) {}
    void undo() override { document_.swap(*this); }
    void redo() override { document_.swap(*this); }

    std::vector<JournalStep::Change> changes;

private:
    Document& document_;
};

Document::Document(Tiles photo, std::filesystem::path file, QObject* parent)
    : QObject(parent),
      opened_(std::move(photo)),
      saved_(opened_),
      blank_(Tiles::blank(opened_.size(), 1)),
      layers_{opened_, blank_, blank_, blank_},
      file_(std::move(file)),
      orientation_(orientation_of(opened_.metadata().exif)) {
    follow();
}

Document::Document(const JournalContents& journal, QObject* parent)
    : QObject(parent),
      opened_(journal.opened),
      saved_(journal.saved),
      blank_(Tiles::blank(opened_.size(), 1)),
      layers_(journal.layers),
      file_(journal.file),
      journal_(journal.folder),
      notes_(journal.notes),
      orientation_(orientation_of(opened_.metadata().exif)),
      places_(journal.places) {
    HoleCounter holes;
    for (int i = 0; i < mask().rows() * mask().columns(); ++i)
        holePixels_ += holes(squareOf(mask(), i));
    asleep_ = true;  // the steps are as they should be at journal.position already
    for (const JournalStep& step : journal.steps) {
        auto* command = new Step(*this, QString::fromStdString(step.text));
        command->changes = step.changes;
        history_.push(command);
    }
    history_.setIndex(journal.position);
    asleep_ = false;
    follow();
}

Document::~Document() { disconnect(&history_, nullptr, this, nullptr); }

void Document::follow() {
    connect(&history_, &QUndoStack::indexChanged, this, [this](int index) {
        if (!pushing_) Q_EMIT recorded({JournalRecord::Kind::Position, {}, index, {}});
    });
}

QString Document::name() const {
    return file_.empty() ? tr("Photo") : QString::fromStdString(file_.filename().string());
}

bool Document::modified() const { return !equal(photo(), saved_); }

void Document::setSaved(const std::filesystem::path& file) {
    saved_ = photo();
    file_ = file;
    Q_EMIT recorded({JournalRecord::Kind::Saved, file.string(), history_.index(), {}});
    Q_EMIT renamed();
}

void Document::setNotes(const std::string& notes) {
    if (notes == notes_) return;
    notes_ = notes;
    Q_EMIT recorded({JournalRecord::Kind::Notes, notes, history_.index(), {}});
}

bool Document::empty(Layer layer) const {
    if (layer == Layer::Mask && holePixels_ > 0) return false;
    const Tiles& tiles = this->layer(layer);
    for (int i = 0; i < tiles.rows() * tiles.columns(); ++i) {
        const auto& square = squareOf(tiles, i);
        if (square != squareOf(blank_, i) &&
            std::ranges::any_of(square->pixels,
                                [](std::byte value) { return value != std::byte(0); }))
            return false;
    }
    return true;
}

void Document::apply(Layer layer, Tiles after, const QString& text) {
    apply({{layer, std::move(after)}}, text);
}

void Document::apply(std::vector<LayerChange> changes, const QString& text) {
    auto step = std::make_unique<Step>(*this, text);
    JournalRecord record{JournalRecord::Kind::Step, text.toStdString(), history_.index() + 1, {}};
    for (LayerChange& change : changes) {
        const Tiles& before = layer(change.layer);
        JournalStep::Change squares{change.layer, differing(before, change.after)};
        if (squares.other.empty()) continue;
        record.changes.push_back({change.layer, before, std::move(change.after)});
        step->changes.push_back(std::move(squares));
    }
    if (step->changes.empty()) return;
    // Steps that were taken back go now, and what they held.
    for (int i = history_.index(); i < history_.count(); ++i)
        for (const JournalStep::Change& change : this->step(i)->changes)
            undoBytes_ -= bytesOf(change);
    Step& pushed = *step;
    pushing_ = true;
    history_.push(step.release());
    pushing_ = false;
    for (const JournalStep::Change& change : pushed.changes) undoBytes_ += bytesOf(change);
    Q_EMIT recorded(record);
    letGo();
}

std::vector<JournalSquare> Document::differing(const Tiles& before, const Tiles& after) {
    require(before.size() == after.size() && before.channels() == after.channels() &&
                before.depth() == after.depth(),
            "a layer keeps its size and kind");
    std::vector<JournalSquare> squares;
    for (int i = 0; i < before.rows() * before.columns(); ++i)
        if (const auto& square = squareOf(after, i); square != squareOf(before, i))
            squares.push_back({i, {}, square});
    return squares;
}

Document::Step* Document::step(int index) const {
    return static_cast<Step*>(const_cast<QUndoCommand*>(history_.command(index)));
}

bool Document::canAmend(Layer layer) const {
    const int index = history_.index();
    if (index == 0 || index != history_.count()) return false;
    return std::ranges::any_of(
        step(index - 1)->changes,
        [layer](const JournalStep::Change& change) { return change.layer == layer; });
}

void Document::amend(Layer layer, Tiles after) {
    require(canAmend(layer), "only the newest step can be amended");
    Step& newest = *step(history_.index() - 1);
    const auto change = std::ranges::find(newest.changes, layer, &JournalStep::Change::layer);
    Tiles before = this->layer(layer);
    for (const JournalSquare& square : change->other)
        setSquare(before, square.index, pixelsOf(layer, square));
    // Back to what the step found, then on to the new result.
    swap(newest);
    undoBytes_ -= bytesOf(*change);
    change->other = differing(before, after);
    swap(newest);
    undoBytes_ += bytesOf(*change);
    Q_EMIT recorded({JournalRecord::Kind::Amend,
                     {},
                     history_.index(),
                     {{layer, std::move(before), std::move(after)}}});
    letGo();
}

std::shared_ptr<const Image> Document::pixelsOf(Layer layer, const JournalSquare& square) {
    if (square.pixels) return square.pixels;
    const Tiles& tiles = this->layer(layer);
    const Rect r = tiles.tile_rect(square.index % tiles.columns(), square.index / tiles.columns());
    try {
        auto pixels = read_square(journal_, square.place, {r.width, r.height}, tiles.channels(),
                                  tiles.depth());
        places_.add(pixels, square.place);
        return pixels;
    } catch (const Error& error) {  // the rest of the step goes on
        Q_EMIT failed(error.sentence());
        return squareOf(tiles, square.index);
    }
}

void Document::swap(Step& step) {
    if (asleep_) return;
    for (JournalStep::Change& change : step.changes) {
        Tiles& tiles = layers_[at(change.layer)];
        const Tiles before = tiles;
        HoleCounter holes;
        for (JournalSquare& square : change.other) {
            auto pixels = pixelsOf(change.layer, square);
            auto now = squareOf(tiles, square.index);
            if (change.layer == Layer::Mask) holePixels_ += holes(pixels) - holes(now);
            setSquare(tiles, square.index, std::move(pixels));
            square = {square.index, places_.of(now), std::move(now)};
        }
        const Rect where = changed_area(before, tiles);
        if (where.width == 0) continue;
        if (change.layer == Layer::Mask && empty(Layer::Mask)) lastMask_ = before;
        Q_EMIT changed(change.layer, {where.x, where.y, where.width, where.height});
    }
}

void Document::keep(const std::filesystem::path& folder, const std::vector<Kept>& kept) {
    journal_ = folder;
    for (const auto& [square, place] : kept) places_.add(square, place);
    undoKept_ = 0;
    letGo();
}

void Document::setUndoLimit(std::int64_t bytes) {
    undoLimit_ = bytes;
    undoKept_ = 0;
    letGo();
}

std::int64_t Document::bytesOf(const JournalStep::Change& change) const {
    const Tiles& base = change.layer == Layer::Photo ? opened_ : blank_;
    std::int64_t bytes = 0;
    for (const JournalSquare& square : change.other)
        if (square.pixels && square.pixels != squareOf(base, square.index))
            bytes += std::int64_t(square.pixels->pixels.size());
    return bytes;
}

void Document::letGo() {
    if (undoBytes_ <= std::max(undoLimit_, undoKept_)) return;
    // Those nearest to now first.
    std::vector<JournalStep::Change*> changes;
    const int count = history_.count(), here = history_.index();
    for (int distance = 0; distance < count; ++distance)
        for (const int index : {here - 1 - distance, here + distance})
            if (index >= 0 && index < count)
                for (JournalStep::Change& change : step(index)->changes) changes.push_back(&change);
    undoBytes_ = 0;
    for (JournalStep::Change* change : changes) {
        const std::int64_t bytes = bytesOf(*change);
        if (undoBytes_ + bytes > undoLimit_) letGo(*change);
        undoBytes_ += bytesOf(*change);
    }
    // What the journal hasn't got yet stays; looking again soon would be in vain.
    undoKept_ = undoBytes_ + undoLimit_ / 16;
}

void Document::letGo(JournalStep::Change& change) {
    const Tiles& base = change.layer == Layer::Photo ? opened_ : blank_;
    for (JournalSquare& square : change.other) {
        if (!square.pixels || square.pixels == squareOf(base, square.index)) continue;
        if (change.layer == Layer::Photo && square.pixels == squareOf(saved_, square.index))
            continue;
        if (square.place.length == 0) square.place = places_.of(square.pixels);
        if (square.place.length > 0) square.pixels = nullptr;
    }
}

}  // namespace daguerre
