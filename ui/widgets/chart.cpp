#include "ui/widgets/chart.h"

#include <time.h>

#include <QAreaSeries>
#include <QChart>
#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>
#include <algorithm>

#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int leftRoom = 44, rightRoom = 12, topRoom = 6, bottomRoom = 20;

/// Lines 1 to 8 of the look; runs differ by dash too.
constexpr QRgb lines[][2]{{0xFF56B4E9, 0xFF0072B2}, {0xFFE69F00, 0xFF9A6700},
                          {0xFF3FC79A, 0xFF00785A}, {0xFFF0E442, 0xFF7A6A00},
                          {0xFFE58ABF, 0xFFA23B7E}, {0xFFFF8552, 0xFFB84A00},
                          {0xFF9A9AFF, 0xFF4B4BC8}, {0xFFC8C8C8, 0xFF5F5F5F}};

double threadSeconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

QPen penOf(const ChartCurve& curve, double width, double strength) {
    QColor ink = chartColour(curve.colour);
    ink.setAlphaF(float(strength));
    QPen pen(ink, width);
    pen.setJoinStyle(Qt::RoundJoin);
    if (curve.dashed) pen.setDashPattern({5, 3});
    return pen;
}

}  // namespace

QColor chartColour(int number) { return QColor::fromRgb(lines[number % 8][isDark() ? 0 : 1]); }

Chart::Chart(const QString& name, QWidget* parent)
    : QWidget(parent), scene_(new QGraphicsScene(this)), chart_(new QChart) {
    setAccessibleName(name);
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setMinimumSize(120, 72);
    chart_->setBackgroundVisible(false);
    chart_->legend()->hide();
    chart_->setMargins({});
    chart_->layout()->setContentsMargins(0, 0, 0, 0);
    for (const Qt::AlignmentFlag side : {Qt::AlignBottom, Qt::AlignLeft}) {
        auto* axis = new QValueAxis(chart_);
        axis->setVisible(false);
        chart_->addAxis(axis, side);
    }
    scene_->addItem(chart_);
}

Chart::~Chart() = default;

QRectF Chart::plot() const {
    return QRectF(rect()).adjusted(leftRoom, topRoom, -rightRoom, -bottomRoom);
}

double Chart::xAt(double pixel) const {
    const QRectF area = plot();
    return left_ + (pixel - area.left()) / std::max(area.width(), 1.) * (right_ - left_);
}

double Chart::pixelOf(double x) const {
    return plot().left() + (x - left_) / std::max(right_ - left_, 1e-12) * plot().width();
}

double Chart::pixelOfY(double y) const {
    return plot().bottom() - (y - low_) / std::max(high_ - low_, 1e-12) * plot().height();
}

void Chart::change() {
    stale_ = true;
    update();
}

void Chart::setCurves(std::vector<ChartCurve> curves) {
    curves_ = std::move(curves);
    averages_.clear();
    for (const ChartCurve& curve : curves_)
        averages_.push_back(smoothed(curve.points, look_.average));
    change();
}

void Chart::setLook(const ChartLook& look) {
    look_ = look;
    setCurves(std::move(curves_));
}

void Chart::setWhole(double left, double right) {
    wholeLeft_ = left;
    wholeRight_ = std::max(right, left + 1e-9);
    setShown(wholeLeft_, wholeRight_);
}

void Chart::setShown(double left, double right) {
    if (left == left_ && right == right_) return;
    left_ = left;
    right_ = right;
    change();
}

void Chart::setMarks(std::vector<double> resumed, std::vector<double> skipped) {
    resumed_ = std::move(resumed);
    skipped_ = std::move(skipped);
    change();
}

void Chart::setGuide(double value) {
    guide_ = value;
    change();
}

void Chart::setHover(double x) {
    if (x == hover_ || (std::isnan(x) && std::isnan(hover_))) return;
    hover_ = x;
    update();
}

double Chart::valueAt(std::size_t curve, double x) const {
    const auto& points = curves_[curve].points;
    if (points.empty() || std::isnan(x)) return nowhere;
    auto found = std::ranges::lower_bound(points, x, {}, &ChartPoint::x);
    if (found == points.end()) --found;
    const auto i = std::size_t(found - points.begin());
    return look_.drawn == ChartLook::Drawn::Raw ? points[i].mean : averages_[curve][i];
}

