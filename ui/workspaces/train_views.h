// Pictures on the dashboard of a run: what a classifier takes for what, and reconstructions.
#pragma once

#include <QImage>
#include <QWidget>

#include "core/training/runs.h"

namespace daguerre {

/// A cell a pair of classes: rows are what the images show, columns what they are taken for. The
/// brighter a cell, the larger its share of the row.
class ConfusionView : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionView(QWidget* parent = nullptr);
    void setConfusion(const Confusion& confusion);
    /// What stands in the cell under a place: “7 taken for 1: 3 of 98”; empty beside the cells.
    QString wordsAt(QPoint place) const;

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent*) override;

private:
    QRect cells() const;

    Confusion confusion_;
};

/// A picture as large as fits, pixels as squares.
class SmallSheet : public QWidget {
public:
    explicit SmallSheet(QWidget* parent = nullptr);
    /// Without effect for the file that it shows already.
    void setFile(const QString& file);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QString file_;
    QImage image_;
};

}  // namespace daguerre
