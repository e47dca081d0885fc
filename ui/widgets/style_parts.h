// The shapes that the style is made of.
#pragma once

#include <QColor>
#include <QRect>
#include <QSize>
#include <QString>

class QIcon;
class QPainter;
class QStyleOption;
class QStyleOptionMenuItem;
class QStyleOptionSlider;
class QStyleOptionViewItem;
class QWidget;

namespace daguerre {

inline constexpr int sliderHandle = 14;

/// `from` moved by `share` (0 to 1) towards `to`.
QColor towards(const QColor& from, const QColor& to, double share);

/// Round corners, an edge of 1 px inside the rectangle unless it is transparent.
void paintBox(QPainter* painter, const QRect& rect, const QColor& fill,
              const QColor& edge = Qt::transparent, int corner = 4);
void paintFocus(QPainter* painter, const QRect& rect);
/// What lies behind an item of a list: chosen, under the mouse, reached by the keyboard. rect: its
/// own, or smaller.
void paintRow(QPainter* painter, const QStyleOptionViewItem& item, const QRect& rect);
void paintCard(QPainter* painter, const QRect& rect);
/// Ends as round as they can be.
void paintRound(QPainter* painter, const QRect& rect, const QColor& fill);
/// A button of a row: only the outer corners of the first and last are round.
void paintSegment(QPainter* painter, const QWidget* button, const QColor& fill);
/// A field to write or choose in.
void paintField(QPainter* painter, const QStyleOption& option);
/// Icon and words in the painter's pen and font, in the middle of a button.
void paintLabel(QPainter* painter, const QStyleOption& option, const QIcon& icon,
                const QString& text);
void paintCheck(QPainter* painter, const QStyleOption& option);
void paintArrow(QPainter* painter, const QRect& rect, const char* icon);
void paintSplitter(QPainter* painter, const QRect& rect, bool upright, bool over);
/// share: 0 to 1.
void paintProgress(QPainter* painter, const QRect& rect, double share,
                   Qt::LayoutDirection direction, const QColor& ink);
void paintSlider(QPainter* painter, const QStyleOptionSlider& slider, const QRect& handle);
void paintMenuBarItem(QPainter* painter, const QStyleOptionMenuItem& item);
QSize menuItemSize(const QStyleOption& option, QSize size);
void paintMenuItem(QPainter* painter, const QStyleOptionMenuItem& item);
/// The handle of a scroll bar (0), what lies before (-1) or after it (1).
QRect scrollBarPart(const QStyleOptionSlider& bar, int part, int shortest);

}  // namespace daguerre
