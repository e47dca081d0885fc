#include "ui/widgets/curve_math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace daguerre {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// 1, 2 or 5 times a power of ten, not less than `least`.
double roundStep(double least) {
    const double decade = std::pow(10, std::floor(std::log10(least)));
    for (const double step : {1., 2., 5.})
        if (step * decade >= least * (1 - 1e-9)) return step * decade;
    return 10 * decade;
}

std::vector<Tick> linearTicks(double low, double high, int most) {
    std::vector<Tick> all;
    if (!(high > low)) return {{low, shortNumber(low)}};
    const double step = roundStep((high - low) / std::max(most - 1, 1));
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
        all.push_back({i * step, shortNumber(i * step)});
    return all;
}

std::vector<Tick> logTicks(double low, double high, int most) {
    std::vector<Tick> fine, decades;
    for (double k = std::floor(std::log10(low)); k <= std::ceil(std::log10(high)); ++k)
        for (const double step : {1., 2., 5.}) {
            const double value = step * std::pow(10, k);
            if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
            fine.push_back({value, shortNumber(value)});
            if (step == 1) decades.push_back(fine.back());
        }
    if (fine.size() < 2) return linearTicks(low, high, most);
    if (int(fine.size()) <= most) return fine;
    if (decades.size() < 2) return {fine.front(), fine.back()};
    std::vector<Tick> some;
    const std::size_t every = (decades.size() + std::size_t(most) - 1) / std::size_t(most);
    for (std::size_t i = 0; i < decades.size(); i += every) some.push_back(decades[i]);
    return some;
}

std::vector<Tick> symlogTicks(double low, double high, int most) {
    const double far = std::max(std::abs(low), std::abs(high));
    std::vector<double> values;
    const int side = std::max(1, (most - 1) / (low < 0 && high > 0 ? 2 : 1));
    for (int i = 0; i < side; ++i) {
        const double value = std::pow(10, std::floor(std::log10(far)) - i);
        for (const double both : {value, -value})
            if (both >= low && both <= high) values.push_back(both);
    }
    if (low <= 0 && high >= 0) values.push_back(0);
    std::ranges::sort(values);
    std::vector<Tick> all;
    for (const double value : values) all.push_back({value, shortNumber(value)});
    return all;
}

}  // namespace

double scaled(ChartScale scale, double value, double knee) {
    if (scale == ChartScale::Linear) return value;
    if (scale == ChartScale::Log) return value > 0 ? std::log10(value) : none;
    return std::copysign(std::log10(1 + std::abs(value) / knee), value);
}

std::vector<double> smoothed(const std::vector<ChartPoint>& points, double length) {
    std::vector<double> result;
    result.reserve(points.size());
    double sum = 0, weight = 0, before = points.empty() ? 0 : points.front().images;
    for (const ChartPoint& point : points) {
        const double keep = std::exp(-std::max(point.images - before, 0.) / std::max(length, 1e-9));
        if (std::isfinite(point.mean)) {
            const double share = result.empty() || weight == 0 ? 1 : 1 - keep;
            sum = sum * (1 - share) + point.mean * share;
            weight = weight * (1 - share) + share;
            before = point.images;
        }
        result.push_back(weight > 0 ? sum / weight : none);
    }
    return result;
}

QVector<QPointF> reduced(const std::vector<QPointF>& points, double left, double right,
                         int columns) {
    QVector<QPointF> result;
    const double width = (right - left) / std::max(columns, 1);
    const QPointF *low = nullptr, *high = nullptr, *before = nullptr;
    double column = none;
    const auto flush = [&] {
        if (!low) return;
        result.append(low->x() <= high->x() ? *low : *high);
        if (low != high) result.append(low->x() <= high->x() ? *high : *low);
        low = high = nullptr;
    };
    for (const QPointF& point : points) {
        if (!std::isfinite(point.y())) continue;
        if (point.x() < left) {
            before = &point;
            continue;
        }
        if (before) result.append(*before);
        before = nullptr;
        if (point.x() > right) {
            flush();
            result.append(point);
            break;
        }
        const double here = width > 0 ? std::floor((point.x() - left) / width) : 0;
        if (here != column) flush();
        column = here;
        if (!low || point.y() < low->y()) low = &point;
        if (!high || point.y() > high->y()) high = &point;
    }
    flush();
    return result;
}

Spread inner(std::vector<double> values) {
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty()) return {};
    std::ranges::sort(values);
    const auto last = double(values.size() - 1);
    Spread spread{values[std::size_t(std::floor(last * 0.01))],
                  values[std::size_t(std::ceil(last * 0.99))]};
    spread.outside = int(std::ranges::count_if(
        values, [&](double value) { return value < spread.low || value > spread.high; }));
    return spread;
}

std::vector<Tick> ticks(ChartScale scale, double low, double high, int most) {
    if (scale == ChartScale::Log && low > 0) return logTicks(low, high, most);
    if (scale == ChartScale::Symlog && (low != 0 || high != 0)) return symlogTicks(low, high, most);
    return linearTicks(low, high, most);
}

int ticksAcross(double width) { return std::max(3, int(width / 80)); }

QString shortNumber(double value) {
    const double size = std::abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4)) return QString::number(value, 'g', 3);
    for (const auto& [unit, letter] : {std::pair(1e12, 'T'), {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}})
        if (size >= unit) return QString::number(value / unit, 'g', 4) + QLatin1Char(letter);
    return QString::number(value, 'g', 4);
}

}  // namespace daguerre
