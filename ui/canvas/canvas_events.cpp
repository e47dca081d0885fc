#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QTabletEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/canvas/background.h"
#include "ui/canvas/canvas.h"

namespace daguerre {
namespace {

constexpr double dragPixels = 4;  // a right press that moves less is a click

}  // namespace

Pen Canvas::penOf(QPointF where, Qt::KeyboardModifiers modifiers, bool subtract) const {
    Pen pen;
    pen.on = inNow(where);
    pen.at = viewMap().toPhoto(pen.on);
    pen.subtract = subtract || (modifiers & Qt::ControlModifier);
    pen.constrain = modifiers & Qt::ShiftModifier;
    return pen;
}

void Canvas::press(const Pen& pen) {
    pen_ = pen;
    if (!document_ || pressed_ || finishing_) return;
    pressed_ = true;
    Q_EMIT gestureBegan();
    tool_->press(pen);
    updateOutline();
}

void Canvas::move(const Pen& pen) {
    pen_ = pen;
    inside_ = true;
    if (document_) pressed_ ? tool_->move(pen) : tool_->hover(pen);
    updateOutline();
    Q_EMIT pointerMoved(pen.at);
}

void Canvas::release(const Pen& pen) {
    pen_ = pen;
    if (!pressed_) return;
    pressed_ = false;
    if (document_) tool_->release(pen);
    updateOutline();
}

void Canvas::sizeBy(QPointF moved) {
    ToolSettings changed = settings_;
    // As seen on screen: the rim follows the pointer.
    changed.size = int(std::lround(changed.size + 2 * moved.x() / viewMap().scale));
    changed.hardness = int(std::lround(changed.hardness - moved.y() / 2));
    setSettings(changed);
}

void Canvas::mousePressEvent(QMouseEvent* event) {
    keyboard_ = false;
    PhotoView::mousePressEvent(event);
    if (dragging() || !document_) return;
    if (event->button() == Qt::LeftButton)
        press(penOf(event->position(), event->modifiers(), false));
    if (event->button() != Qt::RightButton || pressed_) return;
    rightAt_ = event->position();
    right_ = event->modifiers() & Qt::AltModifier ? Right::Sizing : Right::Pressed;
}

void Canvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF before = pen_.on;
    keyboard_ = false;
    PhotoView::mouseMoveEvent(event);
    if (dragging()) {
        pen_ = penOf(event->position(), event->modifiers(), pen_.subtract);
        return;
    }
    if (right_ == Right::Sizing || sizeHeld_) {
        sizeBy(event->position() - (right_ == Right::Sizing ? rightAt_ : before));
        rightAt_ = event->position();
        if (sizeHeld_) pen_.on = event->position();
        return;
    }
    if (right_ == Right::Pressed) {
        const QPointF away = event->position() - rightAt_;
        if (std::hypot(away.x(), away.y()) < dragPixels) return;
        right_ = Right::Drawing;
        press(penOf(rightAt_, event->modifiers(), true));
    }
    move(penOf(event->position(), event->modifiers(), right_ == Right::Drawing));
}

void Canvas::mouseReleaseEvent(QMouseEvent* event) {
    PhotoView::mouseReleaseEvent(event);
    if (event->button() == Qt::RightButton) {
        const Right was = std::exchange(right_, Right::None);
        if (was == Right::Pressed) Q_EMIT menuWanted(event->globalPosition().toPoint());
        if (was == Right::Drawing) release(penOf(event->position(), event->modifiers(), true));
        return;
    }
    if (event->button() == Qt::LeftButton)
        release(penOf(event->position(), event->modifiers(), false));
}

void Canvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !document_) return;
    tool_->doubleClick(penOf(event->position(), event->modifiers(), false));
}

void Canvas::tabletEvent(QTabletEvent* event) {
    if (panKeyHeld() || dragging()) return event->ignore();  // it comes again as a mouse
    event->accept();
    keyboard_ = false;
    const bool eraser = event->pointerType() == QPointingDevice::PointerType::Eraser;
    Pen pen = penOf(event->position(), event->modifiers(),
                    eraser || (event->buttons() & Qt::RightButton));
    pen.pressure = event->type() == QEvent::TabletRelease ? pen_.pressure : event->pressure();
    if (event->type() == QEvent::TabletPress) press(pen);
    if (event->type() == QEvent::TabletMove) {
        if (pressed_) pen.subtract = pen_.subtract;
        move(pen);
    }
    if (event->type() == QEvent::TabletRelease) {
        pen.subtract = pen_.subtract;
        release(pen);
    }
}

void Canvas::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::AltModifier)) return PhotoView::wheelEvent(event);
    // Some desktops turn the wheel sideways while Alt is held.
    const int turn =
        event->angleDelta().x() != 0 ? event->angleDelta().x() : event->angleDelta().y();
    if (turn != 0) changeSize(turn > 0 ? 1 : -1);
}

