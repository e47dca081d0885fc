#include "ui/widgets/transport.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <array>
#include <cmath>

#include "ui/widgets/icons.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr std::array speeds{0.25, 0.5, 1.0, 2.0, 4.0, 8.0};
constexpr int wideFrom = 780;   // px from which all readouts fit beside the slider
constexpr int levelFrom = 270;  // px from which a compact one has room for the noise level

QString levelText(double sigma) {
    if (sigma > 0 && sigma < 0.0095) return QString::number(sigma, 'g', 1);
    return QString::number(sigma, 'f', sigma >= 99.95 ? 1 : sigma >= 9.995 ? 2 : 3);
}

QString secondsText(double seconds) {
    return Transport::tr("%1 s/step").arg(seconds, 0, 'f', seconds < 0.0995 ? 3 : 2);
}

QLabel* readout(QWidget* parent, QPalette::ColorRole role) {
    auto* label = new QLabel(parent);
    label->setFont(fixedFont());
    label->setForegroundRole(role);
    return label;
}

}  // namespace

Transport::Transport(bool compact, QWidget* parent)
    : QWidget(parent),
      compact_(compact),
      slider_(new StepSlider(this)),
      curve_(new SigmaCurve(slider_, this)) {
    if (compact_) slider_->setMinimumWidth(64);
    makeButtons();
    makeReadouts();
    makeGrid();
    connect(slider_, &QSlider::sliderMoved, this, &Transport::moved);
    setFrames(nullptr);
}

QToolButton* Transport::button(const char* name, const QString& words, const char* key,
                               void (Transport::*signal)()) {
    auto* button = new QToolButton(this);
    button->setAutoRaise(true);
    button->setFixedSize(28, 28);
    setIconOnly(button, name, words, QLatin1String(key));
    buttons_->addWidget(button);
    if (signal) connect(button, &QToolButton::clicked, this, signal);
    return button;
}

void Transport::makeButtons() {
    buttons_ = new QHBoxLayout;
    buttons_->setSpacing(compact_ ? 6 : 2);
    button("skip-start-fill", tr("First step"), "Home", &Transport::firstWanted);
    if (!compact_) button("caret-left-fill", tr("Step back"), "Left", &Transport::backWanted);
    play_ = button("play-fill", tr("Play"), "Space", &Transport::playWanted);
    if (compact_) return;
    button("caret-right-fill", tr("Step on"), "Right", &Transport::forwardWanted);
    button("skip-end-fill", tr("Last step"), "End", &Transport::lastWanted);
    buttons_->addStretch();
}

void Transport::makeReadouts() {
    slider_->setAccessibleName(tr("Step"));
    step_ = readout(this, QPalette::WindowText);
    sigma_ = readout(this, accentRole);
    t_ = readout(this, dimRole);
    pace_ = readout(this, dimRole);
    kept_ = new QLabel(this);
    kept_->setForegroundRole(dimRole);
    levels_ = new QLabel(tr("Noise level σ"), this);
    levels_->setObjectName(QStringLiteral("transport.levels"));
    levels_->setFont(daguerre::font(Type::Section));
    range_ = new QLabel(this);
    range_->setFont(daguerre::font(Type::Caption));
    range_->setForegroundRole(dimRole);
    t_->setToolTip(tr("Training step that the network is told for this noise level"));
    sigma_->setToolTip(tr("Noise level σ: the picture is clean + σ · noise"));

    speed_ = new QComboBox(this);
    for (const double speed : speeds) speed_->addItem(QStringLiteral("%1×").arg(speed), speed);
    setSpeed(1);
    speed_->setToolTip(tr("Speed of playing"));
    speed_->setAccessibleName(tr("Speed of playing"));
    loop_ = new QToolButton(this);
    loop_->setAutoRaise(true);
    loop_->setCheckable(true);
    loop_->setFixedSize(28, 28);
    setIconOnly(loop_, "repeat", tr("Play again and again"));
}

