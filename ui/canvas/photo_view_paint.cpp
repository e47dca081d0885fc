#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/canvas/photo_view.h"
#include "ui/canvas/tile_pyramid.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int loupeSide = 220;  // px, of each half

/// Grey squares behind what is transparent.
void paintChecks(QPainter& painter, const QRectF& where) {
    static const QPixmap checks = [] {
        QPixmap pixels(16, 16);
        pixels.fill(QColor(0xC8, 0xC8, 0xC8));
        QPainter paint(&pixels);
        paint.fillRect(0, 0, 8, 8, QColor(0xA8, 0xA8, 0xA8));
        paint.fillRect(8, 8, 8, 8, QColor(0xA8, 0xA8, 0xA8));
        return pixels;
    }();
    painter.fillRect(where, QBrush(checks));
}

}  // namespace

TilePyramid& PhotoView::pyramidOf(const Pane& pane) const {
    return pane.other ? *otherPyramid_ : *pyramid_;
}

std::vector<PhotoView::Pane> PhotoView::panes() const {
    const QString& before = otherTitle_;
    const QString after = tr("Now");
    if (other_.size() == Size()) return {{rect(), false, map_, {}}};
    if (otherHeld_) return {{rect(), true, map_, before}};
    switch (compare_) {
        case Compare::Split: {
            const int bar = int(split_ * width());
            return {{QRect(0, 0, bar, height()), true, map_, before},
                    {QRect(bar, 0, width() - bar, height()), false, map_, after}};
        }
        case Compare::SideBySide: {
            const QRect left(0, 0, width() / 2 - 1, height());
            return {{left, true, mapIn(left, zoom_, middle_), before},
                    {nowRect(), false, map_, after}};
        }
        case Compare::Blink:
            return {{rect(), blink_, map_, blink_ ? before : after}};
        case Compare::Difference:
        case Compare::Off:
            break;
    }
    return {{rect(), false, map_, {}}};
}

void PhotoView::improve(const QRect& where) {
    for (const Pane& pane : panes())
        update(pane.map.toWidget(QRectF(where)).toAlignedRect().adjusted(-1, -1, 1, 1) & pane.rect);
    if (loupeHeld_) update();
}