bool Canvas::event(QEvent* event) {
    // Keys of the gesture go before shortcuts of the window that use them too.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape && busy()) event->accept();
    }
    if (event->type() == QEvent::ContextMenu) return true;
    return PhotoView::event(event);
}

bool Canvas::toolKey(const QKeyEvent& event) {
    if (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    switch (event.key()) {
        case Qt::Key_BracketLeft:
        case Qt::Key_BracketRight:
            if (event.modifiers() & Qt::ShiftModifier)
                changeHardness(event.key() == Qt::Key_BracketRight ? 1 : -1);
            else
                changeSize(event.key() == Qt::Key_BracketRight ? 1 : -1);
            return true;
        case Qt::Key_Comma:
            return changeSize(-1), true;
        case Qt::Key_Period:
            return changeSize(1), true;
        case Qt::Key_BraceLeft:
            return changeHardness(-1), true;
        case Qt::Key_BraceRight:
            return changeHardness(1), true;
        default:
            break;
    }
    if (event.isAutoRepeat() || event.modifiers() != Qt::NoModifier) return false;
    if (event.key() == Qt::Key_X) {
        setTool(toolId_ == "brush" ? "eraser" : "brush");
        return true;
    }
    for (const ToolRow& row : toolRows())
        if (row.key == event.key()) return setTool(row.id), true;
    return false;
}

void Canvas::movePointer(QPoint direction, Qt::KeyboardModifiers modifiers) {
    if (!keyboard_ && !inside_) pen_ = penOf(QRectF(rect()).center(), {}, false);
    keyboard_ = true;
    const int step = modifiers & Qt::ControlModifier ? 100 : modifiers & Qt::ShiftModifier ? 10 : 1;
    const QPointF middle =
        viewMap().toWidget(QPointF(std::floor(pen_.at.x()) + 0.5, std::floor(pen_.at.y()) + 0.5));
    QPointF on = middle + QPointF(direction) * step * viewMap().scale;
    // Out of sight: the photo comes after it.
    const QRectF room = QRectF(rect()).adjusted(8, 8, -8, -8);
    const QPointF within(std::clamp(on.x(), room.left(), room.right()),
                         std::clamp(on.y(), room.top(), room.bottom()));
    const QPointF at = viewMap().toPhoto(on);
    if (within != on) panBy(within - on);
    on = viewMap().toWidget(at);
    const bool subtract = pen_.subtract;
    move(penOf(on, {}, subtract));
    update();
}

bool Canvas::gestureKey(const QKeyEvent& event) {
    switch (event.key()) {
        case Qt::Key_Escape:
            return dropGesture();
        case Qt::Key_Backspace:
            return tool_->back();
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (event.modifiers() & Qt::ShiftModifier) return tool_->take();
            if (event.modifiers() & ~Qt::KeypadModifier) return false;
            if (!keyboard_) return false;
            pressed_ ? release(pen_) : press(pen_);
            return true;
        case Qt::Key_Left:
            return movePointer({-1, 0}, event.modifiers()), true;
        case Qt::Key_Right:
            return movePointer({1, 0}, event.modifiers()), true;
        case Qt::Key_Up:
            return movePointer({0, -1}, event.modifiers()), true;
        case Qt::Key_Down:
            return movePointer({0, 1}, event.modifiers()), true;
        default:
            return false;
    }
}

void Canvas::keyPressEvent(QKeyEvent* event) {
    if (!document_) return event->ignore();
    if (gestureKey(*event) || toolKey(*event)) return event->accept();
    const bool plain = event->modifiers() == Qt::NoModifier;
    if (plain && event->key() == Qt::Key_F) {
        sizeHeld_ = true;
    } else if (plain && event->key() == Qt::Key_O) {
        if (!event->isAutoRepeat()) holdOther(true);
    } else if (plain && event->key() == Qt::Key_K) {
        if (!event->isAutoRepeat()) holdLoupe(true);
    } else {
        PhotoView::keyPressEvent(event);
    }
}

void Canvas::keyReleaseEvent(QKeyEvent* event) {
    if (event->isAutoRepeat()) return;
    if (event->key() == Qt::Key_F)
        sizeHeld_ = false;
    else if (event->key() == Qt::Key_O)
        holdOther(false);
    else if (event->key() == Qt::Key_K)
        holdLoupe(false);
    else
        PhotoView::keyReleaseEvent(event);
    if (event->key() == Qt::Key_Space) setCursor(tool_->cursor());
}

void Canvas::leaveEvent(QEvent* event) {
    inside_ = false;
    updateOutline();
    PhotoView::leaveEvent(event);
}

void Canvas::focusInEvent(QFocusEvent* event) {
    update();
    PhotoView::focusInEvent(event);
}

void Canvas::focusOutEvent(QFocusEvent* event) {
    sizeHeld_ = false;
    update();
    PhotoView::focusOutEvent(event);
}

}  // namespace daguerre
