// An open document on screen: photo, mask, and the tool in hand.
#pragma once

#include <QColor>
#include <QImage>
#include <QPointer>
#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "ui/canvas/document.h"
#include "ui/canvas/layers.h"
#include "ui/canvas/mask_view.h"
#include "ui/canvas/photo_view.h"
#include "ui/canvas/tools.h"

namespace daguerre {

class Background;

/// Keys while it has the focus: those of toolRows(), X eraser, [ ] , . size, { } hardness; held:
/// F size by pointer, Space pan, O original, K loupe; arrows move a pointer that Enter presses;
/// Esc drops the gesture.
class Canvas : public PhotoView, private ToolHost {
    Q_OBJECT
public:
    explicit Canvas(QWidget* parent = nullptr);
    ~Canvas() override;

    /// Shows a document, as it was last shown here; null: none. Compares with its opened photo.
    void setDocument(Document* document);
    Document* document() const { return document_; }

    const std::string& tool() const { return toolId_; }
    /// A row of toolRows(). Drops the gesture in hand.
    void setTool(const std::string& id);
    const ToolSettings& settings() const override { return settings_; }
    void setSettings(const ToolSettings& settings) override;
    /// 10 % larger or smaller; hardness 10 more or less. direction: 1 or -1.
    void changeSize(int direction);
    void changeHardness(int direction);

    /// The layer that tools paint on: the mask, or where may and may not be copied from. Drops the
    /// gesture in hand.
    Layer layer() const { return layer_; }
    void setLayer(Layer layer);
    /// Whether the other layers than the mask are seen.
    void setCopyLayersShown(bool shown);
    /// The mask as it is seen, with the gesture in hand. A copy is safe to read on any thread.
    const Tiles& maskNow() const { return shownOf(Layer::Mask).mask(); }
    /// Whether a gesture is in hand; dropGesture() is what Esc does first: true if there was one.
    bool busy() const;
    bool dropGesture();
    /// Whether the next gesture begins with an empty mask, as after a fill; until a step changes
    /// the mask.
    void beginNewMask(bool begin = true);

    bool maskShown() const { return maskShown_; }
    void setMaskShown(bool shown);
    void setMaskColour(const QColor& colour);
    /// A picture of `where` (photo px) at any resolution, in the photo's own colours, shown inside
    /// the mask only. Null: none.
    void setPreview(std::shared_ptr<const Image> pixels, const QRect& where = {});
    /// Dotted boxes in photo px and the words above the first; empty: none.
    void setSeen(std::vector<QRect> boxes, const QString& words = {});

Q_SIGNALS:
    void toolChanged(const QString& id);
    void layerChosen(daguerre::Layer layer);
    void settingsChanged();
    /// maskNow() differs: at every move of a gesture and every step of the mask.
    void maskMoved();
    void gestureBegan();
    /// It became a step.
    void gestureEnded();
    /// A tool could not do it.
    void failed(const daguerre::Sentence& why);
    /// In photo px.
    void pointerMoved(QPointF photo);
    /// A right click without drag.
    void menuWanted(const QPoint& global);

protected:
    bool event(QEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void tabletEvent(QTabletEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void keyReleaseEvent(QKeyEvent*) override;
    void leaveEvent(QEvent*) override;
    void focusInEvent(QFocusEvent*) override;
    void focusOutEvent(QFocusEvent*) override;
    void paintOver(QPainter& painter, const QRegion& dirty) override;

private:
    const Tiles& photo() const override;
    const Tiles& mask() const override;
    const ViewMap& view() const override { return viewMap(); }
    void showMask(const Tiles& mask, const QRegion& where) override;
    void finish(const Tiles& mask, const QString& text) override;
    void drop() override;
    void finishLater(std::function<Tiles(const Tiles& mask)> change, const QString& text) override;
    void redraw() override { update(); }
    void pan(QPointF widgetPixels) override { panBy(widgetPixels); }
    void zoomStepAt(QPointF widget, int direction) override;
    void inBackground(const QString& key, std::function<std::function<void()>()> work) override;

    /// Where a document was last looked at.
    struct Place {
        bool fits = true;
        double zoom = 1;
        QPointF middle;  // in photo px
    };
    /// What a right press without Ctrl has become.
    enum class Right { None, Pressed, Drawing, Sizing };

    const MaskView& shownOf(Layer layer) const { return shown_[std::size_t(layer)]; }
    MaskView& shownOf(Layer layer) { return shown_[std::size_t(layer)]; }
    bool beginsNew() const { return newMask_ && layer_ == Layer::Mask; }
    void remember();
    void layerChanged(Layer layer, const QRect& where);
    void describe();
    Pen penOf(QPointF where, Qt::KeyboardModifiers modifiers, bool subtract) const;
    void press(const Pen& pen);
    void move(const Pen& pen);
    void release(const Pen& pen);
    void sizeBy(QPointF moved);
    bool toolKey(const QKeyEvent& event);
    bool gestureKey(const QKeyEvent& event);
    void movePointer(QPoint direction, Qt::KeyboardModifiers modifiers);
    void updateOutline();
    void updatePhotoRect(const QRect& where, int margin);
    QRect deviceRect(const QRect& widget) const;
    void paintMask(QPainter& painter, const QRect& dirty, const MaskView& mask,
                   const QColor& colour, bool line) const;
    void paintPreview(QPainter& painter, const QRect& dirty) const;
    void paintSeen(QPainter& painter) const;
    void paintPointer(QPainter& painter) const;

    QPointer<Document> document_;
    std::map<const Document*, Place> places_;
    std::string toolId_ = "brush";
    std::unique_ptr<Tool> tool_;
    ToolSettings settings_;
    std::unique_ptr<Background> background_;
    Layer layer_ = Layer::Mask;
    std::array<MaskView, layer_count> shown_;  // of each layer but the photo
    Tiles emptyMask_;
    bool maskShown_ = true, copyShown_ = true, newMask_ = false, finishing_ = false;
    QColor maskColour_ = rowOf(Layer::Mask).colour;
    QImage preview_;
    QRect previewPlace_;
    std::vector<QRect> seen_;
    QString seenWords_;
    Pen pen_;  // where the pointer is
    bool inside_ = false, pressed_ = false, sizeHeld_ = false, keyboard_ = false;
    Right right_ = Right::None;
    QPointF rightAt_;
    QRect outline_;  // of the tool as last drawn
};

}  // namespace daguerre
