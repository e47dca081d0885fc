#include <QPainter>
#include <cmath>

#include "ui/canvas/background.h"
#include "ui/canvas/canvas.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

/// On any photo: white over black.
void paintTwice(QPainter& painter, Qt::PenStyle style, const auto& draw) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1));
    draw();
    painter.setPen(QPen(Qt::white, 1, style));
    draw();
}

}  // namespace

QRect Canvas::deviceRect(const QRect& widget) const {
    const double ratio = devicePixelRatioF();
    return QRectF(widget.x() * ratio, widget.y() * ratio, widget.width() * ratio,
                  widget.height() * ratio)
        .toAlignedRect();
}

void Canvas::updatePhotoRect(const QRect& where, int margin) {
    if (!where.isEmpty())
        update(viewMap()
                   .toWidget(QRectF(where))
                   .toAlignedRect()
                   .adjusted(-margin, -margin, margin, margin));
}

void Canvas::updateOutline() {
    if (!tool_) return;
    if (!panKeyHeld() && !dragging() && cursor().shape() != tool_->cursor())
        setCursor(tool_->cursor());
    QRect now;
    if (document_ && (inside_ || keyboard_)) now = tool_->outline(pen_).adjusted(-3, -3, 3, 3);
    if (keyboard_) now |= QRect(pen_.on.toPoint() - QPoint(12, 12), QSize(24, 24));
    update(outline_ | now);
    outline_ = now;
}

void Canvas::paintMask(QPainter& painter, const QRect& dirty, const MaskView& mask,
                       const QColor& colour, bool line) const {
    const double ratio = devicePixelRatioF();
    const QRectF photo =
        viewMap().toWidget(QRectF(0, 0, viewMap().photo.width, viewMap().photo.height));
    const QRect where =
        deviceRect(dirty) & QRectF(photo.topLeft() * ratio, photo.size() * ratio).toAlignedRect();
    if (mask.blank()) return;
    const QImage picture = mask.picture(where, viewMap(), ratio, colour, line);
    if (!picture.isNull())
        painter.drawImage(QRectF(QPointF(where.topLeft()) / ratio, QSizeF(where.size()) / ratio),
                          picture);
}

void Canvas::paintPreview(QPainter& painter, const QRect& dirty) const {
    const QRectF place = viewMap().toWidget(QRectF(previewPlace_));
    const double ratio = devicePixelRatioF();
    const QRect where = deviceRect(dirty & place.toAlignedRect());
    if (where.isEmpty()) return;
    QImage picture(where.size(), QImage::Format_ARGB32_Premultiplied);
    picture.fill(Qt::transparent);
    QPainter inside(&picture);
    inside.translate(-where.topLeft());
    inside.scale(ratio, ratio);
    inside.setRenderHint(QPainter::SmoothPixmapTransform);
    inside.drawImage(place, preview_);
    inside.resetTransform();
    inside.setCompositionMode(QPainter::CompositionMode_DestinationIn);
    inside.drawImage(0, 0, shownOf(Layer::Mask).hole(where, viewMap(), ratio));
    inside.end();
    painter.drawImage(QRectF(QPointF(where.topLeft()) / ratio, QSizeF(where.size()) / ratio),
                      picture);
}

void Canvas::paintSeen(QPainter& painter) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (const QRect& box : seen_) {
        const QRectF where = viewMap().toWidget(QRectF(box)).toAlignedRect();
        paintTwice(painter, Qt::DotLine, [&] { painter.drawRect(where.adjusted(0, 0, -1, -1)); });
    }
    if (!seen_.empty() && !seenWords_.isEmpty()) {
        const QRect first = viewMap().toWidget(QRectF(seen_.front())).toAlignedRect();
        painter.setFont(daguerre::font(Type::Caption));
        const QFontMetrics metrics(painter.font());
        QRect words(first.left(), first.top() - metrics.height() - gap1,
                    metrics.horizontalAdvance(seenWords_) + 2 * gap1, metrics.height() + 2);
        if (words.top() < 0) words.moveTop(std::max(first.top() + 2, 2));
        words.moveLeft(std::clamp(words.left(), 2, std::max(2, width() - words.width() - 2)));
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 190));
        painter.drawRoundedRect(words, 3, 3);
        painter.setPen(Qt::white);
        painter.drawText(words, Qt::AlignCenter, seenWords_);
    }
    painter.restore();
}

void Canvas::paintPointer(QPainter& painter) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const auto& [ink, thick] :
         {std::pair(QColor(Qt::black), 4.0), {colour(Token::Focus), 2.0}}) {
        painter.setPen(QPen(ink, thick));
        painter.drawEllipse(pen_.on, 7, 7);
    }
}

void Canvas::paintOver(QPainter& painter, const QRegion& dirty) {
    if (!document_) return;
    if (!comparing()) {
        for (const QRect& part : dirty) {
            if (!preview_.isNull()) paintPreview(painter, part);
            for (const Layer layer : {Layer::CopyFrom, Layer::NeverCopy})
                if (copyShown_ && (maskShown_ || layer_ != Layer::Mask))
                    paintMask(painter, part, shownOf(layer), rowOf(layer).colour, layer == layer_);
            if (maskShown_) paintMask(painter, part, shownOf(Layer::Mask), maskColour_, true);
        }
        paintSeen(painter);
    }
    if (inside_ || keyboard_ || tool_->busy()) {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        tool_->paint(painter, pen_);
        painter.restore();
    }
    if (keyboard_) paintPointer(painter);
}

}  // namespace daguerre
