// Curves over training. The one place that knows Qt Charts.
#pragma once

#include <QWidget>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "ui/widgets/curve_math.h"

class QChart;
class QGraphicsScene;
class QPainter;
class QRubberBand;

namespace daguerre {

struct ChartCurve {
    QString name;
    int colour = 0;  // of the eight lines of the look
    bool dashed = false;
    std::vector<ChartPoint> points;  // x and images rising
};

struct ChartLook {
    enum class Drawn { Raw, Both, Smooth };
    ChartScale scale = ChartScale::Linear;
    Drawn drawn = Drawn::Both;
    double average = 1;     // images
    bool fromZero = false;  // a linear axis of what can't be negative starts at 0
    bool clip = false;      // the axis leaves out the first and the last hundredth of the values
};

/// A line colour of the look, and its dashes.
QColor chartColour(int number);

class Chart : public QWidget {
    Q_OBJECT
public:
    static constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

    explicit Chart(const QString& name, QWidget* parent = nullptr);
    ~Chart() override;

    void setCurves(std::vector<ChartCurve> curves);
    const std::vector<ChartCurve>& curves() const { return curves_; }
    void setLook(const ChartLook& look);
    const ChartLook& look() const { return look_; }
    /// The whole of the x axis; then everything is shown.
    void setWhole(double left, double right);
    /// A part of it.
    void setShown(double left, double right);
    std::pair<double, double> shown() const { return {left_, right_}; }
    /// Lines where a run was resumed, signs where steps were skipped.
    void setMarks(std::vector<double> resumed, std::vector<double> skipped);
    /// A dashed line across, NaN: none.
    void setGuide(double value);
    void setWordsOfX(std::function<QString(double)> words) { wordsOfX_ = std::move(words); }
    /// A line that stands at x; NaN: none.
    void setHover(double x);
    /// Points that clipping left out.
    int outside() const { return outside_; }
    /// The average of a curve at x, or its mean where averages aren't drawn; NaN: none.
    double valueAt(std::size_t curve, double x) const;
    /// Seconds of a core spent on drawing so far.
    double seconds() const { return seconds_; }

    /// As it is shown, into any device of that size.
    void draw(QPainter& painter);
    /// name, x, images, mean, min, max of every point.
    QString csv() const;

Q_SIGNALS:
    void hovered(double x);  // NaN: the pointer left
    void chosen(double left, double right);
    void wholeWanted();

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void changeEvent(QEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;

private:
    QRectF plot() const;
    double xAt(double pixel) const;
    double pixelOf(double x) const;
    double pixelOfY(double y) const;
    double place(double value) const { return scaled(look_.scale, value, knee_); }
    void change();
    void findRange();
    void fillSeries();
    void drawGrid(QPainter& painter) const;
    void drawMarks(QPainter& painter) const;
    QString heard() const;

    std::vector<ChartCurve> curves_;
    std::vector<std::vector<double>> averages_;
    ChartLook look_;
    double wholeLeft_ = 0, wholeRight_ = 1, left_ = 0, right_ = 1, low_ = 0, high_ = 1, knee_ = 1;
    std::vector<double> resumed_, skipped_;
    double guide_ = nowhere, hover_ = nowhere;
    std::function<QString(double)> wordsOfX_ = shortNumber;
    int outside_ = 0;
    bool stale_ = true;
    double seconds_ = 0;
    QPixmap drawn_;
    QGraphicsScene* scene_;
    QChart* chart_;
    QRubberBand* band_ = nullptr;
    double pressed_ = nowhere;
};

}  // namespace daguerre
