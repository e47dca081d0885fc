// The slider over the steps, and the noise level under it.
#pragma once

#include <QSlider>
#include <memory>
#include <utility>

#include "ui/widgets/frames.h"

namespace daguerre {

/// A slider whose handle goes where it is pressed, and which says where a value lies.
class StepSlider : public QSlider {
    Q_OBJECT
public:
    explicit StepSlider(QWidget* parent = nullptr);
    /// Middle of the handle at this value, in this widget.
    int centreOf(int value) const;

protected:
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;

private:
    int valueAt(int x) const;
};

/// σ over the steps on a logarithmic axis, as far as it is known, with the same ends as a slider
/// and its dot under the handle.
class SigmaCurve : public QWidget {
    Q_OBJECT
public:
    explicit SigmaCurve(const StepSlider* slider, QWidget* parent = nullptr);
    void setFrames(std::shared_ptr<const Frames> frames);
    /// Largest and smallest noise level known, 0 and 0 when there is none.
    std::pair<double, double> range() const;

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QPolygonF points(int first, int last) const;

    const StepSlider* slider_;
    std::shared_ptr<const Frames> frames_;
};

}  // namespace daguerre
