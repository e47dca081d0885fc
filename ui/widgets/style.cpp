#include "ui/widgets/style.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QFrame>
#include <QPainter>
#include <QPainterPath>
#include <QProxyStyle>
#include <QStyleOption>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

bool has(const QStyleOption* option, QStyle::StateFlag flag) { return option->state & flag; }

void box(QPainter* painter, QRectF rect, const QColor& fill, const QColor& edge = Qt::transparent,
         double width = 1) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (edge.alpha() > 0) {
        rect.adjust(width / 2, width / 2, -width / 2, -width / 2);
        painter->setPen(QPen(edge, width));
    } else {
        painter->setPen(Qt::NoPen);
    }
    painter->setBrush(fill);
    painter->drawRoundedRect(rect, radius, radius);
    painter->restore();
}

void focusRing(QPainter* painter, const QRect& rect) {
    box(painter, rect, Qt::transparent, colour(Token::Focus), 2);
}

class Style : public QProxyStyle {
public:
    Style() : QProxyStyle(QStringLiteral("fusion")) {}
};

}  // namespace

QStyle* makeStyle() { return new Style; }

}  // namespace daguerre
