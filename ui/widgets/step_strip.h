// One picture at a few of its steps.
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "ui/widgets/frames.h"

namespace daguerre {

/// Columns from pure noise to the finished picture: what the sampler holds above the clean guess.
/// A click, or the arrows, go to a column's step.
class StepStrip : public QWidget {
    Q_OBJECT
public:
    explicit StepStrip(QWidget* parent = nullptr);

    /// Which picture; frames may grow afterwards: showStep() looks again. Null: empty cells.
    void setFrames(std::shared_ptr<const Frames> frames, int image);
    /// The column nearest to it is framed.
    void showStep(int step);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

Q_SIGNALS:
    void stepWanted(int step);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    std::vector<int> steps() const;  // one a column; empty: not known
    int current() const;             // column; -1: none
    int sideFor(int width) const;
    QRect cell(int column, int row) const;

    std::shared_ptr<const Frames> frames_;
    int image_ = 0, step_ = 0;
};

}  // namespace daguerre
