#include "ui/widgets/step_slider.h"

#include <QMouseEvent>
#include <QPainter>
#include <QStyleOptionSlider>
#include <algorithm>
#include <cmath>

#include "ui/widgets/theme.h"

namespace daguerre {

StepSlider::StepSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
    setRange(0, 0);
    setPageStep(10);
    setMinimumWidth(96);
}

int StepSlider::centreOf(int value) const {
    QStyleOptionSlider option;
    initStyleOption(&option);
    option.sliderPosition = option.sliderValue = value;
    return style()
        ->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this)
        .center()
        .x();
}

int StepSlider::valueAt(int x) const {
    const int left = centreOf(minimum()), right = centreOf(maximum());
    return QStyle::sliderValueFromPosition(minimum(), maximum(), x - left, right - left);
}

void StepSlider::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return event->ignore();
    setSliderDown(true);
    setSliderPosition(valueAt(event->pos().x()));
}

void StepSlider::mouseMoveEvent(QMouseEvent* event) {
    if (isSliderDown()) setSliderPosition(valueAt(event->pos().x()));
}

void StepSlider::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) setSliderDown(false);
}

SigmaCurve::SigmaCurve(const StepSlider* slider, QWidget* parent)
    : QWidget(parent), slider_(slider) {
    setMinimumHeight(48);
    connect(slider, &QSlider::valueChanged, this, qOverload<>(&QWidget::update));
    setAccessibleName(tr("Noise level over the steps"));
}

void SigmaCurve::setFrames(std::shared_ptr<const Frames> frames) {
    frames_ = std::move(frames);
    update();
}

std::pair<double, double> SigmaCurve::range() const {
    double low = 0, high = 0;
    for (int step = 0; frames_ && step < frames_->steps(); ++step) {
        const double sigma = frames_->sigma(step);
        if (sigma <= 0) continue;
        high = std::max(high, sigma);
        low = low > 0 ? std::min(low, sigma) : sigma;
    }
    return {high, low};
}

QPolygonF SigmaCurve::points(int first, int last) const {
    const auto [high, low] = range();
    const double span = std::log(high / low), top = 6, bottom = height() - 6;
    const int left = slider_->mapTo(parentWidget(), QPoint(0, 0)).x() - x();
    QPolygonF line;
    for (int step = first; step <= last; ++step) {
        const bool end = step == frames_->steps() && frames_->knowsSigma(step - 1);
        if (!end && !frames_->knowsSigma(step)) continue;
        const double above = end || span <= 0 ? 0 : std::log(frames_->sigma(step) / low) / span;
        line << QPointF(left + slider_->centreOf(step) + 0.5, bottom - above * (bottom - top));
    }
    return line;
}

void SigmaCurve::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Base));
    painter.setPen(colour(Token::Hairline));
    for (int line = 1; line < 4; ++line)
        painter.drawLine(0, line * height() / 4, width(), line * height() / 4);
    if (!frames_ || range().first <= 0) return;

    const int here = slider_->value();
    const QPolygonF before = points(0, here), after = points(here, frames_->steps());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour(Token::Control), 1.5));
    painter.drawPolyline(after);
    if (before.isEmpty()) return;
    QPolygonF area = before;
    area << QPointF(before.last().x(), height()) << QPointF(before.first().x(), height());
    QColor fill = colour(Token::Accent);
    fill.setAlpha(60);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(area);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour(Token::Accent), 2));
    painter.drawPolyline(before);
    painter.setPen(QPen(colour(Token::Base), 1.5));
    painter.setBrush(colour(Token::Accent));
    painter.drawEllipse(before.last(), 5, 5);
}

}  // namespace daguerre
