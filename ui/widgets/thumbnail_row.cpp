#include "ui/widgets/thumbnail_row.h"

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

ThumbnailRow::ThumbnailRow(QWidget* parent) : QWidget(parent) {
    setFixedHeight(side);
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
}

void ThumbnailRow::setThumbnails(std::vector<Thumbnail> thumbnails) {
    thumbnails_ = std::move(thumbnails);
    setCurrent(0);
    update();
}

int ThumbnailRow::fitting() const {
    return std::min(int(thumbnails_.size()), (width() + gap3) / (side + gap3));
}

QRect ThumbnailRow::cell(int index) const {
    return style()->visualRect(layoutDirection(), rect(), {index * (side + gap3), 0, side, side});
}

int ThumbnailRow::indexAt(QPoint where) const {
    for (int i = 0; i < fitting(); ++i)
        if (cell(i).contains(where)) return i;
    return -1;
}

void ThumbnailRow::setCurrent(int index) {
    current_ = std::clamp(index, 0, std::max(fitting() - 1, 0));
    if (current_ < int(thumbnails_.size()))
        setAccessibleDescription(thumbnails_[std::size_t(current_)].words);
    update();
}

void ThumbnailRow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    for (int i = 0; i < fitting(); ++i) {
        const QRect where = cell(i);
        const QImage& image = thumbnails_[std::size_t(i)].image;
        painter.fillRect(where, colour(Token::Surround));
        QSize size = image.size().scaled(where.size(), Qt::KeepAspectRatio);
        QRect fitted(QPoint(), size);
        fitted.moveCenter(where.center());
        // Small pictures keep their pixels; what is larger than its place is smoothed.
        painter.setRenderHint(QPainter::SmoothPixmapTransform, image.width() > side);
        painter.drawImage(fitted, image);
        if (i == over_ || (hasFocus() && i == current_)) {
            painter.setPen(QPen(colour(hasFocus() && i == current_ ? Token::Focus : Token::Accent),
                                2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
            painter.drawRect(where.adjusted(1, 1, -1, -1));
        }
    }
}

bool ThumbnailRow::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = indexAt(help->pos());
    if (index >= 0)
        QToolTip::showText(help->globalPos(), thumbnails_[std::size_t(index)].words, this);
    return true;
}

void ThumbnailRow::mouseMoveEvent(QMouseEvent* event) {
    over_ = indexAt(event->pos());
    setCursor(over_ >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void ThumbnailRow::leaveEvent(QEvent*) {
    over_ = -1;
    update();
}

void ThumbnailRow::mousePressEvent(QMouseEvent* event) {
    if (const int index = indexAt(event->pos()); index >= 0)
        Q_EMIT chosen(thumbnails_[std::size_t(index)].file);
}

void ThumbnailRow::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrent(current_ - 1);
        case Qt::Key_Right:
            return setCurrent(current_ + 1);
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
