#include "ui/widgets/denoise_canvas.h"

#include <QGuiApplication>
#include <QMouseEvent>
#include <QStyleHints>
#include <QWheelEvent>
#include <algorithm>
#include <array>
#include <cmath>

namespace daguerre {
namespace {

constexpr std::array zoomLevels{1 / 16., 1 / 8., 1 / 4., 1 / 2., 1.,  2.,  3.,  4.,  5.,
                                6.,      8.,     10.,    12.,    16., 20., 24., 32., 48.};
constexpr int barGrip = 6;  // px to each side

int gapOf(bool compact) { return compact ? 4 : 8; }

}  // namespace

DenoiseCanvas::DenoiseCanvas(bool compact, QWidget* parent) : QWidget(parent), compact_(compact) {
    setMouseTracking(!compact);
    setFocusPolicy(compact ? Qt::NoFocus : Qt::StrongFocus);
    setMinimumSize(compact ? QSize(320, 160) : QSize(360, 200));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void DenoiseCanvas::setFrames(std::shared_ptr<const Frames> frames) {
    frames_ = std::move(frames);
    beside_ = {};
    held_.clear();
    if (frames_ && chosen_ >= frames_->count()) choose(-1);
    if (alone_ && chosen_ < 0) setAlone(false);
    changed();
}

void DenoiseCanvas::setBeside(Beside beside) {
    beside_ = std::move(beside);
    changed();
}

void DenoiseCanvas::setEmptyText(const QString& text) {
    emptyText_ = text;
    update();
}

void DenoiseCanvas::setStep(int step, bool following) {
    step_ = step;
    following_ = following;
    changed();
}

void DenoiseCanvas::setShowing(Showing showing) {
    showing_ = showing;
    changed();
    Q_EMIT zoomChanged(zoom());
}

void DenoiseCanvas::setColumns(int columns) {
    columns_ = columns;
    fit();
}

int DenoiseCanvas::usualColumns(int count) {
    const int square = int(std::ceil(std::sqrt(double(std::max(count, 1)))));
    for (int columns = square; columns <= square + 2; ++columns)
        if (count % columns == 0) return columns;
    return square;
}

void DenoiseCanvas::setAlone(bool alone) {
    if (alone && chosen_ < 0) choose(0);
    alone = alone && chosen_ >= 0;
    if (alone == alone_) return;
    alone_ = alone;
    fit();
    Q_EMIT aloneChanged(alone_);
}

void DenoiseCanvas::setPixels(bool pixels) {
    pixels_ = pixels;
    update();
}

void DenoiseCanvas::choose(int image) {
    if (image >= (frames_ ? frames_->count() : 0)) image = -1;
    if (image == chosen_) return;
    chosen_ = image;
    if (chosen_ < 0) setAlone(false);
    changed();
    Q_EMIT chosenChanged(chosen_);
}

void DenoiseCanvas::setHeld(int image, bool held) {
    const int step = stepOf(image);
    if (held && step >= 0)
        held_.emplace(image, step);
    else
        held_.erase(image);
    changed();
    Q_EMIT heldChanged(image);
}

int DenoiseCanvas::stepOf(int image) const {
    if (!frames_ || image < 0 || image >= frames_->count()) return -1;
    const auto held = held_.find(image);
    if (held != held_.end()) return frames_->atMost(image, held->second);
    return frames_->atMost(image, following_ ? frames_->steps() : step_);
}

QString DenoiseCanvas::badgeOf(int image) const {
    const int step = stepOf(image);
    return step < 0 || (step == step_ && !held(image)) ? QString() : QString::number(step);
}

QRect DenoiseCanvas::cell(int image, Showing half) const {
    for (const Pane& pane : panes())
        if (pane.half == half) return cellIn(pane, image).toRect();
    return {};
}

void DenoiseCanvas::changed() {
    const int count = frames_ ? frames_->count() : 0;
    setAccessibleName(count == 1 ? tr("1 picture at step %1").arg(step_)
                                 : tr("%1 pictures at step %2").arg(count).arg(step_));
    update();
}

// Geometry.

bool DenoiseCanvas::hasBeside() const { return showing_ == Showing::Split && beside_.frames; }

bool DenoiseCanvas::noisy() const {
    return !frames_ || frames_->steps() == 0 || frames_->hasNoise();
}

bool DenoiseCanvas::halved() const {
    return hasBeside() || (showing_ == Showing::Split && noisy());
}

std::vector<DenoiseCanvas::Pane> DenoiseCanvas::panes() const {
    if (!halved()) {
        const bool pictures = showing_ == Showing::Split ||
                              (showing_ == Showing::Noise && !noisy()) ||
                              (showing_ == Showing::Change && frames_ && frames_->steps() == 1);
        return {{rect(), pictures ? Showing::Guess : showing_}};
    }
    const int bar = barX(), apart = compact_ ? margin : 0;
    return {{QRect(0, 0, bar - apart, height()), Showing::Noise},
            {QRect(bar + apart, 0, width() - bar - apart, height()), Showing::Guess}};
}

QRect DenoiseCanvas::pictureArea(const Pane& pane) const {
    const int side = compact_ ? 0 : margin;
    return pane.rect.adjusted(side, headingHeight + side, -side, -side);
}

QSize DenoiseCanvas::shape() const {
    const int count = alone_ ? 1 : std::max(frames_ ? frames_->count() : 0, 1);
    const int columns = alone_ ? 1 : std::min(columns_ > 0 ? columns_ : usualColumns(count), count);
    return {columns, (count + columns - 1) / columns};
}

QSizeF DenoiseCanvas::gridSize(double zoom) const {
    const QSize picture = frames_ && !frames_->size().isEmpty() ? frames_->size() : QSize(28, 28);
    const double scale = zoom / devicePixelRatioF();
    const int gap = gapOf(compact_);
    return {shape().width() * (picture.width() * scale + gap) - gap,
            shape().height() * (picture.height() * scale + gap) - gap};
}

double DenoiseCanvas::fitZoom() const {
    const std::vector<Pane> all = panes();
    const Pane& pane = *std::max_element(all.begin(), all.end(), [](const Pane& a, const Pane& b) {
        return a.rect.width() < b.rect.width();
    });
    const QSize area = pictureArea(pane).size();
    const QSizeF one = gridSize(1), none = gridSize(0);
    const double zoom = std::min((area.width() - none.width()) / (one.width() - none.width()),
                                 (area.height() - none.height()) / (one.height() - none.height()));
    return zoom >= 1 ? std::floor(zoom) : std::max(zoom, zoomLevels.front());
}

QPointF DenoiseCanvas::corner(const Pane& pane, double zoom) const {
    const QRectF area = pictureArea(pane);
    const QSizeF grid = gridSize(zoom);
    const double ratio = devicePixelRatioF();
    QPointF at = area.center() - QPointF(grid.width(), grid.height()) / 2;
    if (compact_) at = area.topLeft();
    if (!fits_) at += offset_;
    return {std::round(at.x() * ratio) / ratio, std::round(at.y() * ratio) / ratio};
}

QRectF DenoiseCanvas::cellIn(const Pane& pane, int image) const {
    if (alone_ && image != chosen_) return {};
    const int place = alone_ ? 0 : image, columns = shape().width();
    const QSizeF grid = gridSize(zoom());
    const int gap = gapOf(compact_);
    const double w = (grid.width() + gap) / columns, h = (grid.height() + gap) / shape().height();
    const QPointF at = corner(pane, zoom()) + QPointF(place % columns * w, place / columns * h);
    return {at, QSizeF(w - gap, h - gap)};
}

int DenoiseCanvas::imageAt(QPointF where) const {
    if (!frames_) return -1;
    for (const Pane& pane : panes())
        for (int i = 0; pane.rect.contains(where.toPoint()) && i < frames_->count(); ++i)
            if (cellIn(pane, i).contains(where)) return i;
    return -1;
}

QPointF DenoiseCanvas::limited(QPointF offset) const {
    const QSizeF grid = gridSize(zoom());
    const QRect area = pictureArea(panes().back());
    const double w = std::max(0., (grid.width() + area.width()) / 2 - 40);
    const double h = std::max(0., (grid.height() + area.height()) / 2 - 40);
    return {std::clamp(offset.x(), -w, w), std::clamp(offset.y(), -h, h)};
}

void DenoiseCanvas::zoomAt(double zoom, QPointF where) {
    const std::vector<Pane> all = panes();
    const Pane& pane = all[where.x() >= all.back().rect.left() ? all.size() - 1 : 0];
    const double before = this->zoom();
    const QPointF from = where - corner(pane, before);
    const int gap = gapOf(compact_), columns = shape().width(), rows = shape().height();
    const auto moved = [&](double at, double sizeBefore, double sizeAfter, int cells) {
        const double pitch = (sizeBefore + gap) / cells;
        const double index = std::clamp(std::floor(at / pitch), 0., cells - 1.);
        return index * (sizeAfter + gap) / cells + (at - index * pitch) * zoom / before;
    };
    const QSizeF old = gridSize(before), now = gridSize(zoom);
    const QPointF to(moved(from.x(), old.width(), now.width(), columns),
                     moved(from.y(), old.height(), now.height(), rows));
    fits_ = false;
    zoom_ = zoom;
    offset_ = {};
    offset_ = limited(where - to - corner(pane, zoom));
    update();
    Q_EMIT zoomChanged(zoom);
}

void DenoiseCanvas::setZoom(double zoom) { zoomAt(zoom, pictureArea(panes().front()).center()); }

void DenoiseCanvas::zoomStep(int direction) {
    const double now = zoom();
    if (direction > 0) {
        const auto next = std::upper_bound(zoomLevels.begin(), zoomLevels.end(), now);
        if (next != zoomLevels.end()) setZoom(*next);
    } else {
        const auto next = std::lower_bound(zoomLevels.begin(), zoomLevels.end(), now);
        if (next != zoomLevels.begin()) setZoom(*std::prev(next));
    }
}

void DenoiseCanvas::fit() {
    fits_ = true;
    offset_ = {};
    update();
    Q_EMIT zoomChanged(zoom());
}

void DenoiseCanvas::resizeEvent(QResizeEvent*) {
    if (fits_) Q_EMIT zoomChanged(zoom());
}

// Wheel and mouse.

void DenoiseCanvas::wheelEvent(QWheelEvent* event) {
    if (compact_) return event->ignore();
    if (const QPoint pan = event->pixelDelta();
        !pan.isNull() && event->buttons() == 0 && event->modifiers() == Qt::ShiftModifier) {
        zoomAt(zoom(), event->position());
        offset_ = limited(offset_ + pan);
        update();
        return;
    }
    const int turn = event->angleDelta().y();
    const auto next = turn > 0 ? std::upper_bound(zoomLevels.begin(), zoomLevels.end(), zoom())
                               : std::lower_bound(zoomLevels.begin(), zoomLevels.end(), zoom());
    if (turn > 0 && next != zoomLevels.end()) zoomAt(*next, event->position());
    if (turn < 0 && next != zoomLevels.begin()) zoomAt(*std::prev(next), event->position());
}

bool DenoiseCanvas::onBar(QPoint where) const {
    return halved() && !compact_ && std::abs(where.x() - barX()) <= barGrip;
}

void DenoiseCanvas::mousePressEvent(QMouseEvent* event) {
    if (compact_) return event->ignore();
    pressed_ = last_ = event->pos();
    if (event->button() == Qt::RightButton) {
        if (const int image = imageAt(event->position()); image >= 0) setHeld(image, !held(image));
    } else if (event->button() == Qt::LeftButton) {
        drag_ = onBar(event->pos()) ? Drag::Bar : Drag::Press;
    } else if (event->button() == Qt::MiddleButton) {
        drag_ = Drag::Pan;
    }
}

void DenoiseCanvas::mouseMoveEvent(QMouseEvent* event) {
    const int far = QGuiApplication::styleHints()->startDragDistance();
    if (drag_ == Drag::Press && (event->pos() - pressed_).manhattanLength() >= far)
        drag_ = Drag::Pan;
    if (drag_ == Drag::Bar) {
        split_ = std::clamp(double(event->pos().x()) / std::max(width(), 1), 0.1, 0.9);
        if (fits_) Q_EMIT zoomChanged(zoom());
        update();
    } else if (drag_ == Drag::Pan) {
        zoom_ = zoom();
        fits_ = false;
        offset_ = limited(offset_ + QPointF(event->pos() - last_));
        update();
    }
    last_ = event->pos();
    const bool panning = drag_ == Drag::Pan;
    setCursor(panning                                     ? Qt::ClosedHandCursor
              : drag_ == Drag::Bar || onBar(event->pos()) ? Qt::SplitHCursor
                                                          : Qt::ArrowCursor);
}

void DenoiseCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (drag_ == Drag::Press && event->button() == Qt::LeftButton)
        if (const int image = imageAt(event->position()); image >= 0) choose(image);
    drag_ = Drag::None;
    setCursor(onBar(event->pos()) ? Qt::SplitHCursor : Qt::ArrowCursor);
}

void DenoiseCanvas::keyPressEvent(QKeyEvent* event) {
    const int count = frames_ ? frames_->count() : 0;
    const bool plain = event->modifiers() == Qt::NoModifier && count > 0;
    if (plain && event->key() == Qt::Key_Up)
        return choose((chosen_ + count - (chosen_ >= 0)) % count);
    if (plain && event->key() == Qt::Key_Down) return choose((chosen_ + 1) % count);
    if (plain && event->key() == Qt::Key_Return && chosen_ >= 0) return setAlone(!alone_);
    event->ignore();
}

void DenoiseCanvas::focusInEvent(QFocusEvent* event) {
    ring_ = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    update();
}

void DenoiseCanvas::focusOutEvent(QFocusEvent*) {
    ring_ = false;
    update();
}

void DenoiseCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (compact_ || event->button() != Qt::LeftButton) return;
    if (onBar(event->pos())) {
        split_ = 0.5;
        return fit();
    }
    if (const int image = imageAt(event->position()); image >= 0) {
        choose(image);
        setAlone(!alone());
    }
}

}  // namespace daguerre
