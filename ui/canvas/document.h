// An open photo with its mask, and the list of steps that can be taken back.
#pragma once

#include <QObject>
#include <QRect>
#include <QString>
#include <QUndoStack>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/image/journal.h"
#include "core/image/tiles.h"

namespace daguerre {

/// What apply() changes in one step.
struct LayerChange {
    Layer layer;
    Tiles after;
};

/// Lives in the window's thread; what it gives away are values. Nothing here blocks, but going to a
/// step whose squares have left memory, which reads them from the journal.
class Document : public QObject {
    Q_OBJECT
public:
    /// Memory that the squares of steps may hold, in bytes; older ones are let go once the journal
    /// has them.
    static constexpr std::int64_t usualUndoLimit = 512LL << 20;

    /// photo: not empty. file: where it was opened; empty for a photo without one.
    Document(Tiles photo, std::filesystem::path file, QObject* parent = nullptr);
    /// As a journal left it, all steps included.
    explicit Document(const JournalContents& journal, QObject* parent = nullptr);
    ~Document() override;

    const Tiles& layer(Layer layer) const { return layers_[std::size_t(layer)]; }
    const Tiles& photo() const { return layer(Layer::Photo); }
    const Tiles& mask() const { return layer(Layer::Mask); }
    /// The photo as it was opened.
    const Tiles& opened() const { return opened_; }
    Size size() const { return opened_.size(); }
    /// The turn of the view, an EXIF orientation 1 to 8; stored pixels are never turned.
    int orientation() const { return orientation_; }

    const std::filesystem::path& file() const { return file_; }
    /// The file's name, or "Photo" for one without; for tabs and titles.
    QString name() const;
    /// Whether the photo (not the mask) differs from what was opened or last saved.
    bool modified() const;
    /// The photo as it is now lies in this file, which file() then names.
    void setSaved(const std::filesystem::path& file);

    /// The one way to change: a step of the history. A step that changes nothing is left out.
    /// after: of the photo's size; of the layer's channels and depth.
    void apply(Layer layer, Tiles after, const QString& text);
    /// Several layers in one step.
    void apply(std::vector<LayerChange> changes, const QString& text);
    /// Another result for the newest step, as choosing a variant of a fill: no new step. Only while
    /// that step is the last one done and changed this layer, else std::logic_error.
    void amend(Layer layer, Tiles after);
    /// Whether amend() can be called.
    bool canAmend(Layer layer) const;

    /// Undo, redo, texts and the list of steps; push nothing on it.
    QUndoStack& history() { return history_; }
    const QUndoStack& history() const { return history_; }
    /// The mask before it last became empty or was begun anew; 0 x 0 when there was none.
    const Tiles& lastMask() const { return lastMask_; }
    /// The mask is about to be begun anew: lastMask() is what it is now.
    void rememberMask() { lastMask_ = mask(); }

    /// Pixels of the mask that are hole (128 and over). At no cost.
    std::int64_t holePixels() const { return holePixels_; }
    /// Whether a layer of masks is all 0.
    bool empty(Layer layer) const;

    /// Bytes of squares that steps hold.
    std::int64_t undoBytes() const { return undoBytes_; }
    void setUndoLimit(std::int64_t bytes);

    /// What the workspace wants back after a crash: any text, such as its settings as JSON.
    const std::string& notes() const { return notes_; }
    void setNotes(const std::string& notes);

    /// A square that was written, and where.
    using Kept = std::pair<std::shared_ptr<const Image>, SquarePlace>;
    /// The journal in `folder` has these squares: steps may let go of them.
    void keep(const std::filesystem::path& folder, const std::vector<Kept>& kept);

Q_SIGNALS:
    /// A layer differs inside this rectangle, in photo pixels.
    void changed(daguerre::Layer layer, const QRect& where);
    /// name(), file() or modified() differs.
    void renamed();
    /// For the journal: each thing that happens, in order. Its squares are safe to read on another
    /// thread.
    void recorded(const daguerre::JournalRecord& record);
    /// A square of a step can't be read any more; it stays as it is.
    void failed(const daguerre::Sentence& why);

private:
    class Step;
    void follow();
    Step* step(int index) const;
    static std::vector<JournalSquare> differing(const Tiles& before, const Tiles& after);
    std::shared_ptr<const Image> pixelsOf(Layer layer, const JournalSquare& square);
    void swap(Step& step);
    std::int64_t bytesOf(const JournalStep::Change& change) const;
    void letGo();
    void letGo(JournalStep::Change& change);

    Tiles opened_, saved_, blank_, lastMask_;
    std::array<Tiles, layer_count> layers_;
    std::filesystem::path file_, journal_;
    std::string notes_;
    int orientation_ = 1;
    std::int64_t holePixels_ = 0, undoBytes_ = 0, undoLimit_ = usualUndoLimit, undoKept_ = 0;
    bool pushing_ = false, asleep_ = false;
    SquarePlaces places_;
    QUndoStack history_;
};

}  // namespace daguerre
