// What a chart reckons before anything is drawn: scales, ticks, averages, fewer points.
#pragma once

#include <QPointF>
#include <QString>
#include <QVector>
#include <utility>
#include <vector>

namespace daguerre {

/// A stretch of a curve: its mean, least and greatest value. Not finite: there was none.
struct ChartPoint {
    double x = 0;
    double images = 0;  // what averages run over, whatever x is
    double mean = 0, low = 0, high = 0;
    bool bad = false;  // some value in it wasn't finite
};

enum class ChartScale { Linear, Log, Symlog };

/// Where a value lies on the axis. Log: log10, NaN for what isn't positive. Symlog: the sign times
/// log10(1 + |value| / knee), so that it is linear around 0.
double scaled(ChartScale scale, double value, double knee = 1);

/// The running mean with an exponential window of `length` images, from the first value on without
/// a pull towards 0; what isn't finite is passed over. NaN before the first value.
/// Source: Kingma and Ba 2015 (arXiv:1412.6980), section 3, the bias correction.
std::vector<double> smoothed(const std::vector<ChartPoint>& points, double length);

/// At most two points for each of `columns` between left and right: the least and the greatest y,
/// in the order in which they come. What isn't finite is left out; so is what lies outside, but for
/// one neighbour on each side.
QVector<QPointF> reduced(const std::vector<QPointF>& points, double left, double right,
                         int columns);

/// The range between the first and the last hundredth of the finite values, and how many lie
/// outside of it. No finite value: 0 to 1.
struct Spread {
    double low = 0, high = 1;
    int outside = 0;
};
Spread inner(std::vector<double> values);

struct Tick {
    double value = 0;
    QString label{};
};
/// At most `most` round values within a range: steps of 1, 2 or 5; on a log axis 1, 2, 5 of each
/// decade, or decades alone.
std::vector<Tick> ticks(ChartScale scale, double low, double high, int most);

/// How many ticks with short numbers have room on an axis of `width` px.
int ticksAcross(double width);

/// "0.02", "250k", "1M".
QString shortNumber(double value);

}  // namespace daguerre
