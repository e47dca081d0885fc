#include "ui/frame/status_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QToolTip>
#include <algorithm>

#include "core/base/machine.h"
#include "ui/frame/jobs_list.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int barHeight = 28, meterWidth = 72, runningWidth = 120, leastDevice = 120;
constexpr double gigabyte = 1024. * 1024 * 1024;

QToolButton* chip(QWidget* parent, const char* name) {
    auto* button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFont(daguerre::font(Type::Caption));
    button->setFixedHeight(24);
    return button;
}

QProgressBar* meter(QWidget* parent, int width) {
    auto* bar = new QProgressBar(parent);
    bar->setRange(0, 1000);
    bar->setTextVisible(false);
    bar->setFixedSize(width, 8);
    return bar;
}

QLabel* caption(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setFont(daguerre::font(Type::Caption));
    return label;
}

QFrame* hairline(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::VLine);
    line->setFixedSize(9, 16);
    return line;
}

}  // namespace

StatusBar::StatusBar(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), list_(new JobsList(session, this)) {
    setFixedHeight(barHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap2, 0, gap2, 0);
    row->setSpacing(gap1);
    device_ = chip(this, "status.device");
    // A long name is cut before anything else.
    device_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    device_->setMinimumWidth(leastDevice);
    memory_ = chip(this, "status.memory");
    meter_ = meter(this, meterWidth);
    meter_->setAccessibleName(tr("Memory"));
    row->addWidget(device_);
    row->addWidget(hairline(this));
    auto* ram = caption(this);
    ram->setText(tr("RAM"));
    row->addWidget(ram);
    row->addSpacing(gap1);
    row->addWidget(meter_);
    row->addWidget(memory_);
    row->addWidget(makeRunning());
    row->addStretch();
    jobs_ = chip(this, "status.jobs");
    jobs_->setIcon(icon("chevron-up", Token::Dim));
    jobs_->setLayoutDirection(Qt::RightToLeft);  // the arrow after the words
    jobs_->setToolTip(session.actions().tip("jobs"));
    row->addWidget(jobs_);
    connect(device_, &QToolButton::clicked, this, &StatusBar::explainDevice);
    connect(memory_, &QToolButton::clicked, this, &StatusBar::explainMemory);
    connect(jobs_, &QToolButton::clicked, this, &StatusBar::toggleJobs);
    connect(&session, &Session::deviceChosen, this, &StatusBar::showDevice);
    soon_.setSingleShot(true);
    soon_.setInterval(100);
    connect(&soon_, &QTimer::timeout, this, &StatusBar::showJobs);
    connect(&session, &Session::jobsChanged, &soon_, [this] {
        if (!soon_.isActive()) soon_.start();
    });
    everySecond_.setInterval(1000);
    connect(&everySecond_, &QTimer::timeout, this, &StatusBar::showMemory);
    everySecond_.start();
    showDevice();
    showMemory();
    showJobs();
}

