#include <QEvent>
#include <QMouseEvent>
#include <QRubberBand>
#include <QTextStream>
#include <QToolTip>
#include <algorithm>

#include "ui/widgets/chart.h"

namespace daguerre {
namespace {

constexpr int leastDrag = 4;

}  // namespace

void Chart::resizeEvent(QResizeEvent*) { stale_ = true; }

void Chart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) change();
    QWidget::changeEvent(event);
}

void Chart::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    pressed_ = event->position().x();
}

/// The values of every curve at the hover line, the largest first.
QString Chart::heard() const {
    std::vector<std::pair<double, QString>> values;
    for (std::size_t c = 0; c < curves_.size(); ++c)
        if (const double value = valueAt(c, hover_); std::isfinite(value))
            values.emplace_back(value, curves_[c].name);
    std::ranges::sort(values, std::greater<>{}, &std::pair<double, QString>::first);
    QString text = wordsOfX_(hover_);
    for (const auto& [value, name] : values)
        text += QLatin1Char('\n') + tr("%1: %2").arg(name, QString::number(value, 'g', 4));
    return text;
}

void Chart::mouseMoveEvent(QMouseEvent* event) {
    const double pixel = std::clamp(event->position().x(), plot().left(), plot().right());
    Q_EMIT hovered(xAt(pixel));
    if (!std::isfinite(pressed_)) {
        if (!curves_.empty()) QToolTip::showText(event->globalPosition().toPoint(), heard(), this);
        return;
    }
    if (!band_ && std::abs(pixel - pressed_) < leastDrag) return;
    if (!band_) band_ = new QRubberBand(QRubberBand::Rectangle, this);
    const QRectF area = plot();
    band_->setGeometry(
        QRectF(std::min(pressed_, pixel), area.top(), std::abs(pixel - pressed_), area.height())
            .toRect());
    band_->show();
}

void Chart::mouseReleaseEvent(QMouseEvent* event) {
    const double pixel = std::clamp(event->position().x(), plot().left(), plot().right());
    if (band_ && std::isfinite(pressed_) && std::abs(pixel - pressed_) >= leastDrag) {
        const double a = xAt(std::max(pressed_, plot().left())), b = xAt(pixel);
        Q_EMIT chosen(std::min(a, b), std::max(a, b));
    }
    delete std::exchange(band_, nullptr);
    pressed_ = nowhere;
}

void Chart::mouseDoubleClickEvent(QMouseEvent*) {
    pressed_ = nowhere;
    Q_EMIT wholeWanted();
}

void Chart::leaveEvent(QEvent*) { Q_EMIT hovered(nowhere); }

QString Chart::csv() const {
    QString text = QStringLiteral("name,x,images,mean,min,max\n");
    QTextStream out(&text);
    out.setRealNumberPrecision(12);
    for (const ChartCurve& curve : curves_)
        for (const ChartPoint& point : curve.points) {
            QString name = curve.name;
            out << '"' << name.replace(QLatin1Char('"'), QLatin1String("\"\"")) << "\"," << point.x
                << ',' << point.images << ',' << point.mean << ',' << point.low << ',' << point.high
                << '\n';
        }
    return text;
}

}  // namespace daguerre
