// What the mouse and the keys do in the grid.
#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QToolTip>

#include "ui/widgets/picture_grid.h"

namespace daguerre {
namespace {

constexpr int sizeStep = 8;  // px a notch of the wheel

}  // namespace

bool PictureGrid::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int place = placeAt(help->pos());
    if (place < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), source_.words(images_[std::size_t(place)]),
                           viewport(), cell(place));
    return true;
}

void PictureGrid::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->pos();
    dragging_ = pressedOnSelected_ = false;
    const int place = placeAt(event->pos());
    if (event->button() != Qt::LeftButton) return;
    if (place < 0) return clearSelection();
    const std::uint32_t image = images_[std::size_t(place)];
    if (event->modifiers() & Qt::ShiftModifier) return setCurrent(place, true);
    if (event->modifiers() & Qt::ControlModifier) {
        select(image, !isSelected(image));
        current_ = anchor_ = place;
        viewport()->update();
        tell();
        Q_EMIT currentChanged();
        Q_EMIT selectionChanged();
        return;
    }
    // A drag takes all that is selected; a click without one chooses this image alone.
    pressedOnSelected_ = isSelected(image);
    if (!pressedOnSelected_) setCurrent(place);
}

void PictureGrid::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) || dragging_ || placeAt(pressed_) < 0 ||
        (event->pos() - pressed_).manhattanLength() < QApplication::startDragDistance())
        return;
    dragging_ = true;
    Q_EMIT dragged();
}

void PictureGrid::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && pressedOnSelected_ && !dragging_)
        setCurrent(placeAt(pressed_));
    pressedOnSelected_ = false;
}

void PictureGrid::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int place = placeAt(event->pos()); place >= 0) Q_EMIT opened(place);
}

void PictureGrid::contextMenuEvent(QContextMenuEvent* event) {
    const bool mouse = event->reason() == QContextMenuEvent::Mouse;
    const int place = mouse ? placeAt(event->pos()) : current_;
    if (place < 0) return;
    if (!isSelected(images_[std::size_t(place)])) setCurrent(place);
    Q_EMIT menuWanted(mouse ? event->globalPos() : viewport()->mapToGlobal(cell(place).center()));
}

void PictureGrid::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::ControlModifier)) return QAbstractScrollArea::wheelEvent(event);
    const int turn = event->angleDelta().y();
    if (turn != 0) setSide(side_ + (turn > 0 ? sizeStep : -sizeStep));
    event->accept();
}

void PictureGrid::keyPressEvent(QKeyEvent* event) {
    const bool extend = event->modifiers() & Qt::ShiftModifier;
    const bool ctrl = event->modifiers() & Qt::ControlModifier;
    const int at = std::max(current_, 0), last = int(images_.size()) - 1;
    const int page = std::max(1, viewport()->height() / step()) * columns();
    const auto within = [&](int place) { return place < 0 || place > last ? at : place; };
    if (event->matches(QKeySequence::SelectAll)) return selectAll();
    if (ctrl || event->modifiers() & Qt::AltModifier) return event->ignore();
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrent(current_ < 0 ? 0 : at - 1, extend);
        case Qt::Key_Right:
            return setCurrent(current_ < 0 ? 0 : at + 1, extend);
        case Qt::Key_Up:
            return setCurrent(within(at - columns()), extend);
        case Qt::Key_Down:
            return setCurrent(current_ < 0 ? 0 : within(at + columns()), extend);
        case Qt::Key_PageUp:
            return setCurrent(at - page, extend);
        case Qt::Key_PageDown:
            return setCurrent(at + page, extend);
        case Qt::Key_Home:
            return setCurrent(0, extend);
        case Qt::Key_End:
            return setCurrent(last, extend);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (current_ >= 0) Q_EMIT opened(current_);
            return;
        default:
            event->ignore();
    }
}

void PictureGrid::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

}  // namespace daguerre
