// Values over training and noise level as colours.
#pragma once

#include <QImage>
#include <QWidget>
#include <functional>
#include <vector>

namespace daguerre {

/// cividis: as readable without colour vision. share: 0 to 1.
/// Source: Nuñez, Anderton and Renslow 2018 (arXiv:1712.01662), by its own table at nine places.
QRgb cividis(double share);

/// Columns over x, rows upward; a colour a value, from 0, dark blue, to 1, yellow; what isn't
/// finite stays empty. x is drawn to `right`, so that the map lies as the charts beside it do.
class HeatMap : public QWidget {
    Q_OBJECT
public:
    struct Column {
        double x = 0;                // at its end
        std::vector<double> shares;  // 0 to 1, from the bottom row upward
        std::vector<double> values;  // what a tooltip says of them
    };

    explicit HeatMap(const QString& name, QWidget* parent = nullptr);

    void setColumns(std::vector<Column> columns);
    void setShown(double left, double right);
    void setHover(double x);
    /// A place on the upward axis, 0 at its foot to 1 at its top.
    struct Mark {
        double place = 0;
        QString label{};
    };
    /// What stands beside it, from the foot upward, and the words of any place for the tooltip.
    void setUpward(std::vector<Mark> marks, std::function<QString(double place)> words);
    void setWordsOfX(std::function<QString(double)> words) { wordsOfX_ = std::move(words); }
    double seconds() const { return seconds_; }

Q_SIGNALS:
    void hovered(double x);  // NaN: the pointer left

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;

private:
    QRectF plot() const;
    void makeImage();
    void drawAxes(QPainter& painter) const;
    void drawScale(QPainter& painter) const;

    std::vector<Column> columns_;
    double left_ = 0, right_ = 1, hover_;
    std::vector<Mark> marks_;
    std::function<QString(double)> wordsOfX_, wordsOfPlace_;
    QImage image_;
    double seconds_ = 0;
};

}  // namespace daguerre
