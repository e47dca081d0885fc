// The viewer of a denoising: pictures, transport and noise level; the same wherever one is shown.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/frames.h"
#include "ui/widgets/transport.h"

namespace daguerre {

/// Shows Frames, recorded ones and such as are being recorded: behind the newest step the slider
/// scrubs, at the end it follows. Step k is what the sampler holds after k of its steps; the last
/// one is the finished picture.
class DenoiseView : public QWidget {
    Q_OBJECT
public:
    /// Compact: pictures, play, slider and two readouts, for a card.
    enum class Form { Full, Compact };
    explicit DenoiseView(Form form, QWidget* parent = nullptr);

    /// `count` pictures are about to be made: forgets what was shown and follows what comes.
    void begin(int count) { record(std::make_shared<Frames>(count)); }
    /// The same into given Frames, which may hold something already.
    void record(std::shared_ptr<Frames> frames);
    /// Previews in the order they were made; what they show is painted once.
    void add(const std::vector<std::shared_ptr<const Preview>>& previews);
    void add(const std::shared_ptr<const Preview>& preview) { add(std::vector{preview}); }
    void finish(int first, std::vector<Image> images);
    /// Nothing more will come.
    void end();
    bool live() const { return live_; }

    std::shared_ptr<Frames> frames() const { return frames_; }
    /// Shows what was recorded before, at its last step. Null: nothing.
    void setFrames(std::shared_ptr<Frames> frames);

    DenoiseCanvas* canvas() const { return canvas_; }
    Transport* transport() const { return transport_; }

    int step() const { return step_; }
    /// Goes to a step, or the nearest kept below it, and stays there; at the newest step of what is
    /// being made it follows.
    void setStep(int step);
    void stepBy(int kept);  // over steps that were kept; forward or back
    void toFirst();
    void toLast();

    /// Playing or following what is being made.
    bool moving() const { return mode_ != Mode::Still; }
    void play();  // from the start where it stands at the end
    void pause();
    void togglePlay();

Q_SIGNALS:
    /// What is shown changed. sigma: 0 at the last step.
    void stepShown(int step, int steps, double sigma);

private:
    enum class Mode { Still, Playing, Following };
    void setMode(Mode mode);
    void showStep(int step);
    void tick();
    int lastRecorded() const;
    void measurePace(const Preview& preview);

    DenoiseCanvas* canvas_;
    Transport* transport_;
    std::shared_ptr<Frames> frames_;
    QTimer playing_;
    QElapsedTimer sinceTick_, sincePace_;
    Mode mode_ = Mode::Still;
    bool live_ = false;
    int step_ = 0, paceGroup_ = -1, paceStep_ = 0;
    double position_ = 0;  // in steps, while playing
};

}  // namespace daguerre
