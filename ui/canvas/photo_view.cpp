#include "ui/canvas/photo_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QTimerEvent>
#include <QWheelEvent>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/canvas/tile_pyramid.h"

namespace daguerre {
namespace {

constexpr std::array zoomLevels{1 / 64., 1 / 48., 1 / 32., 1 / 24., 1 / 16., 1 / 12.,
                                1 / 8.,  1 / 6.,  1 / 4.,  1 / 3.,  1 / 2.,  2 / 3.,
                                1.,      1.5,     2.,      3.,      4.,      6.,
                                8.,      12.,     16.,     24.,     32.};
constexpr int margin = 12, barGrip = 6;  // px
constexpr int blinkMs = 500;             // one turn a second

}  // namespace

PhotoView::PhotoView(QWidget* parent)
    : QWidget(parent),
      pyramid_(std::make_unique<TilePyramid>()),
      otherPyramid_(std::make_unique<TilePyramid>()) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 180);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAttribute(Qt::WA_OpaquePaintEvent);
    for (TilePyramid* pyramid : {pyramid_.get(), otherPyramid_.get()})
        connect(pyramid, &TilePyramid::improved, this, &PhotoView::improve);
}

PhotoView::~PhotoView() = default;

void PhotoView::setPhoto(const Tiles& photo, int orientation) {
    photo_ = photo;
    map_.photo = photo.size();
    map_.orientation = orientation;
    pyramid_->setPhoto(photo, orientation);
    setOther(Tiles());
    fit();
}

void PhotoView::updatePhoto(const Tiles& photo) {
    photo_ = photo;
    pyramid_->setPhoto(photo, map_.orientation);
    update();
}

void PhotoView::setOther(const Tiles& other, const QString& title) {
    other_ = other;
    otherTitle_ = title;
    otherPyramid_->setPhoto(other, map_.orientation);
    place();
}

void PhotoView::setEmptyText(const QString& text) {
    emptyText_ = text;
    update();
}

void PhotoView::setSurround(const QColor& colour) {
    surround_ = colour;
    update();
}

bool PhotoView::ready() const { return pyramid_->ready() && otherPyramid_->ready(); }

QImage PhotoView::pictureOf(const Image& part) const { return pyramid_->picture(part); }

// Place.

QRect PhotoView::nowRect() const {
    if (compare_ != Compare::SideBySide || other_.size() == Size()) return rect();
    return rect().adjusted(width() / 2 + 1, 0, 0, 0);
}

QPointF PhotoView::inNow(QPointF where) const {
    if (compare_ != Compare::SideBySide || !comparing() || where.x() >= nowRect().left())
        return where;
    for (const Pane& pane : panes())
        if (pane.other) return where - pane.map.corner + map_.corner;
    return where;
}

double PhotoView::fitZoom() const {
    const QSizeF area = nowRect().adjusted(margin, margin, -margin, -margin).size();
    const QSizeF shown = map_.shown();
    if (shown.isEmpty() || area.isEmpty()) return 1;
    const double zoom = std::min(area.width() / shown.width(), area.height() / shown.height()) *
                        devicePixelRatioF();
    return std::clamp(zoom, zoomLevels.front(), 1.0);
}

double PhotoView::zoom() const { return fits_ ? fitZoom() : zoom_; }

ViewMap PhotoView::mapIn(const QRect& rect, double zoom, QPointF middle) const {
    const double ratio = devicePixelRatioF();
    ViewMap map = map_;
    map.scale = zoom / ratio;
    const QPointF corner = QRectF(rect).center() - middle * map.scale;
    // Photo pixels begin on screen pixels: sharp at 100 %, and still while it is repainted.
    map.corner = {std::round(corner.x() * ratio) / ratio, std::round(corner.y() * ratio) / ratio};
    return map;
}

void PhotoView::place() {
    const QSizeF shown = map_.shown();
    zoom_ = zoom();
    const QPointF centre(shown.width() / 2, shown.height() / 2);
    if (fits_) middle_ = centre;
    // At least the middle of the view is photo; what is smaller than the view can be moved in it.
    middle_ = {std::clamp(middle_.x(), 0., shown.width()),
               std::clamp(middle_.y(), 0., shown.height())};
    map_ = mapIn(nowRect(), zoom_, middle_);
    update();
}

void PhotoView::zoomAt(double zoom, QPointF where) {
    zoom = std::clamp(zoom, zoomLevels.front(), zoomLevels.back());
    where = inNow(where);
    const QPointF there = (where - map_.corner) / map_.scale;  // in the turned photo
    fits_ = false;
    zoom_ = zoom;
    const QPointF away = where - QRectF(nowRect()).center();
    middle_ = there - away * devicePixelRatioF() / zoom;
    place();
    Q_EMIT zoomChanged(zoom);
}

void PhotoView::setZoom(double zoom) { zoomAt(zoom, QRectF(nowRect()).center()); }

