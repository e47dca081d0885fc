// Pictures on the dashboard of a run: what a classifier takes for what, and reconstructions.
#pragma once

#include <QImage>
#include <QWidget>

#include "core/training/runs.h"

namespace daguerre {

/// “7” taken for “1”: 3 of 98.
QString cellWords(const Confusion& confusion, int shows, int taken);

/// A cell a pair of classes: rows are what the images show, columns what they are taken for. The
/// brighter a cell, the larger its share of the row. Arrows, Home and End walk over the cells; a
/// click, Enter and Space choose one.
class ConfusionView : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionView(QWidget* parent = nullptr);
    void setConfusion(const Confusion& confusion);
    /// Where a cell is painted.
    QRect cell(int row, int column) const;
    /// cellWords() of the cell under a place; empty beside the cells.
    QString wordsAt(QPoint place) const;

Q_SIGNALS:
    /// Indices into the classes.
    void chosen(int shows, int taken);

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    QRect cells() const;
    /// (column, row); (-1, -1): beside the cells.
    QPoint cellAt(QPoint place) const;
    void setCurrent(QPoint cell);

    Confusion confusion_;
    QPoint current_;  // that the keys walk from
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
