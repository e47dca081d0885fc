#include "ui/widgets/style_parts.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QStyleOption>
#include <QWidget>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

QColor towards(const QColor& from, const QColor& to, double share) {
    if (from.alpha() == 0) return from;
    const auto mix = [&](int a, int b) { return int(a + (b - a) * share); };
    return {mix(from.red(), to.red()), mix(from.green(), to.green()), mix(from.blue(), to.blue())};
}

void paintBox(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& edge,
              int corner) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill);
    painter->setPen(edge.alpha() > 0 ? QPen(edge, 1) : QPen(Qt::NoPen));
    const double inset = edge.alpha() > 0 ? 0.5 : 0;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), corner, corner);
    painter->restore();
}

void paintFocus(QPainter* painter, const QRect& rect) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(colour(Token::Focus), 2));
    painter->drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius);
    painter->restore();
}

void paintCard(QPainter* painter, const QRect& rect) {
    const QColor edge = isDark() ? QColor(Qt::transparent) : colour(Token::Hairline);
    paintBox(painter, rect, colour(Token::Raised), edge);
}

void paintRound(QPainter* painter, const QRect& rect, const QColor& fill) {
    const double corner = std::min(rect.width(), rect.height()) / 2.;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(fill);
    painter->drawRoundedRect(rect, corner, corner);
    painter->restore();
}

void paintSegment(QPainter* painter, const QWidget* button, const QColor& fill) {
    const QRect row = button->parentWidget()->rect().translated(-button->pos());
    QPainterPath round, own;
    round.addRoundedRect(row, radius, radius);
    own.addRect(button->rect());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillPath(round & own, fill);
    painter->restore();
}

void paintArrow(QPainter* painter, const QRect& rect, const char* name) {
    QRect where(0, 0, std::min(rect.width(), 12), std::min(rect.width(), 12));
    where.moveCenter(rect.center());
    icon(name, Token::Dim).paint(painter, where);
}

void paintSplitter(QPainter* painter, const QRect& rect, bool upright, bool over) {
    const QColor line = colour(over ? Token::Control : Token::Hairline);
    if (upright)
        painter->fillRect(rect.center().x(), rect.top(), 1, rect.height(), line);
    else
        painter->fillRect(rect.left(), rect.center().y(), rect.width(), 1, line);
}

void paintProgress(QPainter* painter, const QRect& rect, double share,
                   Qt::LayoutDirection direction) {
    QRect bar(rect.left(), rect.center().y() - 2, rect.width(), 5);
    paintRound(painter, bar, colour(Token::Groove));
    QRect full = bar;
    full.setWidth(int(bar.width() * std::clamp(share, 0., 1.)));
    if (full.width() < 2) return;
    paintRound(painter, QStyle::visualRect(direction, bar, full), colour(Token::Accent));
}

void paintSlider(QPainter* painter, const QStyleOptionSlider& slider, const QRect& handle) {
    const bool enabled = slider.state & QStyle::State_Enabled;
    const QColor accent = colour(enabled ? Token::Accent : Token::Control);
    const QPoint middle = handle.center();
    QRect groove = slider.rect, full = slider.rect;
    if (slider.orientation == Qt::Horizontal) {
        groove = QRect(slider.rect.left() + 1, middle.y() - 1, slider.rect.width() - 2, 4);
        full = groove;
        slider.upsideDown ? full.setLeft(middle.x()) : full.setRight(middle.x());
    } else {
        groove = QRect(middle.x() - 1, slider.rect.top() + 1, 4, slider.rect.height() - 2);
        full = groove;
        slider.upsideDown ? full.setTop(middle.y()) : full.setBottom(middle.y());
    }
    paintRound(painter, groove, colour(Token::Groove));
    paintRound(painter, full, accent);
    QRectF knob(0, 0, sliderHandle, sliderHandle);
    knob.moveCenter(QRectF(handle).center());
    const bool over = slider.state & QStyle::State_MouseOver && enabled;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(over ? towards(accent, colour(Token::Text), 0.2) : accent);
    painter->drawEllipse(knob);
    if (slider.state & QStyle::State_HasFocus) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(colour(Token::Focus), 2));
        painter->drawEllipse(knob.adjusted(-1, -1, 1, 1));
    }
    painter->restore();
}

void paintMenuItem(QPainter* painter, const QStyleOptionMenuItem& item) {
    const QRect rect = item.rect;
    painter->fillRect(rect, colour(Token::Raised));
    if (item.menuItemType == QStyleOptionMenuItem::Separator)
        return painter->fillRect(rect.left(), rect.center().y(), rect.width(), 1,
                                 colour(Token::Groove));
    const bool enabled = item.state & QStyle::State_Enabled;
    if (item.state & QStyle::State_Selected && enabled)
        paintBox(painter, rect, colour(Token::Selection));
    const auto mirrored = [&](const QRect& where) {
        return QStyle::visualRect(item.direction, rect, where);
    };
    const QRect mark = mirrored({rect.left() + gap2, rect.center().y() - 7, iconSize, iconSize});
    if (item.checked)
        icon("check2", Token::Accent).paint(painter, mark);
    else if (!item.icon.isNull())
        item.icon.paint(painter, mark, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    painter->setPen(colour(enabled ? Token::Text : Token::Control));
    painter->setFont(item.font);
    const QStringList parts = item.text.split(QLatin1Char('\t'));
    const QRect line = rect.adjusted(gap2 + iconSize + gap2, 0, -gap3, 0);
    const int start = int(QStyle::visualAlignment(item.direction, Qt::AlignLeft));
    const int end = int(QStyle::visualAlignment(item.direction, Qt::AlignRight));
    painter->drawText(mirrored(line), Qt::AlignVCenter | Qt::TextHideMnemonic | start, parts[0]);
    if (parts.size() > 1) {
        painter->setPen(colour(enabled ? Token::Dim : Token::Control));
        painter->drawText(mirrored(line), Qt::AlignVCenter | end, parts[1]);
    }
    if (item.menuItemType == QStyleOptionMenuItem::SubMenu)
        paintArrow(painter, mirrored({rect.right() - 20, rect.center().y() - 5, 10, 10}),
                   item.direction == Qt::LeftToRight ? "chevron-right" : "chevron-left");
}

QRect scrollBarPart(const QStyleOptionSlider& bar, int part, int shortest) {
    const bool across = bar.orientation == Qt::Horizontal;
    const int length = across ? bar.rect.width() : bar.rect.height();
    const qint64 range = qint64(bar.maximum) - bar.minimum;
    int handle = length;
    if (range > 0)
        handle = std::clamp(int(qint64(bar.pageStep) * length / (range + bar.pageStep)),
                            std::min(shortest, length), length);
    const int start = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                      length - handle, bar.upsideDown);
    const int from = part < 0 ? 0 : part == 0 ? start : start + handle;
    const int to = part < 0 ? start : part == 0 ? start + handle : length;
    const QRect where =
        across ? QRect(bar.rect.left() + from, bar.rect.top(), to - from, bar.rect.height())
               : QRect(bar.rect.left(), bar.rect.top() + from, bar.rect.width(), to - from);
    return QStyle::visualRect(bar.direction, bar.rect, where);
}

}  // namespace daguerre
