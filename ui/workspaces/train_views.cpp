#include "ui/workspaces/train_views.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <numeric>

#include "ui/widgets/heat_map.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int leastForCounts = 18;  // px of a cell, for a number in it
constexpr double darkTextFrom = 0.55;

std::int64_t sumOf(const std::vector<std::int64_t>& row) {
    return std::accumulate(row.begin(), row.end(), std::int64_t(0));
}

QString nameOf(const Confusion& confusion, int place) {
    return QString::fromStdString(confusion.classes[std::size_t(place)]);
}

/// Keys that the matrix takes although the window has shortcuts for them.
bool walks(int key) {
    return std::ranges::count(
               std::initializer_list<int>{Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down,
                                          Qt::Key_Home, Qt::Key_End, Qt::Key_Return, Qt::Key_Enter,
                                          Qt::Key_Space},
               key) > 0;
}

}  // namespace

QString cellWords(const Confusion& confusion, int shows, int taken) {
    const auto& row = confusion.counts[std::size_t(shows)];
    return ConfusionView::tr("“%1” taken for “%2”: %3 of %4")
        .arg(nameOf(confusion, shows), nameOf(confusion, taken))
        .arg(row[std::size_t(taken)])
        .arg(sumOf(row));
}

ConfusionView::ConfusionView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Which classes are taken for which"));
    setFont(daguerre::font(Type::Caption));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

void ConfusionView::setConfusion(const Confusion& confusion) {
    confusion_ = confusion;
    setCurrent(current_);
}

void ConfusionView::setCurrent(QPoint cell) {
    const int last = int(confusion_.classes.size()) - 1;
    current_ = {std::clamp(cell.x(), 0, std::max(last, 0)),
                std::clamp(cell.y(), 0, std::max(last, 0))};
    setAccessibleDescription(last < 0 ? QString()
                                      : cellWords(confusion_, current_.y(), current_.x()));
    update();
}

/// Room for the names on the left; as square as the cells can be.
QRect ConfusionView::cells() const {
    int names = 0;
    for (const std::string& name : confusion_.classes)
        names = std::max(names, fontMetrics().horizontalAdvance(QString::fromStdString(name)));
    names = std::min(names + gap2, width() / 3);
    const int count = int(std::max<std::size_t>(confusion_.classes.size(), 1));
    const int high = std::max(height() / count, 1) * count;
    const int wide = std::max((width() - names) / count, 1) * count;
    return {names, 0, std::min(wide, 2 * high), high};
}

QRect ConfusionView::cell(int row, int column) const {
    const int count = int(std::max<std::size_t>(confusion_.classes.size(), 1));
    const QRect where = cells();
    const int wide = where.width() / count, high = where.height() / count;
    return {where.left() + column * wide, row * high, wide - 1, high - 1};
}

QPoint ConfusionView::cellAt(QPoint place) const {
    const int count = int(confusion_.classes.size());
    const QRect where = cells();
    if (count == 0 || !where.contains(place)) return {-1, -1};
    return {(place.x() - where.left()) * count / where.width(), place.y() * count / where.height()};
}

void ConfusionView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int count = int(confusion_.classes.size());
    if (count == 0) return;
    const QRect where = cells();
    const int wide = where.width() / count, high = where.height() / count;
    for (int row = 0; row < count; ++row) {
        const auto& counts = confusion_.counts[std::size_t(row)];
        const double all = std::max(double(sumOf(counts)), 1.);
        painter.setPen(palette().color(dimRole));
        if (high >= fontMetrics().height() - 2)
            painter.drawText(QRect(0, row * high, where.left() - gap1, high),
                             Qt::AlignRight | Qt::AlignVCenter,
                             fontMetrics().elidedText(nameOf(confusion_, row), Qt::ElideRight,
                                                      where.left() - gap1));
        for (int column = 0; column < count; ++column) {
            const double share = double(counts[std::size_t(column)]) / all;
            const QRect here = cell(row, column);
            painter.fillRect(here, cividis(share));
            if (counts[std::size_t(column)] == 0 || std::min(wide, high) < leastForCounts) continue;
            painter.setPen(share > darkTextFrom ? Qt::black : Qt::white);
            painter.drawText(here, Qt::AlignCenter, QString::number(counts[std::size_t(column)]));
        }
    }
    if (!hasFocus()) return;
    painter.setPen(QPen(colour(Token::Focus), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(cell(current_.y(), current_.x()));
}

QString ConfusionView::wordsAt(QPoint place) const {
    const QPoint cell = cellAt(place);
    return cell.x() < 0 ? QString() : cellWords(confusion_, cell.y(), cell.x());
}

bool ConfusionView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::NoModifier && walks(key->key())) event->accept();
        return event->isAccepted();
    }
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), wordsAt(help->pos()), this);
    return true;
}

void ConfusionView::mouseMoveEvent(QMouseEvent* event) {
    const bool over = cellAt(event->pos()).x() >= 0;
    setCursor(over ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void ConfusionView::mousePressEvent(QMouseEvent* event) {
    const QPoint cell = cellAt(event->pos());
    if (event->button() != Qt::LeftButton || cell.x() < 0) return QWidget::mousePressEvent(event);
    setCurrent(cell);
    Q_EMIT chosen(cell.y(), cell.x());
}

/// On a cell the first of both clicks has chosen it; beside them it is the card's.
void ConfusionView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (cellAt(event->pos()).x() < 0) QWidget::mouseDoubleClickEvent(event);
}

void ConfusionView::keyPressEvent(QKeyEvent* event) {
    if (confusion_.classes.empty()) return QWidget::keyPressEvent(event);
    const int last = int(confusion_.classes.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrent(current_ - QPoint(1, 0));
        case Qt::Key_Right:
            return setCurrent(current_ + QPoint(1, 0));
        case Qt::Key_Up:
            return setCurrent(current_ - QPoint(0, 1));
        case Qt::Key_Down:
            return setCurrent(current_ + QPoint(0, 1));
        case Qt::Key_Home:
            return setCurrent({0, current_.y()});
        case Qt::Key_End:
            return setCurrent({last, current_.y()});
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return Q_EMIT chosen(current_.y(), current_.x());
        default:
            QWidget::keyPressEvent(event);
    }
}

SmallSheet::SmallSheet(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Training images above, what the model makes of them below"));
}

void SmallSheet::setFile(const QString& file) {
    if (file == file_) return;
    file_ = file;
    image_ = QImage(file);
    update();
}

void SmallSheet::paintEvent(QPaintEvent*) {
    if (image_.isNull()) return;
    QPainter painter(this);
    QRect where(QPoint(), image_.size().scaled(size(), Qt::KeepAspectRatio));
    where.moveCenter(rect().center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, where.width() < image_.width());
    painter.drawImage(where, image_);
}

}  // namespace daguerre