QWidget* StatusBar::makeRunning() {
    running_ = new QWidget(this);
    auto* row = new QHBoxLayout(running_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    runningTitle_ = caption(running_);
    runningBar_ = meter(running_, runningWidth);
    runningTime_ = caption(running_);
    runningTime_->setForegroundRole(dimRole);
    pause_ = chip(running_, "status.pause");
    pause_->setToolButtonStyle(Qt::ToolButtonIconOnly);
    pause_->setFixedWidth(24);
    setIconOnly(pause_, "pause-fill", tr("Pause"));
    stop_ = chip(running_, "status.stop");
    stop_->setToolButtonStyle(Qt::ToolButtonIconOnly);
    stop_->setFixedWidth(24);
    setIconOnly(stop_, "stop-fill", tr("Stop"), QStringLiteral("Ctrl+."));
    row->addWidget(hairline(running_));
    for (QWidget* widget : {static_cast<QWidget*>(runningTitle_),
                            static_cast<QWidget*>(runningBar_), static_cast<QWidget*>(runningTime_),
                            static_cast<QWidget*>(pause_), static_cast<QWidget*>(stop_)})
        row->addWidget(widget);
    connect(stop_, &QToolButton::clicked, this, [this] {
        if (const auto job = shown()) job->cancel();
    });
    connect(pause_, &QToolButton::clicked, this, [this] {
        if (const auto training = std::dynamic_pointer_cast<TrainJob>(shown()))
            training->pausing() ? training->goOn() : training->pause();
        showJobs();
    });
    return running_;
}

void StatusBar::showDevice() {
    const DeviceChoice* choice = session_.device();
    const bool gpu = choice && choice->device != "cpu";
    device_->setIcon(icon(gpu ? "gpu-card" : "cpu", Token::Dim));
    QString text = tr("Choosing the device…");
    if (choice) {
        text = gpu ? tr("GPU %1, %2")
                         .arg(QString::fromStdString(choice->device.substr(5)),
                              QString::fromStdString(choice->name))
                   : tr("CPU, %n thread(s)", nullptr, choice->threads);
        const QString brief = words(choice->brief);
        if (!brief.isEmpty()) text = tr("%1: %2").arg(text, brief);
        device_->setToolTip(words(choice->why));
    }
    device_->setText(text);
    device_->setAccessibleName(text);
}

void StatusBar::showMemory() {
    const double used = double(memory_used()), total = double(memory_total());
    const double share = total > 0 ? used / total : 0;
    meter_->setValue(int(share * 1000));
    setMark(meter_, share > 0.95 ? Mark::Bad : share > 0.8 ? Mark::Warn : Mark::None);
    memory_->setText(
        tr("%1 / %2 GB").arg(used / gigabyte, 0, 'f', 1).arg(total / gigabyte, 0, 'f', 0));
    memory_->setAccessibleName(tr("Memory used: %1").arg(memory_->text()));
    memory_->setToolTip(tr("Memory that Daguerre uses, of what this machine has"));
}

void StatusBar::showJobs() {
    const auto& jobs = session_.jobs();
    const auto open = std::count_if(jobs.begin(), jobs.end(),
                                    [](const JobEntry& entry) { return entry.job != nullptr; });
    jobs_->setText(open ? tr("%n job(s)", nullptr, int(open)) : tr("No jobs"));
    jobs_->setAccessibleName(jobs_->text());
    const auto job = shown();
    const auto running = std::find_if(
        jobs.begin(), jobs.end(), [&](const JobEntry& entry) { return job && entry.job == job; });
    running_->setVisible(running != jobs.end());
    if (running != jobs.end()) {
        runningTitle_->setText(shortened(running->title, 48));
        runningBar_->setValue(int(std::max(shareOf(*running), 0.) * 1000));
        runningBar_->setAccessibleName(running->title);
        runningTime_->setText(stateWords(*running));
        const auto training = std::dynamic_pointer_cast<TrainJob>(job);
        pause_->setVisible(training != nullptr);
        if (training)
            setIconOnly(pause_, training->pausing() ? "play-fill" : "pause-fill",
                        training->pausing() ? tr("Resume") : tr("Pause"));
        else if (!soon_.isActive())
            soon_.start();  // the time left runs on by itself
    }
    list_->refresh();
}

/// What was started last and runs; training only while nothing else does.
std::shared_ptr<Job> StatusBar::shown() const {
    std::shared_ptr<Job> found;
    for (const JobEntry& entry : session_.jobs())
        if (entry.state == JobEntry::State::Running &&
            (!found || !std::dynamic_pointer_cast<TrainJob>(entry.job)))
            found = entry.job;
    return found;
}

void StatusBar::toggleJobs() {
    if (list_->isVisible()) return list_->hide();
    const QPoint corner = mapToGlobal(QPoint(width() - list_->width() - gap2, 0));
    list_->setGeometry(corner.x(), corner.y() - 10, list_->width(), 10);
    list_->show();
    list_->refresh();
}

void StatusBar::explainDevice() {
    if (const DeviceChoice* choice = session_.device())
        QToolTip::showText(
            device_->mapToGlobal(QPoint(0, -48)),
            words(choice->why) + QLatin1Char('\n') + QString::fromStdString(choice->name), device_);
}

void StatusBar::explainMemory() {
    QToolTip::showText(memory_->mapToGlobal(QPoint(0, -48)),
                       tr("Used now %1 GB, at most so far %2 GB, free in this machine %3 GB")
                           .arg(double(memory_used()) / gigabyte, 0, 'f', 1)
                           .arg(double(memory_peak()) / gigabyte, 0, 'f', 1)
                           .arg(double(memory_available()) / gigabyte, 0, 'f', 1),
                       memory_);
}

}  // namespace daguerre
