#include <QApplication>
#include <QDrag>
#include <QHelpEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>
#include <QToolTip>
#include <QUrl>
#include <algorithm>
#include <array>
#include <cstring>

#include "ui/widgets/history_strip.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int margin = 12, leastGroup = 116, captionHeight = 18;

/// The settings by which neighbours are told apart, in the order they are said.
const std::array<const char*, 6> telling{"Model", "Sampler",   "Schedule type",
                                         "Steps", "CFG scale", "Eta"};

QString said(const char* key, const QString& value) {
    if (std::strcmp(key, "Steps") == 0) return HistoryCells::tr("%1 steps").arg(value);
    if (std::strcmp(key, "CFG scale") == 0) return HistoryCells::tr("guidance %1").arg(value);
    if (std::strcmp(key, "Eta") == 0) return HistoryCells::tr("eta %1").arg(value);
    return value;
}

}  // namespace

HistoryCells::HistoryCells(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("History"));
    const int scrollBar = style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    setMinimumHeight(4 + side + 3 + captionHeight + scrollBar);
}

void HistoryCells::lay(const std::vector<HistoryItem>* items, std::vector<int> shown) {
    items_ = items;
    shown_ = std::move(shown);
    x_.assign(shown_.size(), 0);
    groups_.clear();
    int x = margin;
    for (int place = 0; place < int(shown_.size()); ++place) {
        const bool fresh = groups_.empty() || at(place).press != at(groups_.back().first).press;
        if (fresh && !groups_.empty()) {
            Group& last = groups_.back();
            x = last.x + std::max(x - gap - last.x, leastGroup) + groupGap;
        }
        if (fresh) groups_.push_back({x, 0, place, 0});
        x_[std::size_t(place)] = x;
        ++groups_.back().count;
        groups_.back().width = std::max(x + side - groups_.back().x, leastGroup);
        x += side + gap;
    }
    width_ = groups_.empty() ? 0 : groups_.back().x + groups_.back().width + margin;
    if (std::find(shown_.begin(), shown_.end(), current_) == shown_.end()) current_ = -1;
    resizeEvent(nullptr);
    viewport()->update();
}

void HistoryCells::resizeEvent(QResizeEvent*) {
    horizontalScrollBar()->setRange(0, std::max(0, width_ - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(side + gap);
}

QRect HistoryCells::cell(int item) const {
    const auto found = std::find(shown_.begin(), shown_.end(), item);
    if (found == shown_.end()) return {};
    const int x = x_[std::size_t(found - shown_.begin())] - horizontalScrollBar()->value();
    return {x, 4, side, side};
}

int HistoryCells::itemAt(QPoint where) const {
    if (where.y() < 4 || where.y() >= 4 + side) return -1;
    const int x = where.x() + horizontalScrollBar()->value();
    const auto after = std::upper_bound(x_.begin(), x_.end(), x);
    if (after == x_.begin() || x >= *std::prev(after) + side) return -1;
    return shown_[std::size_t(std::prev(after) - x_.begin())];
}

void HistoryCells::setCurrent(int item) {
    if (item == current_) return;
    current_ = item;
    setAccessibleName(item < 0 ? tr("History")
                               : HistoryStrip::describe((*items_)[std::size_t(item)]));
    if (item >= 0) reach(item);
    viewport()->update();
}

void HistoryCells::reach(int item) {
    const QRect where = cell(item);
    QScrollBar* bar = horizontalScrollBar();
    if (where.isEmpty()) return;
    if (where.left() < margin) bar->setValue(bar->value() + where.left() - margin);
    const int over = where.right() + margin - viewport()->width();
    if (over > 0) bar->setValue(bar->value() + over);
}

QString HistoryCells::captionOf(const Group& group) const {
    const HistoryItem& first = at(group.first);
    QStringList words;
    bool mixed = false;
    for (int place = group.first; place < group.first + group.count; ++place)
        mixed = mixed || at(place).title != first.title;
    words << (mixed                   ? tr("mix")
              : first.title.isEmpty() ? first.setting(QStringLiteral("Model"))
                                      : first.title);
    const int next = group.first + group.count;
    for (const char* key : telling) {
        const QString name = QLatin1String(key), value = first.setting(name);
        const bool differs = next >= int(shown_.size()) || at(next).setting(name) != value;
        if (differs && !value.isEmpty() && !words.contains(value)) words << said(key, value);
    }
    if (words.size() == 1) words << tr("seed %1").arg(first.setting(QStringLiteral("Seed")));
    return words.join(QStringLiteral(" · "));
}

void HistoryCells::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const int left = horizontalScrollBar()->value();
    painter.translate(-left, 0);
    painter.setFont(daguerre::font(Type::Caption));
    for (const Group& group : groups_) {
        if (group.x + group.width < left || group.x > left + viewport()->width()) continue;
        for (int place = group.first; place < group.first + group.count; ++place)
            paintCell(painter, place, QRect(x_[std::size_t(place)], 4, side, side));
        painter.setPen(colour(Token::Dim));
        const QRect line(group.x, 4 + side + 3, group.width, captionHeight);
        painter.drawText(
            line, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(captionOf(group), Qt::ElideRight, group.width));
    }
}

void HistoryCells::paintCell(QPainter& painter, int place, QRect where) const {
    const HistoryItem& item = at(place);
    painter.fillRect(where, colour(Token::Surround));
    if (!item.thumbnail.isNull()) {
        const QSize size = item.thumbnail.size().scaled(where.size(), Qt::KeepAspectRatio);
        QRect inside({}, size);
        inside.moveCenter(where.center());
        painter.setRenderHint(QPainter::SmoothPixmapTransform,
                              item.thumbnail.width() * 2 > side * 2);
        painter.drawImage(inside, item.thumbnail);
    }
    if (item.favourite) {
        painter.setPen(QColor(0, 0, 0, 160));
        painter.setBrush(QColor(0, 0, 0, 160));
        painter.drawRoundedRect(QRect(where.right() - 16, where.top() + 2, 15, 15), 3, 3);
        painter.setPen(QColor(0xff, 0xd1, 0x66));
        painter.drawText(QRect(where.right() - 16, where.top() + 2, 15, 15), Qt::AlignCenter,
                         QStringLiteral("★"));
    }
    if (shown_[std::size_t(place)] == current_) {
        painter.setPen(QPen(colour(Token::Accent), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(where.adjusted(1, 1, -1, -1));
    }
}

bool HistoryCells::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int item = itemAt(help->pos());
    if (item < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), HistoryStrip::describe((*items_)[std::size_t(item)]),
                           viewport(), cell(item));
    return true;
}

void HistoryCells::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->pos();
    dragging_ = false;
}

