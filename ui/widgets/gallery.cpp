#include "ui/widgets/gallery.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>

#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {

Gallery::Gallery(QWidget* parent) : QWidget(parent) {
    setShape(rows_, side_);
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
}

void Gallery::setThumbnails(std::vector<Thumbnail> thumbnails) {
    thumbnails_ = std::move(thumbnails);
    setCurrent(0);
    update();
}

void Gallery::setBlanks(bool drawn) {
    blanks_ = drawn;
    update();
}

void Gallery::setShape(int rows, int side) {
    rows_ = rows;
    side_ = side;
    setFixedHeight(rows * (side + gap3) - gap3);
    update();
}

int Gallery::columns() const { return std::max((width() + gap3) / (side_ + gap3), 1); }

int Gallery::fitting() const { return std::min(int(thumbnails_.size()), rows_ * columns()); }

QRect Gallery::cell(int index) const {
    const int column = index % columns(), row = index / columns();
    const int x = columns() > 1 ? column * (width() - side_) / (columns() - 1) : 0;
    return style()->visualRect(layoutDirection(), rect(), {x, row * (side_ + gap3), side_, side_});
}

int Gallery::indexAt(QPoint where) const {
    for (int i = 0; i < fitting(); ++i)
        if (cell(i).contains(where)) return i;
    return -1;
}

void Gallery::setCurrent(int index) {
    current_ = std::clamp(index, 0, std::max(fitting() - 1, 0));
    if (current_ < int(thumbnails_.size()))
        setAccessibleDescription(thumbnails_[std::size_t(current_)].words);
    update();
}

void Gallery::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int places = blanks_ ? rows_ * columns() : fitting();
    for (int i = 0; i < places; ++i) {
        const QRect where = cell(i);
        if (i >= fitting()) {
            paintBox(&painter, where, colour(isDark() ? Token::Raised : Token::Hover));
            continue;
        }
        const QImage& image = thumbnails_[std::size_t(i)].image;
        painter.fillRect(where, colour(Token::Surround));
        QRect fitted(QPoint(), image.size().scaled(where.size(), Qt::KeepAspectRatio));
        fitted.moveCenter(where.center());
        // Small pictures keep their pixels; what is larger than its place is smoothed.
        painter.setRenderHint(QPainter::SmoothPixmapTransform, image.width() > side_);
        painter.drawImage(fitted, image);
        const bool focused = hasFocus() && i == current_;
        if (i != over_ && !focused) continue;
        painter.setPen(QPen(colour(focused ? Token::Focus : Token::Accent), 2, Qt::SolidLine,
                            Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(where.adjusted(1, 1, -1, -1));
    }
}

bool Gallery::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = indexAt(help->pos());
    if (index >= 0)
        QToolTip::showText(help->globalPos(), thumbnails_[std::size_t(index)].words, this);
    return true;
}

void Gallery::mouseMoveEvent(QMouseEvent* event) {
    over_ = indexAt(event->pos());
    setCursor(over_ >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void Gallery::leaveEvent(QEvent*) {
    over_ = -1;
    update();
}

void Gallery::mousePressEvent(QMouseEvent* event) {
    if (const int index = indexAt(event->pos()); index >= 0)
        Q_EMIT chosen(thumbnails_[std::size_t(index)].file);
}

void Gallery::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrent(current_ - 1);
        case Qt::Key_Right:
            return setCurrent(current_ + 1);
        case Qt::Key_Up:
            return setCurrent(current_ >= columns() ? current_ - columns() : current_);
        case Qt::Key_Down:
            return setCurrent(current_ + columns() < fitting() ? current_ + columns() : current_);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (current_ < fitting()) Q_EMIT chosen(thumbnails_[std::size_t(current_)].file);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace daguerre
