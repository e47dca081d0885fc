#include "ui/widgets/heat_map.h"

#include <QElapsedTimer>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/widgets/curve_math.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int leftRoom = 44, rightRoom = 40, topRoom = 6, bottomRoom = 20, scaleWidth = 8;
constexpr double leastApart = 13;  // px between the labels of the upward axis
constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

}  // namespace

QRgb cividis(double share) {
    static const int table[][3]{{0, 34, 78},     {18, 53, 112},   {59, 73, 108},
                                {87, 93, 109},   {112, 113, 115}, {138, 134, 120},
                                {165, 156, 116}, {195, 179, 105}, {254, 232, 56}};
    const double place = std::clamp(share, 0., 1.) * 8;
    const int i = std::min(int(place), 7);
    const auto mixed = [&](int channel) {
        return int(std::lround(table[i][channel] +
                               (place - i) * (table[i + 1][channel] - table[i][channel])));
    };
    return qRgb(mixed(0), mixed(1), mixed(2));
}

HeatMap::HeatMap(const QString& name, QWidget* parent)
    : QWidget(parent), hover_(nowhere), wordsOfX_(shortNumber) {
    setAccessibleName(name);
    setMouseTracking(true);
    setMinimumSize(120, 72);
}

QRectF HeatMap::plot() const {
    return QRectF(rect()).adjusted(leftRoom, topRoom, -rightRoom, -bottomRoom);
}

void HeatMap::setColumns(std::vector<Column> columns) {
    columns_ = std::move(columns);
    image_ = {};
    update();
}

void HeatMap::setShown(double left, double right) {
    left_ = left;
    right_ = std::max(right, left + 1e-9);
    image_ = {};
    update();
}

void HeatMap::setHover(double x) {
    hover_ = x;
    update();
}

void HeatMap::setUpward(std::vector<Mark> marks, std::function<QString(double)> words) {
    marks_ = std::move(marks);
    wordsOfPlace_ = std::move(words);
    update();
}

/// A pixel a column of the plot and a row of the map; of several columns that fall on one pixel the
/// last is seen.
void HeatMap::makeImage() {
    const int wide = std::max(int(plot().width()), 1);
    const int rows = columns_.empty() ? 1 : int(columns_.front().shares.size());
    image_ = QImage(wide, std::max(rows, 1), QImage::Format_ARGB32);
    image_.fill(Qt::transparent);
    double from = 0;
    for (const Column& column : columns_) {
        const auto pixel = [&](double x) { return int((x - left_) / (right_ - left_) * wide); };
        const int first = std::clamp(pixel(from), 0, wide - 1);
        const int last = std::clamp(pixel(column.x), 0, wide - 1);
        if (column.x >= left_ && from <= right_)
            for (int row = 0; row < std::min(rows, int(column.shares.size())); ++row)
                if (const double share = column.shares[std::size_t(row)]; std::isfinite(share))
                    for (int x = first; x <= last; ++x)
                        image_.setPixel(x, rows - 1 - row, cividis(share));
        from = column.x;
    }
}

void HeatMap::drawAxes(QPainter& painter) const {
    const QRectF area = plot();
    painter.setFont(daguerre::font(Type::Caption));
    painter.setPen(colour(Token::Dim));
    double free = area.bottom() + leastApart;
    for (const Mark& mark : marks_) {
        const double y = area.bottom() - mark.place * area.height();
        if (free - y < leastApart || y - leastApart / 2 < area.top() - topRoom) continue;
        free = y;
        painter.drawText(QRectF(0, y - 8, leftRoom - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
                         mark.label);
        painter.drawLine(QPointF(area.left() - 4, y), QPointF(area.left(), y));
    }
    for (const Tick& tick : ticks(ChartScale::Linear, left_, right_, ticksAcross(area.width()))) {
        const double x = area.left() + (tick.value - left_) / (right_ - left_) * area.width();
        const QString words = wordsOfX_(tick.value);
        const double wide = QFontMetricsF(painter.font()).horizontalAdvance(words);
        painter.drawText(QPointF(x - wide / 2, area.bottom() + 14), words);
    }
    painter.setPen(colour(Token::Hairline));
    painter.drawRect(area);
}

void HeatMap::drawScale(QPainter& painter) const {
    const QRectF area = plot();
    const double x = area.right() + 8;
    for (int y = 0; y < int(area.height()); ++y)
        painter.fillRect(QRectF(x, area.top() + y, scaleWidth, 1),
                         QColor::fromRgb(cividis(1 - y / area.height())));
    painter.setPen(colour(Token::Dim));
    painter.drawText(QPointF(x + scaleWidth + 4, area.top() + 9), QStringLiteral("1"));
    painter.drawText(QPointF(x + scaleWidth + 4, area.bottom()), QStringLiteral("0"));
}

void HeatMap::paintEvent(QPaintEvent*) {
    QElapsedTimer time;
    time.start();
    const QRectF area = plot();
    if (image_.width() != std::max(int(area.width()), 1)) makeImage();
    QPainter painter(this);
    painter.drawImage(area, image_);
    drawAxes(painter);
    drawScale(painter);
    if (hover_ >= left_ && hover_ <= right_) {
        painter.setPen(QPen(Qt::white, 1, Qt::DashLine));
        const double x = area.left() + (hover_ - left_) / (right_ - left_) * area.width();
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    seconds_ += double(time.nsecsElapsed()) / 1e9;
}

void HeatMap::mouseMoveEvent(QMouseEvent* event) {
    const QRectF area = plot();
    if (!area.contains(event->position()) || columns_.empty()) return Q_EMIT hovered(nowhere);
    const double x =
        left_ + (event->position().x() - area.left()) / area.width() * (right_ - left_);
    Q_EMIT hovered(x);
    auto column = std::ranges::lower_bound(columns_, x, {}, &Column::x);
    if (column == columns_.end()) return QToolTip::hideText();
    const auto rows = double(column->values.size());
    const double place = (area.bottom() - event->position().y()) / area.height();
    const auto row = std::size_t(place * rows);
    if (row >= column->values.size() || !std::isfinite(column->values[row])) return;
    QToolTip::showText(
        event->globalPosition().toPoint(),
        tr("loss %1 at %2, %3")
            .arg(column->values[row], 0, 'g', 3)
            .arg(wordsOfPlace_ ? wordsOfPlace_((double(row) + 0.5) / rows) : QString(),
                 wordsOfX_(x)),
        this);
}

void HeatMap::leaveEvent(QEvent*) { Q_EMIT hovered(nowhere); }

}  // namespace daguerre