void PhotoView::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    const QRegion dirty = event->region();
    painter.fillRect(event->rect(), surround_.isValid() ? surround_ : colour(Token::Surround));
    if (photo_.size() == Size()) return paintEmpty(painter);
    if (compare_ == Compare::Difference && comparing() && !otherHeld_) {
        paintDifference(painter, event->rect());
    } else {
        for (const Pane& pane : panes())
            if (const QRegion part = dirty & pane.rect; !part.isEmpty())
                paintPane(painter, pane, part);
    }
    if (compare_ == Compare::Split && comparing() && !otherHeld_) paintBar(painter);
    if (loupeHeld_ && other_.size() != Size()) paintLoupe(painter);
    if (!hasFocus() || !window()->testAttribute(Qt::WA_KeyboardFocusChange)) return;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(colour(Token::Focus), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void PhotoView::paintPane(QPainter& painter, const Pane& pane, const QRegion& dirty) {
    painter.save();
    painter.setClipRegion(dirty, Qt::IntersectClip);
    for (const QRect& part : dirty) {
        if (photo_.channels() == 4)
            paintChecks(painter,
                        pane.map.toWidget(QRectF(0, 0, map_.photo.width, map_.photo.height)) &
                            QRectF(part));
        painter.save();
        painter.setClipRect(part, Qt::IntersectClip);
        pyramidOf(pane).paint(painter, pane.map, part, pane.rect, devicePixelRatioF());
        painter.restore();
    }
    if (!pane.other) paintOver(painter, dirty);
    painter.restore();
    paintWords(painter, pane);
}

void PhotoView::paintOver(QPainter&, const QRegion&) {}

void PhotoView::paintDifference(QPainter& painter, const QRect& dirty) {
    const double ratio = devicePixelRatioF();
    const auto seen = [&](TilePyramid& pyramid) {
        QImage image(dirty.size() * ratio, QImage::Format_RGB32);
        image.setDevicePixelRatio(ratio);
        image.fill(Qt::black);
        QPainter part(&image);
        part.translate(-dirty.topLeft());
        pyramid.paint(part, map_, dirty, rect(), ratio);
        return image;
    };
    QImage one = seen(*pyramid_);
    const QImage two = seen(*otherPyramid_);
    for (int y = 0; y < one.height(); ++y) {
        auto* a = one.scanLine(y);
        const auto* b = two.constScanLine(y);
        for (qsizetype i = 0; i < qsizetype(one.width()) * 4; ++i)
            a[i] = uchar(std::min(gain_ * std::abs(int(a[i]) - int(b[i])), 255));
    }
    painter.drawImage(dirty.topLeft(), one);
    paintWords(painter, {rect(), false, map_, tr("Difference, %1 times").arg(gain_)});
}

void PhotoView::paintLoupe(QPainter& painter) {
    // Beside the pointer, where there is room.
    QRect place(0, 0, 2 * loupeSide + 2, loupeSide);
    place.moveTo((pointer_ + QPointF(24, 24)).toPoint());
    place.moveLeft(std::clamp(place.left(), 4, std::max(4, width() - place.width() - 4)));
    if (place.bottom() > height() - 4) place.moveBottom(int(pointer_.y()) - 24);
    const QPointF at = (pointer_ - map_.corner) / map_.scale;
    painter.fillRect(place.adjusted(-2, -2, 2, 2), Qt::black);
    for (const bool other : {true, false}) {
        const QRect half(place.left() + (other ? 0 : loupeSide + 2), place.top(), loupeSide,
                         loupeSide);
        const Pane pane{half, other, mapIn(half, 1, at), other ? otherTitle_ : tr("Now")};
        painter.save();
        painter.setClipRect(half);
        painter.fillRect(half, colour(Token::Surround));
        pyramidOf(pane).paint(painter, pane.map, half, {}, devicePixelRatioF());
        painter.restore();
        paintWords(painter, pane);
    }
    painter.setPen(Qt::white);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(place).adjusted(-0.5, -0.5, 0.5, 0.5));
}

void PhotoView::paintWords(QPainter& painter, const Pane& pane) const {
    if (pane.words.isEmpty()) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(daguerre::font(Type::Caption));
    const QFontMetrics metrics(painter.font());
    const QRect box(pane.rect.left() + gap2, pane.rect.top() + gap2,
                    metrics.horizontalAdvance(pane.words) + 2 * gap2, metrics.height() + gap1);
    painter.setClipRect(pane.rect);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 190));
    painter.drawRoundedRect(box, radius, radius);
    painter.setPen(Qt::white);
    painter.drawText(box, Qt::AlignCenter, pane.words);
    painter.restore();
}

void PhotoView::paintBar(QPainter& painter) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double x = std::floor(split_ * width());
    painter.fillRect(QRectF(x - 2, 0, 4, height()), QColor(0, 0, 0, 120));
    painter.fillRect(QRectF(x - 1, 0, 2, height()), Qt::white);
    painter.setPen(QPen(QColor(0, 0, 0, 160), 1));
    painter.setBrush(Qt::white);
    painter.drawRoundedRect(QRectF(x - 5, height() / 2. - 20, 10, 40), 5, 5);
    painter.setBrush(QColor(0x60, 0x60, 0x60));
    painter.setPen(Qt::NoPen);
    for (int dot = -1; dot <= 1; ++dot)
        painter.drawEllipse(QPointF(x, height() / 2. + dot * 7), 1.5, 1.5);
    painter.restore();
}

void PhotoView::paintEmpty(QPainter& painter) const {
    painter.setPen(colour(Token::Dim));
    painter.setFont(daguerre::font(Type::Words));
    painter.drawText(rect().adjusted(gap5, gap5, -gap5, -gap5),
                     Qt::AlignCenter | int(Qt::TextWordWrap), emptyText_);
}

}  // namespace daguerre