void Transport::makeGrid() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(compact_ ? QMargins() : QMargins(12, 8, 12, 8));
    grid->setHorizontalSpacing(compact_ ? 8 : 16);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    readouts_ = new QHBoxLayout;
    readouts_->setSpacing(compact_ ? 8 : 14);
    extras_ = new QHBoxLayout;
    extras_->setSpacing(8);
    grid->addLayout(buttons_, 0, 0);
    grid->addWidget(slider_, 0, 1);
    grid->addLayout(readouts_, 0, 2);
    for (QLabel* label : {step_, sigma_}) readouts_->addWidget(label);
    if (compact_) {
        for (QWidget* unused : std::initializer_list<QWidget*>{curve_, t_, pace_, kept_, levels_,
                                                               range_, speed_, loop_})
            unused->hide();
        return;
    }
    for (QLabel* label : {t_, pace_}) readouts_->addWidget(label);
    readouts_->addStretch();
    readouts_->addWidget(speed_);
    readouts_->addWidget(loop_);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(levels_);
    words->addWidget(range_);
    words->addStretch();
    grid->addLayout(words, 1, 0);
    grid->addWidget(curve_, 1, 1);
    grid->addLayout(extras_, 1, 2);
    extras_->addWidget(kept_);
    extras_->addStretch();
}

void Transport::arrange() {
    if (compact_) sigma_->setVisible(width() >= levelFrom);
    const bool wide = compact_ || width() >= wideFrom;
    if (wide == wide_) return;
    wide_ = wide;
    for (QLabel* label : {t_, pace_}) {
        (wide ? extras_ : readouts_)->removeWidget(label);
        if (wide)
            readouts_->insertWidget(label == t_ ? 2 : 3, label);
        else
            extras_->insertWidget(label == t_ ? 0 : 1, label);
    }
}

QSize Transport::minimumSizeHint() const {
    return {compact_ ? 280 : 600, QWidget::minimumSizeHint().height()};
}

void Transport::resizeEvent(QResizeEvent*) { arrange(); }

void Transport::paintEvent(QPaintEvent*) {
    if (compact_) return;
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 1, colour(Token::Hairline));
}

void Transport::setFrames(std::shared_ptr<const Frames> frames) {
    frames_ = std::move(frames);
    curve_->setFrames(frames_);
    setEnabled(frames_ != nullptr);
    showStep(0);
}

void Transport::setSpacing(const QString& title) {
    spacing_ = title;
    showStep(slider_->value());
}

void Transport::showStep(int step) {
    const int steps = frames_ ? frames_->steps() : 0;
    slider_->setRange(0, std::max(steps, 1));
    slider_->setValue(std::max(step, 0));
    curve_->update();
    const QString total = QString::number(steps);
    const QString words = compact_ ? tr("%1 / %2") : tr("step %1 of %2");
    step_->setText(steps > 0 ? words.arg(std::max(step, 0), int(total.size())).arg(total)
                             : QString());
    showLevels(step);
    pace_->setText(frames_ && frames_->secondsPerStep > 0 ? secondsText(frames_->secondsPerStep)
                                                          : QString());
    const int every = frames_ ? frames_->every() : 1;
    kept_->setText(every == 1   ? QString()
                   : every == 2 ? tr("every 2nd step kept")
                                : tr("every %1th step kept").arg(every));
}

void Transport::showLevels(int step) {
    const int steps = frames_ ? frames_->steps() : 0;
    const auto [high, low] = curve_->range();  // a fill by copying and a film have no noise
    const bool end = steps > 0 && step == steps && high > 0,
               known = frames_ && frames_->knowsSigma(step) && high > 0;
    sigma_->setText(known || end
                        ? QStringLiteral("σ ") + levelText(frames_->sigma(step)).rightJustified(5)
                        : QString());
    const bool counted = known && std::isfinite(frames_->t(step));  // a model may count no steps
    const QString t = counted ? QString::number(qRound(frames_->t(step))) : QString();
    t_->setText(counted ? QStringLiteral("t ") + t.rightJustified(3)
                        : QString(5, QLatin1Char(' ')));
    if (!compact_)
        for (QWidget* widget : std::initializer_list<QWidget*>{levels_, curve_})
            widget->setVisible(steps == 0 || high > 0);
    const QString range = tr("%1 to %2").arg(levelText(high), levelText(low));
    range_->setText(high <= 0            ? QString()
                    : spacing_.isEmpty() ? range
                                         : range + QStringLiteral(", ") + spacing_);
}

void Transport::showPlaying(bool playing) {
    setIconOnly(play_, playing ? "pause-fill" : "play-fill", playing ? tr("Pause") : tr("Play"),
                QStringLiteral("Space"));
}

double Transport::speed() const { return speed_->currentData().toDouble(); }

void Transport::setSpeed(double speed) { speed_->setCurrentIndex(speed_->findData(speed)); }

bool Transport::loops() const { return loop_->isChecked(); }

void Transport::setLoops(bool loops) { loop_->setChecked(loops); }

}  // namespace daguerre
