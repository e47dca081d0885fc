#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/qimage.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

/// The difference of two guesses around a middle grey.
QImage amplifiedChange(const Image& now, const Image& before) {
    Image result = now;
    for (std::size_t i = 0; i < result.pixels.size(); ++i) {
        const int difference = int(now.pixels[i]) - int(before.pixels[i]);
        const int value = 128 + DenoiseCanvas::amplification * difference;
        result.pixels[i] = std::byte(std::clamp(value, 0, 255));
    }
    return asQImage(std::make_shared<const Image>(std::move(result)));
}

QString titleOf(Showing half) {
    if (half == Showing::Noise) return DenoiseCanvas::tr("Noisy picture x");
    if (half == Showing::Guess) return DenoiseCanvas::tr("Clean guess");
    return DenoiseCanvas::tr("Change");
}

QString captionOf(Showing half) {
    if (half == Showing::Noise) return DenoiseCanvas::tr("what the sampler holds");
    if (half == Showing::Guess) return DenoiseCanvas::tr("what the network sees in it");
    return DenoiseCanvas::tr("what the last step altered in the clean guess, amplified %1 times")
        .arg(DenoiseCanvas::amplification);
}

QFont captionFont() {
    QFont small = daguerre::font(Type::Caption);
    small.setWeight(QFont::DemiBold);
    return small;
}

}  // namespace

QImage DenoiseCanvas::picture(Showing half, int image) const {
    const int step = stepOf(image);
    if (step < 0) return {};
    if (half == Showing::Noise && hasBeside()) {
        const Frames& other = *beside_.frames;
        if (image >= other.count()) return {};
        const int there = step == frames_->steps() ? other.steps() : step;
        return asQImage(other.guess(image, other.atMost(image, there)));
    }
    if (half == Showing::Noise) return asQImage(frames_->noisy(image, step));
    const std::shared_ptr<const Image> now = frames_->guess(image, step);
    if (half == Showing::Guess) return asQImage(now);
    const int earlier = frames_->atMost(image, step - 1);
    const std::shared_ptr<const Image> before = earlier < 0 ? now : frames_->guess(image, earlier);
    if (!now || !before || now->pixels.size() != before->pixels.size()) return {};
    return amplifiedChange(*now, *before);
}

void DenoiseCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!compact_) painter.fillRect(rect(), colour(Token::Surround));
    if (!frames_ && !compact_) return paintEmpty(painter);
    for (const Pane& pane : panes()) paintPane(painter, pane);
    if (halved() && !compact_) paintBar(painter);
    if (!ring_) return;
    painter.setPen(QPen(colour(Token::Focus), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void DenoiseCanvas::paintEmpty(QPainter& painter) const {
    painter.setPen(colour(Token::Dim));
    painter.drawText(rect().adjusted(margin, margin, -margin, -margin),
                     Qt::AlignCenter | Qt::TextWordWrap, emptyText_);
}

void DenoiseCanvas::paintPane(QPainter& painter, const Pane& pane) const {
    painter.save();
    painter.setClipRect(pane.rect);
    paintHeading(painter, pane);
    const int side = compact_ ? 0 : 8;
    painter.setClipRect(pictureArea(pane).adjusted(-side, -side, side, side) & pane.rect);
    const int count = frames_ ? frames_->count() : 0;
    for (int image = 0; image < count; ++image) paintCell(painter, pane, image);
    painter.restore();
}

void DenoiseCanvas::paintHeading(QPainter& painter, const Pane& pane) const {
    const QFont bold = daguerre::font(Type::Section);
    const QPointF grid = corner(pane, zoom());
    const int left =
        compact_ ? pane.rect.left() : std::max(int(grid.x()), pane.rect.left() + margin);
    const int top = std::max(int(grid.y()) - headingHeight, pane.rect.top() + (compact_ ? 0 : 8));
    QRect line(left, top, pane.rect.right() - 8 - left, 20);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::WindowText));
    const bool alone = pane.half == Showing::Guess && !noisy() && !halved();
    const QString title = alone                         ? tr("Pictures")
                          : !hasBeside()                ? titleOf(pane.half)
                          : pane.half == Showing::Noise ? beside_.title
                                                        : beside_.ownTitle;
    const QString words = hasBeside() ? tr("clean guess") : captionOf(pane.half);
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, title);
    if (alone) return;
    line.setLeft(left + QFontMetrics(bold).horizontalAdvance(title) + 8);
    painter.setFont(font());
    painter.setPen(colour(Token::Dim));
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                     fontMetrics().elidedText(words, Qt::ElideRight, line.width()));
}

void DenoiseCanvas::paintCell(QPainter& painter, const Pane& pane, int image) const {
    const QRectF where = cellIn(pane, image);
    if (!where.intersects(pane.rect)) return;
    const QImage pixels = picture(pane.half, image);
    if (pixels.isNull() && compact_) {
        painter.fillRect(where, colour(Token::Surround));
    } else if (pixels.isNull()) {
        painter.setPen(colour(Token::Hairline));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(where.adjusted(0.5, 0.5, -0.5, -0.5));
    } else {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, !pixels_ || zoom() < 1);
        painter.drawImage(where, pixels);
    }
    if (image == chosen_ && !alone_ && !compact_) {
        painter.setPen(QPen(colour(Token::Accent), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(where.adjusted(-2, -2, 2, 2));
    }
    if (!pixels.isNull()) paintBadge(painter, where, image);
}

void DenoiseCanvas::paintBadge(QPainter& painter, QRectF cell, int image) const {
    const QString step = badgeOf(image);
    if (step.isEmpty() || compact_) return;
    const QFont small = captionFont();
    const double pause = held(image) ? 10 : 0;
    const double width = QFontMetricsF(small).horizontalAdvance(step) + 8 + pause;
    const QRectF box(cell.right() - width - 3, cell.bottom() - 18 - 3, width, 18);
    if (box.left() < cell.left() || box.top() < cell.top()) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 190));
    painter.drawRoundedRect(box, 3, 3);
    painter.setBrush(Qt::white);
    for (int bar = 0; bar < 2 && pause > 0; ++bar)
        painter.drawRect(QRectF(box.left() + 5 + bar * 4, box.center().y() - 4, 2, 8));
    painter.setPen(Qt::white);
    painter.setFont(small);
    painter.drawText(box.adjusted(pause, 0, 0, 0), Qt::AlignCenter, step);
    painter.restore();
}

void DenoiseCanvas::paintBar(QPainter& painter) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.fillRect(QRect(barX() - 1, 0, 2, height()), colour(Token::Groove));
    const QRectF grip(barX() - 4, height() / 2. - 20, 8, 40);
    painter.setBrush(colour(Token::Control));
    painter.drawRoundedRect(grip, 4, 4);
    painter.setBrush(colour(Token::Surround));
    for (int dot = -1; dot <= 1; ++dot)
        painter.drawEllipse(QPointF(barX(), height() / 2. + dot * 6), 1.2, 1.2);
    painter.restore();
}

}  // namespace daguerre
