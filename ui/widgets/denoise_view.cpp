#include "ui/widgets/denoise_view.h"

#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace daguerre {
namespace {

constexpr int frame_ms = 33;          // at most 30 frames a second
constexpr double stepsPerSecond = 8;  // at speed 1
constexpr double longestSeconds = 8;  // of the whole way, at speed 1

}  // namespace

DenoiseView::DenoiseView(Form form, QWidget* parent)
    : QWidget(parent),
      canvas_(new DenoiseCanvas(form == Form::Compact, this)),
      transport_(new Transport(form == Form::Compact, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(form == Form::Compact ? 8 : 0);
    column->addWidget(canvas_, 1);
    column->addWidget(transport_);

    playing_.setTimerType(Qt::PreciseTimer);
    playing_.setInterval(frame_ms);
    connect(&playing_, &QTimer::timeout, this, &DenoiseView::tick);
    connect(transport_, &Transport::moved, this, &DenoiseView::setStep);
    connect(transport_, &Transport::firstWanted, this, &DenoiseView::toFirst);
    connect(transport_, &Transport::backWanted, this, [this] { stepBy(-1); });
    connect(transport_, &Transport::playWanted, this, &DenoiseView::togglePlay);
    connect(transport_, &Transport::forwardWanted, this, [this] { stepBy(1); });
    connect(transport_, &Transport::lastWanted, this, &DenoiseView::toLast);
}

void DenoiseView::record(std::shared_ptr<Frames> frames) {
    setFrames(std::move(frames));
    live_ = true;
    paceGroup_ = -1;
    setMode(Mode::Following);
}

void DenoiseView::add(const std::vector<std::shared_ptr<const Preview>>& previews) {
    if (!frames_) return;
    for (const std::shared_ptr<const Preview>& preview : previews) {
        measurePace(*preview);
        frames_->add(preview);
    }
    showStep(mode_ == Mode::Following ? std::max(frames_->newest(), 0) : step_);
}

void DenoiseView::finish(int first, std::vector<Image> images) {
    if (!frames_) return;
    frames_->finish(first, std::move(images));
    showStep(mode_ == Mode::Following ? frames_->newest() : step_);
}

void DenoiseView::end() {
    live_ = false;
    if (mode_ == Mode::Following) setMode(Mode::Still);
    if (frames_) showStep(frames_->keptBelow(step_));
}

void DenoiseView::setFrames(std::shared_ptr<Frames> frames) {
    setMode(Mode::Still);
    live_ = false;
    frames_ = std::move(frames);
    canvas_->setFrames(frames_);
    transport_->setFrames(frames_);
    showStep(frames_ ? std::max(lastRecorded(), 0) : 0);
}

int DenoiseView::lastRecorded() const {
    return frames_ ? frames_->keptBelow(frames_->steps()) : -1;
}

void DenoiseView::measurePace(const Preview& preview) {
    if (preview.first != paceGroup_ || !sincePace_.isValid()) {
        paceGroup_ = preview.first;
        paceStep_ = preview.step;
        sincePace_.start();
    } else if (preview.step > paceStep_) {
        frames_->secondsPerStep =
            double(sincePace_.nsecsElapsed()) * 1e-9 / (preview.step - paceStep_);
    }
}

void DenoiseView::setStep(int step) {
    if (!frames_) return;
    if (live_ && step >= lastRecorded()) return setMode(Mode::Following);
    setMode(Mode::Still);
    showStep(frames_->keptBelow(step));
}

void DenoiseView::stepBy(int kept) {
    if (!frames_) return;
    int step = step_;
    for (; kept > 0; --kept) step = frames_->keptAfter(step);
    for (; kept < 0; ++kept) step = frames_->keptBelow(step - 1);
    setStep(std::max(step, 0));
}

void DenoiseView::toFirst() { setStep(0); }

void DenoiseView::toLast() { setStep(lastRecorded()); }

void DenoiseView::play() {
    if (!frames_ || lastRecorded() < 0) return;
    if (live_ && step_ >= lastRecorded()) return setMode(Mode::Following);
    position_ = step_ >= lastRecorded() ? 0 : step_;
    showStep(frames_->keptBelow(int(position_)));
    setMode(Mode::Playing);
}

void DenoiseView::pause() { setMode(Mode::Still); }

void DenoiseView::togglePlay() { moving() ? pause() : play(); }

void DenoiseView::setMode(Mode mode) {
    mode_ = mode;
    if (mode == Mode::Playing) {
        sinceTick_.start();
        playing_.start();
    } else {
        playing_.stop();
    }
    transport_->showPlaying(moving());
    if (mode == Mode::Following && frames_) showStep(std::max(frames_->newest(), 0));
    if (mode == Mode::Still && frames_) showStep(step_);
}

void DenoiseView::tick() {
    const double seconds = double(sinceTick_.nsecsElapsed()) * 1e-9;
    sinceTick_.restart();
    const double pace = std::max(stepsPerSecond, frames_->steps() / longestSeconds);
    position_ += seconds * pace * transport_->speed();
    const int last = lastRecorded();
    if (position_ < last) return showStep(frames_->keptBelow(int(position_)));
    if (live_) return setMode(Mode::Following);
    showStep(last);
    if (!transport_->loops()) return setMode(Mode::Still);
    // The finished picture stands for as long as four steps before it starts again.
    if (position_ > last + 4) position_ = 0;
}

void DenoiseView::showStep(int step) {
    step_ = std::max(step, 0);
    canvas_->setStep(step_, mode_ == Mode::Following);
    transport_->showStep(step_);
    Q_EMIT stepShown(step_, frames_ ? frames_->steps() : 0, frames_ ? frames_->sigma(step_) : 0);
}

}  // namespace daguerre