void HistoryCells::mouseMoveEvent(QMouseEvent* event) {
    const int far = QApplication::startDragDistance();
    if (!(event->buttons() & Qt::LeftButton) || dragging_ ||
        (event->pos() - pressed_).manhattanLength() < far)
        return;
    dragging_ = true;
    if (const int item = itemAt(pressed_); item >= 0) drag(item);
}

void HistoryCells::drag(int item) {
    const HistoryItem& dragged = (*items_)[std::size_t(item)];
    auto* content = new QMimeData;
    content->setUrls({QUrl::fromLocalFile(dragged.file)});
    auto* drag = new QDrag(this);
    drag->setMimeData(content);
    drag->setPixmap(QPixmap::fromImage(dragged.thumbnail.scaled(side, side, Qt::KeepAspectRatio)));
    drag->exec(Qt::CopyAction);
}

void HistoryCells::mouseReleaseEvent(QMouseEvent* event) {
    const int item = itemAt(event->pos());
    if (event->button() != Qt::LeftButton || dragging_ || item < 0) return;
    setCurrent(item);
    Q_EMIT opened(item);
}

void HistoryCells::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int item = itemAt(event->pos()); item >= 0) Q_EMIT restored(item);
}

void HistoryCells::contextMenuEvent(QContextMenuEvent* event) {
    const int item = event->reason() == QContextMenuEvent::Mouse ? itemAt(event->pos()) : current_;
    if (item < 0) return;
    setCurrent(item);
    Q_EMIT menuWanted(item, event->reason() == QContextMenuEvent::Mouse
                                ? event->globalPos()
                                : viewport()->mapToGlobal(cell(item).center()));
}

void HistoryCells::wheelEvent(QWheelEvent* event) {
    const QPoint turn = event->angleDelta();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - turn.x() - turn.y());
}

void HistoryCells::walk(int by) {
    const auto found = std::find(shown_.begin(), shown_.end(), current_);
    const int place = found == shown_.end() ? (by > 0 ? -1 : 0) : int(found - shown_.begin());
    if (shown_.empty()) return;
    setCurrent(shown_[std::size_t(std::clamp(place + by, 0, int(shown_.size()) - 1))]);
    Q_EMIT opened(current_);
}

void HistoryCells::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_Left) return walk(-1);
    if (event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_Right) return walk(1);
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && current_ >= 0 && event->modifiers() == Qt::NoModifier)
        return Q_EMIT restored(current_);
    event->ignore();
}

}  // namespace daguerre
