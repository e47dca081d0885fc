// Under the canvas of Retouch: the variants of the last fill, and how it came about.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>
#include <vector>

#include "ui/widgets/frames.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace daguerre {

class Actions;
class DenoiseView;

/// Thumbnails of the filled part, numbered. A click, arrows or Enter choose one.
class VariantCells : public QWidget {
    Q_OBJECT
public:
    static constexpr QSize cellSize{96, 64};

    explicit VariantCells(QWidget* parent = nullptr);

    void setImages(std::vector<QImage> images, int current);
    int count() const { return int(images_.size()); }
    int current() const { return current_; }
    QRect cell(int index) const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(int index);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    std::vector<QImage> images_;
    int current_ = -1;
};

class VariantsStrip : public QWidget {
    Q_OBJECT
public:
    explicit VariantsStrip(Actions& actions, QWidget* parent = nullptr);

    /// images: one a variant; null while it is made. words: "of the last fill: seed 1 to 4".
    void showVariants(std::vector<QImage> images, int current, const QString& words);
    VariantCells* cells() const { return cells_; }
    void setAnotherPossible(bool possible, const QString& why = {});

    /// The steps of a fill. title: "How Heal built it". Null: none were recorded.
    void showSteps(const std::shared_ptr<Frames>& frames, const QString& title, bool live);
    DenoiseView* steps() const { return steps_; }

    QCheckBox* preview() const { return preview_; }
    QCheckBox* fillOnRelease() const { return onRelease_; }

Q_SIGNALS:
    void chosen(int index);
    void anotherWanted();
    void filmWanted();

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    QWidget* makeVariants(Actions& actions);
    QWidget* makeSteps();

    VariantCells* cells_;
    QLabel *words_ = nullptr, *title_ = nullptr, *noSteps_ = nullptr;
    QToolButton* another_ = nullptr;
    QPushButton* film_ = nullptr;
    QCheckBox *preview_ = nullptr, *onRelease_ = nullptr;
    DenoiseView* steps_ = nullptr;
};

}  // namespace daguerre