/// The range of what is drawn within the shown part of x.
void Chart::findRange() {
    const bool band = look_.drawn != ChartLook::Drawn::Smooth;
    std::vector<double> values;
    double least = 0;  // over 0
    for (std::size_t c = 0; c < curves_.size(); ++c)
        for (std::size_t i = 0; i < curves_[c].points.size(); ++i) {
            const ChartPoint& point = curves_[c].points[i];
            if (point.x < left_ || point.x > right_) continue;
            if (!band) values.push_back(averages_[c][i]);
            if (band) values.insert(values.end(), {point.low, point.high});
            const double size = std::abs(point.mean);
            if (size > 0 && std::isfinite(size)) least = least > 0 ? std::min(least, size) : size;
        }
    if (std::isfinite(guide_)) values.push_back(guide_);
    knee_ = least > 0 ? least : 1;
    const Spread spread = inner(values);
    outside_ = look_.clip ? spread.outside : 0;
    std::vector<double> places;
    for (const double value : values)
        if (!look_.clip || (value >= spread.low && value <= spread.high))
            if (const double y = place(value); std::isfinite(y)) places.push_back(y);
    const auto [low, high] = std::ranges::minmax_element(places);
    low_ = places.empty() ? 0 : *low;
    high_ = places.empty() ? 1 : *high;
    if (high_ - low_ < 1e-9 * std::max(1., std::abs(high_))) {  // constant
        const double room = low_ == 0 ? 1 : std::abs(low_) * 0.5;
        low_ -= room;
        high_ += room;
    }
    const double room = (high_ - low_) * 0.06;
    // A curve of what can't be negative stands on the 0 that it comes near.
    const bool toZero =
        look_.scale == ChartScale::Linear && low_ >= 0 && (look_.fromZero || low_ < high_ * 0.6);
    low_ = toZero ? 0 : low_ - room;
    high_ += room;
}

void Chart::fillSeries() {
    chart_->removeAllSeries();
    const int columns = std::max(int(plot().width()), 1);
    const auto pointsOf = [&](std::size_t c, auto valueOf) {
        std::vector<QPointF> points;
        for (std::size_t i = 0; i < curves_[c].points.size(); ++i) {
            double y = place(valueOf(curves_[c].points[i], i));
            if (std::isfinite(y)) y = std::clamp(y, low_ - 10 * (high_ - low_), high_ * 2 - low_);
            points.emplace_back(curves_[c].points[i].x, y);
        }
        return reduced(points, left_, right_, columns);
    };
    const auto add = [&](QAbstractSeries* series) {
        chart_->addSeries(series);
        for (QAbstractAxis* axis : chart_->axes()) series->attachAxis(axis);
    };
    const auto line = [&](const QVector<QPointF>& points, const QPen& pen) {
        auto* series = new QLineSeries;
        series->replace(points);
        series->setPen(pen);
        return series;
    };
    using Drawn = ChartLook::Drawn;
    for (std::size_t c = curves_.size(); c-- > 0;) {  // the first one on top
        const ChartCurve& curve = curves_[c];
        const auto mean = pointsOf(c, [](const ChartPoint& p, std::size_t) { return p.mean; });
        if (look_.drawn != Drawn::Smooth && c == 0) {
            const auto low = pointsOf(c, [](const ChartPoint& p, std::size_t) { return p.low; });
            const auto high = pointsOf(c, [](const ChartPoint& p, std::size_t) { return p.high; });
            auto* area = new QAreaSeries(line(high, Qt::NoPen), line(low, Qt::NoPen));
            area->setPen(Qt::NoPen);
            QColor fill = chartColour(curve.colour);
            fill.setAlphaF(0.18F);
            area->setBrush(fill);
            add(area);
            area->upperSeries()->setParent(area);
            area->lowerSeries()->setParent(area);
        }
        if (look_.drawn != Drawn::Smooth)
            add(line(mean, penOf(curve, 1, look_.drawn == Drawn::Raw ? 1 : 0.45)));
        if (look_.drawn != Drawn::Raw)
            add(line(pointsOf(c, [&](const ChartPoint&, std::size_t i) { return averages_[c][i]; }),
                     penOf(curve, 2, 1)));
    }
    const QList<QAbstractAxis*> axes = chart_->axes();
    axes[0]->setRange(left_, right_);
    axes[1]->setRange(low_, high_);
}

