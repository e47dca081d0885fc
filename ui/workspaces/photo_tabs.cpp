#include "ui/workspaces/photo_tabs.h"

#include <QMouseEvent>
#include <QPainter>
#include <QStyle>

#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int tabHeight = 32, crossSize = 18, mostWidth = 220, dotSize = 5;

}  // namespace

PhotoTabs::PhotoTabs(QWidget* parent) : QTabBar(parent) {
    setObjectName(QStringLiteral("retouch.tabs"));
    setAccessibleName(tr("Open photos"));
    setDrawBase(false);
    setFixedHeight(tabHeight);  // also before there is a tab
    setExpanding(false);
    setMovable(true);
    setElideMode(Qt::ElideMiddle);
    setUsesScrollButtons(true);
    setFocusPolicy(Qt::TabFocus);
    setMouseTracking(true);
}

void PhotoTabs::setModified(int index, bool modified) {
    if (tabData(index).toBool() == modified) return;
    setTabData(index, modified);
    update();
}

QSize PhotoTabs::tabSizeHint(int index) const {
    const int words = fontMetrics().horizontalAdvance(tabText(index));
    return {std::min(words + 3 * gap3 + crossSize + dotSize, mostWidth), tabHeight};
}

QSize PhotoTabs::minimumTabSizeHint(int) const { return {96, tabHeight}; }

// A bar that isn't shown tells nobody that it grew: QTabBar leaves that for its next painting.
void PhotoTabs::tabInserted(int index) {
    QTabBar::tabInserted(index);
    updateGeometry();
}

void PhotoTabs::tabRemoved(int index) {
    QTabBar::tabRemoved(index);
    updateGeometry();
}

void PhotoTabs::showEvent(QShowEvent* event) {
    QTabBar::showEvent(event);
    updateGeometry();
}

QRect PhotoTabs::cross(int index) const {
    const QRect tab = tabRect(index);
    return QStyle::visualRect(layoutDirection(), tab,
                              {tab.right() - crossSize - gap1, tab.center().y() - crossSize / 2 + 1,
                               crossSize, crossSize});
}

void PhotoTabs::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    for (int i = 0; i < count(); ++i) {
        const QRect tab = tabRect(i);
        const bool current = i == currentIndex();
        if (current)
            painter.fillRect(tab, colour(Token::Raised));
        else if (tab.contains(over_))
            painter.fillRect(tab, colour(Token::Hover));
        painter.fillRect(tab.right(), tab.top() + 6, 1, tab.height() - 12, colour(Token::Hairline));
        if (current) painter.fillRect(tab.left(), tab.top(), tab.width(), 2, colour(Token::Accent));
        const bool modified = tabData(i).toBool();
        QRect words = tab.adjusted(gap3, 1, -crossSize - gap2 - (modified ? dotSize + gap1 : 0), 0);
        words = QStyle::visualRect(layoutDirection(), tab, words);
        painter.setPen(colour(current ? Token::Text : Token::Dim));
        const QString text = fontMetrics().elidedText(tabText(i), Qt::ElideMiddle, words.width());
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeading, text);
        painter.setRenderHint(QPainter::Antialiasing);
        if (modified) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour(Token::Accent));
            const QRect shut = cross(i);
            painter.drawEllipse(
                QRectF(shut.left() - dotSize - gap1, tab.center().y() - 1, dotSize, dotSize));
        }
        const QRect shut = cross(i);
        if (shut.contains(over_)) paintBox(&painter, shut, colour(Token::Groove));
        icon("x", current ? Token::Text : Token::Dim).paint(&painter, shut.adjusted(1, 1, -1, -1));
        painter.setRenderHint(QPainter::Antialiasing, false);
        if (current && hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
            paintFocus(&painter, tab);
    }
}

void PhotoTabs::mousePressEvent(QMouseEvent* event) {
    const int index = tabAt(event->pos());
    pressed_ = index >= 0 && cross(index).contains(event->pos()) ? index : -1;
    if (event->button() == Qt::MiddleButton && index >= 0) return closeWanted(index);
    if (pressed_ < 0) QTabBar::mousePressEvent(event);
}

void PhotoTabs::mouseReleaseEvent(QMouseEvent* event) {
    const int index = std::exchange(pressed_, -1);
    if (index < 0) return QTabBar::mouseReleaseEvent(event);
    if (index < count() && cross(index).contains(event->pos())) Q_EMIT closeWanted(index);
}

void PhotoTabs::mouseMoveEvent(QMouseEvent* event) {
    over_ = event->pos();
    update();
    QTabBar::mouseMoveEvent(event);
}

void PhotoTabs::leaveEvent(QEvent* event) {
    over_ = {-1, -1};
    update();
    QTabBar::leaveEvent(event);
}

}  // namespace daguerre