void PhotoView::zoomStep(int direction) {
    const double now = zoom();
    if (direction > 0) {
        const auto next = std::upper_bound(zoomLevels.begin(), zoomLevels.end(), now * 1.001);
        if (next != zoomLevels.end()) setZoom(*next);
    } else {
        const auto next = std::lower_bound(zoomLevels.begin(), zoomLevels.end(), now / 1.001);
        if (next != zoomLevels.begin()) setZoom(*std::prev(next));
    }
}

void PhotoView::fit() {
    fits_ = true;
    place();
    Q_EMIT zoomChanged(zoom());
}

void PhotoView::panBy(QPointF widgetPixels) {
    if (fits_) {
        zoom_ = zoom();
        fits_ = false;
    }
    middle_ -= widgetPixels / map_.scale;
    place();
}

void PhotoView::resizeEvent(QResizeEvent*) {
    place();
    if (fits_) Q_EMIT zoomChanged(zoom());
}

// Comparing.

bool PhotoView::comparing() const {
    return other_.size() != Size() && (compare_ != Compare::Off || otherHeld_);
}

void PhotoView::setCompare(Compare compare) {
    if (compare == compare_) return;
    compare_ = compare;
    blink_ = false;
    if (compare == Compare::Blink)
        blinkTimer_.start(blinkMs, this);
    else
        blinkTimer_.stop();
    place();
    Q_EMIT compareChanged();
}

void PhotoView::setGain(int gain) {
    gain_ = gain;
    update();
}

void PhotoView::holdOther(bool held) {
    if (held == otherHeld_) return;
    otherHeld_ = held;
    update();
    Q_EMIT compareChanged();
}

void PhotoView::holdLoupe(bool held) {
    loupeHeld_ = held;
    update();
}

void PhotoView::timerEvent(QTimerEvent* event) {
    if (event->timerId() != blinkTimer_.timerId()) return QWidget::timerEvent(event);
    blink_ = !blink_;
    update();
}

// Wheel, fingers, mouse, keys.

bool PhotoView::event(QEvent* event) {
    if (event->type() == QEvent::NativeGesture) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            zoomAt(zoom() * (1 + gesture->value()), gesture->position());
            return true;
        }
    }
    return QWidget::event(event);
}

void PhotoView::wheelEvent(QWheelEvent* event) {
    const bool fingers =
        event->device() && event->device()->type() == QInputDevice::DeviceType::TouchPad;
    const bool wantsZoom = event->modifiers() & Qt::ControlModifier;
    if ((fingers || event->phase() != Qt::NoScrollPhase) && !wantsZoom) {
        const QPoint pixels = event->pixelDelta();
        return panBy(pixels.isNull() ? QPointF(event->angleDelta()) / 4 : QPointF(pixels));
    }
    // A notch is a quarter of an octave, so that 50, 100, 200, 400 and 800 % are met.
    const double turn = event->angleDelta().y() / 120., now = 4 * std::log2(zoom());
    if (turn == 0) return;
    double to = now + turn;
    if (std::abs(turn) >= 1)
        to = turn > 0 ? std::floor(now + 1e-6) + turn : std::ceil(now - 1e-6) + turn;
    zoomAt(std::exp2(to / 4), event->position());
}

bool PhotoView::onBar(QPointF where) const {
    return compare_ == Compare::Split && comparing() && !otherHeld_ &&
           std::abs(where.x() - split_ * width()) <= barGrip;
}

bool PhotoView::takesPress(const QMouseEvent& event) const {
    return event.button() == Qt::MiddleButton ||
           (event.button() == Qt::LeftButton && (spaceHeld_ || onBar(event.position())));
}

void PhotoView::mousePressEvent(QMouseEvent* event) {
    last_ = event->position();
    if (!takesPress(*event)) return;
    drag_ = event->button() == Qt::LeftButton && !spaceHeld_ ? Drag::Bar : Drag::Pan;
    if (drag_ == Drag::Pan) setCursor(Qt::ClosedHandCursor);
}

void PhotoView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF moved = event->position() - last_;
    last_ = event->position();
    setPointer(event->position());
    if (drag_ == Drag::Pan) return panBy(moved);
    if (drag_ == Drag::Bar) {
        split_ = std::clamp(event->position().x() / std::max(width(), 1), 0.02, 0.98);
        update();
    }
}

void PhotoView::mouseReleaseEvent(QMouseEvent*) {
    if (drag_ == Drag::Pan && !spaceHeld_) unsetCursor();
    drag_ = Drag::None;
}

void PhotoView::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Space || event->isAutoRepeat())
        return QWidget::keyPressEvent(event);
    spaceHeld_ = true;
    setCursor(Qt::OpenHandCursor);
}

void PhotoView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Space || event->isAutoRepeat())
        return QWidget::keyReleaseEvent(event);
    spaceHeld_ = false;
    unsetCursor();
}

void PhotoView::focusOutEvent(QFocusEvent* event) {
    // Its release goes to somebody else.
    if (spaceHeld_) unsetCursor();
    spaceHeld_ = false;
    holdOther(false);
    holdLoupe(false);
    QWidget::focusOutEvent(event);
}

void PhotoView::setPointer(QPointF where) {
    pointer_ = where;
    if (loupeHeld_) update();
}

}  // namespace daguerre
