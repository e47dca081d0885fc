#include "ui/work/train_job.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "core/models/train_request.h"
#include "core/nn/device.h"

namespace daguerre {

namespace {

constexpr double tellInterval = 0.1, knownAfter = 3;  // seconds

double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// Leaves the cores to the window where both want them; threads that LibTorch starts from here do
/// the same.
void yieldCores() {
    constexpr int nice = 10;  // about a tenth of what others get
    setpriority(PRIO_PROCESS, id_t(gettid()), nice);
}

QString titleOf(const RunStart& start) {
    return Job::tr("Train %1").arg(QString::fromStdString(start.folder.filename().string()));
}

}  // namespace

std::unique_ptr<TrainingRun> openRun(const RunStart& start) {
    use_device();
    auto run = start.dataset.empty()
                   ? TrainingRun::resume(start.folder)
                   : TrainingRun::start(start.dataset, start.family, start.folder, start.settings);
    const auto settled = options_from<TrainRequest>(run->request());
    use_device(settled.device, int(settled.threads));  // a run goes on where it began
    return run;
}

TrainJob::TrainJob(RunStart start, Open open)
    : Job(titleOf(start)), start_(std::move(start)), open_(std::move(open)) {}

void TrainJob::wish(unsigned bits) {
    wishes_ |= bits;
    wishes_.notify_all();
}

void TrainJob::drop(unsigned bits) {
    wishes_ &= ~bits;
    wishes_.notify_all();
}

bool TrainJob::wished(Wish bit) {
    const bool was = wishes_ & bit;
    if (was) wishes_ &= ~unsigned(bit);
    return was;
}

void TrainJob::cancel() {
    Job::cancel();
    wish(Stop);
}

void TrainJob::pause() {
    pauseWished_ = now();
    wish(Pause);
}

void TrainJob::goOn() { drop(Pause); }

void TrainJob::setWaiting(bool waiting) { waiting ? wish(Wait) : drop(Wait); }

void TrainJob::addWindowSeconds(double seconds) { windowSeconds_ += seconds; }

void TrainJob::run() {
    yieldCores();
    tell(TrainStatus::Phase::Opening);
    run_ = open_(start_);
    if (const auto remarks = run_->remarks(); !remarks.empty()) Q_EMIT remarked(remarks);
    while (!run_->finished() && !cancelled()) {
        serve();
        if (wishes_ & (Pause | Wait | Stop))
            hold();
        else
            step();
    }
    if (status_.report.images_total > 0) save();
    tell(TrainStatus::Phase::Training);
    run_.reset();  // its folder is free when the job tells that it ended
}

void TrainJob::step() {
    const double before = now();
    status_.report = run_->advance();
    trainedSeconds_ += now() - before;
    if (status_.phase != TrainStatus::Phase::Training || now() - told_ >= tellInterval)
        tell(TrainStatus::Phase::Training);
    if (run_->preview_due()) sample();
    if (run_->save_due()) trySave();
}

void TrainJob::serve() {
    if (wished(Sample)) sample();
    if (wished(Save)) trySave();
    if (wished(Snapshot)) Q_EMIT snapshotMade(run_->snapshot());
}

void TrainJob::hold() {
    if (wishes_ & Stop) return;
    const bool pausing = wishes_ & Pause;
    const auto phase = pausing ? TrainStatus::Phase::Paused : TrainStatus::Phase::Waiting;
    if (status_.phase != phase) {
        if (pausing) status_.tookSeconds = now() - pauseWished_;
        if (pausing && status_.trouble.pattern.empty() && status_.report.images_total > 0) {
            trySave();
            if (!status_.trouble.pattern.empty()) return;  // said already, by the same phase
        }
        tell(phase);
    }
    const unsigned seen = wishes_;
    if ((seen & (Pause | Wait)) && !(seen & (Stop | Sample | Save | Snapshot))) wishes_.wait(seen);
    if (!(wishes_ & Pause)) status_.trouble = {};
}

void TrainJob::sample() {
    const TrainStatus::Phase before = status_.phase;
    tell(TrainStatus::Phase::Sampling);
    const double start = now();
    const unsigned ends = wishes_ & Pause ? Stop : Stop | Pause;  // a paused run may be asked too
    const std::filesystem::path file =
        run_->make_preview([&](const Progress&) { return !(wishes_ & ends); });
    sampleSeconds_ += now() - start;
    if (!file.empty()) Q_EMIT previewed(QString::fromStdString(file.string()));
    tell(before);
}

void TrainJob::save() {
    const TrainStatus::Phase before = status_.phase;
    tell(TrainStatus::Phase::Saving);
    run_->save();
    status_.savedImages = status_.report.images_seen;
    tell(before);
}

/// A full disk or a drive that is gone ends no run: it pauses, and Resume tries again.
void TrainJob::trySave() {
    if (status_.report.images_total == 0) return;  // nothing was learned since the run was opened
    try {
        save();
    } catch (const Error& error) {
        status_.trouble = error.sentence();
        wish(Pause);
        tell(TrainStatus::Phase::Paused);
    }
}

void TrainJob::tell(TrainStatus::Phase phase) {
    status_.phase = phase;
    told_ = now();
    const StepReport& report = status_.report;
    const auto rest = double(report.images_total - report.images_seen);
    const bool known = trainedSeconds_ > knownAfter && report.images_per_second > 0;
    status_.left = known ? rest / report.images_per_second : -1;
    if (trainedSeconds_ > 0)
        status_.cost = (sampleSeconds_ + windowSeconds_) / (trainedSeconds_ + sampleSeconds_);
    Q_EMIT stood(status_);
    QString state;
    if (phase == TrainStatus::Phase::Opening) state = tr("reading the dataset");
    if (phase == TrainStatus::Phase::Paused) state = tr("paused");
    if (phase == TrainStatus::Phase::Waiting) state = tr("waits for pictures");
    advance({qint64(report.images_seen), qint64(report.images_total), QStringLiteral("images"),
             status_.left, state});
}

}  // namespace daguerre
