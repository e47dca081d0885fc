// One image of a dataset, large.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>

#include "core/image/image.h"

class QLabel;
class QToolButton;

namespace daguerre {

/// The picture: fitted at first; the wheel zooms at the pointer, a drag moves, and from 800 % on a
/// grid parts the pixels.
class LoupeView : public QWidget {
    Q_OBJECT
public:
    static constexpr double gridFrom = 8;

    explicit LoupeView(QWidget* parent = nullptr);

    /// Null: there is none.
    void setImage(const std::shared_ptr<const Image>& image);
    double zoom() const;  // screen px a pixel
    void setZoom(double zoom, QPointF keep);
    void fit();
    /// The pixel under a place; (-1, -1): none.
    QPoint pixelAt(QPointF where) const;
    /// Its values as they are stored, "12, 200, 7".
    QString valueAt(QPoint pixel) const;
    QPointF placeOf(QPoint pixel) const;  // its middle

Q_SIGNALS:
    void pointed(const QString& words);
    void zoomed();

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;

private:
    QRectF where() const;
    double fitting() const;

    std::shared_ptr<const Image> image_;
    QImage shown_;
    double zoom_ = 0;           // 0: fitted
    QPointF middle_, dragged_;  // middle_: the picture's place in the middle of the view
};

/// With a line below, and what one can do. Left and Right ask for neighbours, Esc, Enter and Space
/// for the grid.
class Loupe : public QWidget {
    Q_OBJECT
public:
    explicit Loupe(QWidget* parent = nullptr);

    LoupeView* view() const { return view_; }
    void setImage(const std::shared_ptr<const Image>& image, const QString& words);

Q_SIGNALS:
    void stepWanted(int by);
    void closeWanted();
    void menuWanted(QPoint where);  // on the screen

protected:
    void keyPressEvent(QKeyEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    QToolButton* addButton(const char* icon, const QString& words, const char* key,
                           const char* name);

    LoupeView* view_;
    QLabel *words_, *value_;
};

}  // namespace daguerre
