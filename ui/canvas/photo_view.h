// A photo of any size on screen, and what it is compared with.
#pragma once

#include <QBasicTimer>
#include <QColor>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/image/tiles.h"
#include "ui/canvas/view_map.h"

namespace daguerre {

class TilePyramid;

/// Off · a bar parts old and new · both side by side · in turn · what differs, amplified.
enum class Compare { Off, Split, SideBySide, Blink, Difference };

/// The wheel zooms at the pointer, two fingers pan and pinch, middle drag pans, also with Space
/// held. Paints only what is visible; decodes and scales on other threads, visible first.
class PhotoView : public QWidget {
    Q_OBJECT
public:
    explicit PhotoView(QWidget* parent = nullptr);
    ~PhotoView() override;

    /// Another photo, fitted. orientation: EXIF, 1 to 8. 0 x 0: none.
    void setPhoto(const Tiles& photo, int orientation = 1);
    /// The same photo with other squares: keeps the place.
    void updatePhoto(const Tiles& photo);
    const Tiles& shownPhoto() const { return photo_; }
    /// Stands in the middle while there is no photo.
    void setEmptyText(const QString& text);
    void setSurround(const QColor& colour);  // invalid: the theme's

    /// Screen pixels a photo pixel.
    double zoom() const;
    /// Keeps the middle in its place.
    void setZoom(double zoom);
    void zoomStep(int direction);  // 1: in, -1: out
    void zoomAt(double zoom, QPointF where);
    void fit();
    bool fits() const { return fits_; }
    void panBy(QPointF widgetPixels);
    /// Where the photo lies; beside another one, in its own half.
    const ViewMap& viewMap() const { return map_; }

    /// What the photo is compared with: another one of its size; 0 x 0: nothing. title: stands on
    /// it.
    void setOther(const Tiles& other, const QString& title = {});
    const Tiles& other() const { return other_; }
    Compare compare() const { return compare_; }
    void setCompare(Compare compare);
    void setGain(int gain);  // of Compare::Difference: 1, 4, 16
    /// While held: the other one alone; a loupe with both at 1:1.
    void holdOther(bool held);
    void holdLoupe(bool held);
    /// Whether one sees anything but the photo as it is.
    bool comparing() const;

    /// Whether all that is visible has been decoded and scaled.
    bool ready() const;

Q_SIGNALS:
    void zoomChanged(double zoom);
    void compareChanged();

protected:
    bool event(QEvent*) override;
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void keyReleaseEvent(QKeyEvent*) override;
    void focusOutEvent(QFocusEvent*) override;
    void timerEvent(QTimerEvent*) override;
    /// Over the photo where it is seen as it is. dirty: what has to be painted, in widget px; the
    /// painter is clipped to it.
    virtual void paintOver(QPainter& painter, const QRegion& dirty);
    /// The pointer in widget px, for the loupe.
    void setPointer(QPointF where);
    /// Whether a press here belongs to the view: middle button, Space held, the bar.
    bool takesPress(const QMouseEvent& event) const;
    bool dragging() const { return drag_ != Drag::None; }
    bool panKeyHeld() const { return spaceHeld_; }
    /// The same place of the photo as it is now, for a place beside it in the other one.
    QPointF inNow(QPointF where) const;
    /// A picture of a part of the photo, as the view would show it.
    QImage pictureOf(const Image& part) const;

private:
    /// A part of the widget and what it shows.
    struct Pane {
        QRect rect;
        bool other = false;
        ViewMap map;
        QString words;
    };
    std::vector<Pane> panes() const;
    ViewMap mapIn(const QRect& rect, double zoom, QPointF middle) const;
    QRect nowRect() const;
    double fitZoom() const;
    void place();
    void improve(const QRect& where);
    TilePyramid& pyramidOf(const Pane& pane) const;
    void paintPane(QPainter& painter, const Pane& pane, const QRegion& dirty);
    void paintDifference(QPainter& painter, const QRect& dirty);
    void paintLoupe(QPainter& painter);
    void paintWords(QPainter& painter, const Pane& pane) const;
    void paintBar(QPainter& painter) const;
    void paintEmpty(QPainter& painter) const;
    bool onBar(QPointF where) const;

    Tiles photo_, other_;
    std::unique_ptr<TilePyramid> pyramid_, otherPyramid_;
    QString emptyText_, otherTitle_;
    QColor surround_;
    ViewMap map_;
    QPointF middle_, pointer_, last_;  // middle_: of the view, in pixels of the turned photo
    double zoom_ = 1, split_ = 0.5;
    bool fits_ = true, otherHeld_ = false, loupeHeld_ = false, spaceHeld_ = false;
    bool blink_ = false;
    Compare compare_ = Compare::Off;
    int gain_ = 4;
    enum class Drag { None, Pan, Bar } drag_ = Drag::None;
    QBasicTimer blinkTimer_;
};

}  // namespace daguerre
