#include "ui/workspaces/train_views.h"

#include <QHelpEvent>
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

QString nameOf(const Confusion& confusion, std::size_t place) {
    return QString::fromStdString(confusion.classes[place]);
}

}  // namespace

ConfusionView::ConfusionView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Which classes are taken for which"));
    setFont(daguerre::font(Type::Caption));
}

void ConfusionView::setConfusion(const Confusion& confusion) {
    confusion_ = confusion;
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
                             fontMetrics().elidedText(nameOf(confusion_, std::size_t(row)),
                                                      Qt::ElideRight, where.left() - gap1));
        for (int column = 0; column < count; ++column) {
            const double share = double(counts[std::size_t(column)]) / all;
            const QRect cell(where.left() + column * wide, row * high, wide - 1, high - 1);
            painter.fillRect(cell, cividis(share));
            if (counts[std::size_t(column)] == 0 || std::min(wide, high) < leastForCounts) continue;
            painter.setPen(share > darkTextFrom ? Qt::black : Qt::white);
            painter.drawText(cell, Qt::AlignCenter, QString::number(counts[std::size_t(column)]));
        }
    }
}

QString ConfusionView::wordsAt(QPoint place) const {
    const int count = int(confusion_.classes.size());
    const QRect where = cells();
    if (count == 0 || !where.contains(place)) return {};
    const auto row = std::size_t(place.y() * count / where.height());
    const auto column = std::size_t((place.x() - where.left()) * count / where.width());
    const auto& counts = confusion_.counts[row];
    return tr("“%1” taken for “%2”: %3 of %4")
        .arg(nameOf(confusion_, row), nameOf(confusion_, column))
        .arg(counts[column])
        .arg(sumOf(counts));
}

bool ConfusionView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), wordsAt(help->pos()), this);
    return true;
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
