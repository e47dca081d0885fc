// Buttons, slider, noise level and readouts under the pictures of a denoising.
#pragma once

#include <QWidget>
#include <memory>

#include "ui/widgets/frames.h"

class QComboBox;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace daguerre {

class SigmaCurve;
class StepSlider;

/// Shows where a playback stands and says what the user wants; it knows nothing of playing.
class Transport : public QWidget {
    Q_OBJECT
public:
    /// compact: first, play, slider and two readouts in one row.
    explicit Transport(bool compact, QWidget* parent = nullptr);

    void setFrames(std::shared_ptr<const Frames> frames);
    void showStep(int step);
    void showPlaying(bool playing);
    /// The title of the spacing, under “Noise level σ”.
    void setSpacing(const QString& title);
    double speed() const;
    void setSpeed(double speed);
    bool loops() const;
    void setLoops(bool loops);
    /// A row beside the noise level for buttons of the workspace.
    QHBoxLayout* extras() const { return extras_; }
    StepSlider* slider() const { return slider_; }
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void moved(int step);
    void firstWanted();
    void backWanted();
    void playWanted();
    void forwardWanted();
    void lastWanted();

protected:
    void resizeEvent(QResizeEvent*) override;
    void paintEvent(QPaintEvent*) override;

private:
    QToolButton* button(const char* name, const QString& words, const char* key,
                        void (Transport::*signal)());
    void makeButtons();
    void makeReadouts();
    void makeGrid();
    void arrange();
    void showLevels(int step);

    const bool compact_;
    bool wide_ = true;
    std::shared_ptr<const Frames> frames_;
    QToolButton *play_ = nullptr, *loop_ = nullptr;
    QComboBox* speed_ = nullptr;
    QLabel *step_ = nullptr, *sigma_ = nullptr, *t_ = nullptr, *pace_ = nullptr, *kept_ = nullptr,
           *levels_ = nullptr, *range_ = nullptr;
    QString spacing_;
    QHBoxLayout *buttons_ = nullptr, *readouts_ = nullptr, *extras_ = nullptr;
    StepSlider* slider_;
    SigmaCurve* curve_;
};

}  // namespace daguerre
