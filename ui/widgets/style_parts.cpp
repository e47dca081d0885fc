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

void paintRow(QPainter* painter, const QStyleOptionViewItem& item, const QRect& rect) {
    if (item.state & QStyle::State_Selected)
        paintBox(painter, rect, colour(Token::Selection));
    else if (item.state & QStyle::State_MouseOver)
        paintBox(painter, rect, colour(Token::Hover));
    if (item.state & QStyle::State_HasFocus && item.widget &&
        item.widget->window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(painter, rect);
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

void paintField(QPainter* painter, const QStyleOption& option) {
    const bool enabled = option.state & QStyle::State_Enabled;
    QColor edge = colour(enabled ? Token::Control : Token::Groove);
    if (option.state & QStyle::State_MouseOver && enabled) edge = colour(Token::Dim);
    paintBox(painter, option.rect, colour(enabled ? Token::Base : Token::Window), edge);
    if (option.state & QStyle::State_HasFocus) paintFocus(painter, option.rect);
}

void paintLabel(QPainter* painter, const QStyleOption& option, const QIcon& icon,
                const QString& text) {
    const bool enabled = option.state & QStyle::State_Enabled;
    const int sign = icon.isNull() ? 0 : iconSize;
    const int gap = sign > 0 && !text.isEmpty() ? iconGap : 0;
    const QString shown = painter->fontMetrics().elidedText(
        text, Qt::ElideMiddle, option.rect.width() - sign - gap, Qt::TextHideMnemonic);
    const int words = painter->fontMetrics().size(Qt::TextHideMnemonic, shown).width();
    QRect all(0, 0, sign + gap + words, option.rect.height());
    all.moveCenter(option.rect.center());
    const QRect signRect(all.left(), all.center().y() - iconSize / 2 + 1, sign, iconSize);
    if (sign > 0)
        icon.paint(painter, QStyle::visualRect(option.direction, option.rect, signRect),
                   Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    const QRect wordsRect(all.left() + sign + gap, all.top(), words + 1, all.height());
    painter->drawText(QStyle::visualRect(option.direction, option.rect, wordsRect),
                      Qt::AlignVCenter | Qt::TextHideMnemonic, shown);
}

void paintCheck(QPainter* painter, const QStyleOption& option) {
    const bool on = option.state & QStyle::State_On, enabled = option.state & QStyle::State_Enabled;
    if (on) {
        paintBox(painter, option.rect, colour(enabled ? Token::Accent : Token::Groove));
        icon("check-lg", Token::OnAccent).paint(painter, option.rect.adjusted(3, 3, -3, -3));
    } else {
        paintBox(painter, option.rect, colour(Token::Base),
                 colour(enabled ? Token::Control : Token::Groove));
    }
    if (option.state & QStyle::State_HasFocus)
        paintFocus(painter, option.rect.adjusted(-3, -3, 3, 3));
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
                   Qt::LayoutDirection direction, const QColor& ink) {
    QRect bar(rect.left(), rect.center().y() - 2, rect.width(), 5);
    paintRound(painter, bar, colour(Token::Groove));
    QRect full = bar;
    if (share <= 0) return;
    full.setWidth(std::max(int(bar.width() * std::min(share, 1.)), bar.height()));
    paintRound(painter, QStyle::visualRect(direction, bar, full), ink);
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
    if (slider.state & QStyle::State_HasFocus && slider.state & QStyle::State_KeyboardFocusChange) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(colour(Token::Focus), 2));
        painter->drawEllipse(knob.adjusted(-1, -1, 1, 1));
    }
    painter->restore();
}

void paintMenuBarItem(QPainter* painter, const QStyleOptionMenuItem& item) {
    painter->fillRect(item.rect, colour(Token::Window));
    if (item.state & (QStyle::State_Selected | QStyle::State_Sunken))
        paintBox(painter, item.rect, colour(Token::Hover));
    painter->setPen(colour(item.state & QStyle::State_Enabled ? Token::Text : Token::Control));
    painter->drawText(item.rect, Qt::AlignCenter | Qt::TextHideMnemonic, item.text);
}

QSize menuItemSize(const QStyleOption& option, QSize size) {
    const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(&option);
    if (item && item->menuItemType == QStyleOptionMenuItem::Separator)
        return {size.width(), 2 * gap1 + 1};
    return {size.width() + gap5, controlHeight};
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