void Chart::drawGrid(QPainter& painter) const {
    const QRectF area = plot();
    painter.setFont(daguerre::font(Type::Caption));
    const QFontMetricsF metrics(painter.font());
    const auto back = [&](double place) {
        if (look_.scale == ChartScale::Log) return std::pow(10, place);
        if (look_.scale == ChartScale::Symlog)
            return std::copysign(knee_ * (std::pow(10, std::abs(place)) - 1), place);
        return place;
    };
    const int lines = std::max(3, int(area.height() / 28));
    for (const Tick& tick : ticks(look_.scale, back(low_), back(high_), lines + 1)) {
        const double y = pixelOfY(place(tick.value));
        if (y < area.top() - 1 || y > area.bottom() + 1) continue;
        painter.setPen(QPen(colour(Token::Hairline), 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(colour(Token::Dim));
        painter.drawText(QRectF(0, y - 8, leftRoom - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    for (const Tick& tick : ticks(ChartScale::Linear, left_, right_, ticksAcross(area.width()))) {
        const double x = pixelOf(tick.value);
        painter.setPen(QPen(colour(Token::Hairline), 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setPen(colour(Token::Dim));
        const QString words = wordsOfX_(tick.value);
        const double wide = metrics.horizontalAdvance(words);
        const double at = std::clamp(x - wide / 2, 0., std::max(width() - wide, 0.));
        painter.drawText(QRectF(at, area.bottom() + 3, wide + 2, bottomRoom - 4), Qt::AlignLeft,
                         words);
    }
}

/// A dash-dotted line where a run was resumed; a triangle on the axis where a step was skipped, or
/// a value wasn't finite.
void Chart::drawMarks(QPainter& painter) const {
    const QRectF area = plot();
    painter.setPen(QPen(colour(Token::Control), 1, Qt::DashDotLine));
    for (const double x : resumed_)
        if (x > left_ && x <= right_)
            painter.drawLine(QPointF(pixelOf(x), area.top()), QPointF(pixelOf(x), area.bottom()));
    std::vector<double> signs = skipped_;
    for (const ChartCurve& curve : curves_)
        for (const ChartPoint& point : curve.points)
            if (point.bad) signs.push_back(point.x);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Token::Warn));
    double before = nowhere;
    std::ranges::sort(signs);
    for (const double x : signs) {
        const double pixel = std::round(pixelOf(x));
        if (x < left_ || x > right_ || pixel == before) continue;
        before = pixel;
        painter.drawPolygon(QPolygonF(
            {{pixel - 4, area.bottom()}, {pixel + 4, area.bottom()}, {pixel, area.bottom() - 7}}));
    }
    painter.setBrush(Qt::NoBrush);
    if (!std::isfinite(guide_)) return;
    painter.setPen(QPen(colour(Token::Warn), 1, Qt::DashLine));
    const double y = pixelOfY(place(guide_));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
}

void Chart::draw(QPainter& painter) {
    findRange();
    fillSeries();
    painter.setRenderHint(QPainter::Antialiasing);
    drawGrid(painter);
    const QRectF area = plot();
    chart_->resize(area.size());
    chart_->setPlotArea(QRectF(QPointF(), area.size()));
    painter.save();
    painter.setClipRect(area.adjusted(0, -2, 1, 2));
    scene_->render(&painter, area, QRectF(QPointF(), area.size()), Qt::IgnoreAspectRatio);
    painter.restore();
    drawMarks(painter);
}

void Chart::paintEvent(QPaintEvent*) {
    const double before = threadSeconds();
    if (stale_ || drawn_.size() != size() * devicePixelRatioF()) {
        stale_ = false;
        drawn_ = QPixmap(size() * devicePixelRatioF());
        drawn_.setDevicePixelRatio(devicePixelRatioF());
        drawn_.fill(Qt::transparent);
        QPainter painter(&drawn_);
        draw(painter);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, drawn_);
    if (hover_ >= left_ && hover_ <= right_) {
        painter.setPen(QPen(colour(Token::Text), 1, Qt::DashLine));
        const double x = std::round(pixelOf(hover_)) + 0.5;
        painter.drawLine(QPointF(x, plot().top()), QPointF(x, plot().bottom()));
    }
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange)) {
        painter.setPen(QPen(colour(Token::Focus), 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
    seconds_ += threadSeconds() - before;
}

}  // namespace daguerre
