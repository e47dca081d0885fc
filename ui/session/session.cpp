#include "ui/session/session.h"

#include <algorithm>
#include <chrono>

#include <QLocale>

#include "core/base/table.h"
#include "core/training/runs.h"
#include "ui/session/setting.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"

namespace daguerre {

namespace {

const Setting<QString> lastModel{"model", QString()};
/// The folder of the run that is trained; none once it ended by itself or was stopped.
const Setting<QString> trainedRun{"train/run", QString()};
constexpr std::size_t endedKept = 20;
constexpr qint64 briefMs = 1000;

}  // namespace

qint64 Session::nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Session::Session(ModelSource source, QObject* parent)
    : QObject(parent), source_(std::move(source)), actions_(this) {}

void Session::begin() {
    making_ = std::make_unique<Worker>(QStringLiteral("making"));
    files_ = std::make_unique<Worker>(QStringLiteral("files"));
    quick_ = std::make_unique<Worker>(QStringLiteral("quick"));
    trainer_ = std::make_unique<Worker>(QStringLiteral("training"));
    for (const std::shared_ptr<Job>& job : std::exchange(early_, {})) quick_->run(job);
    beginRecovery();
    lookForRun();
    const auto job = makeJob<DeviceJob>(source_.use);
    connect(job.get(), &DeviceJob::chose, this, [this](const DeviceChoice& choice) {
        device_ = choice;
        Q_EMIT deviceChosen();
    });
    make(job);

    listModels();
    std::vector<std::string> known;
    for (const ModelEntry& entry : models_)
        if (makes_images(entry)) known.push_back(entry.id);
    for (const std::string& wish : {lastModel.get().toStdString(), std::string("fashion"),
                                    known.empty() ? std::string() : known.front()})
        if (std::find(known.begin(), known.end(), wish) != known.end()) return openModel(wish);
}

void Session::listModels() {
    models_ = source_.list();
    Q_EMIT modelsListed();
}

void Session::beginRecovery() {
    recovery_ = std::make_unique<Recovery>();
    connect(recovery_.get(), &Recovery::found, this, &Session::leftFound);
    connect(recovery_.get(), &Recovery::failed, this,
            [this](const Sentence& why) { say(words(why)); });
    connect(recovery_.get(), &Recovery::reopened, this,
            [this](const std::shared_ptr<const JournalContents>& journal) {
                openPhoto({.photo = nullptr, .journal = journal});
            });
    recovery_->look();
}

void Session::openModel(const std::string& name) {
    if (name == modelName_ && (model_ || opening_)) return;
    if (opening_) opening_->cancel();
    const auto job = makeJob<OpenModelJob>(name, source_.open);
    opening_ = job;
    modelName_ = name;
    model_ = nullptr;
    modelTrouble_.clear();
    connect(job.get(), &OpenModelJob::opened, this,
            [this, job = job.get()](const std::shared_ptr<const Model>& model) {
                if (opening_.get() != job) return;
                model_ = model;
                lastModel.set(QString::fromStdString(job->name()));
            });
    connect(job.get(), &Job::finished, this,
            [this, job = job.get()](Outcome outcome, const Sentence& why) {
                if (opening_.get() != job) return;
                opening_ = nullptr;
                if (outcome == Outcome::Failed) modelTrouble_ = words(why);
                Q_EMIT modelChanged();
            });
    make(job);
    Q_EMIT modelChanged();
}

void Session::make(const std::shared_ptr<Job>& job) {
    list(job);
    making_->run(job);
}

void Session::file(const std::shared_ptr<Job>& job) {
    list(job);
    files_->run(job);
}

void Session::browse(const std::shared_ptr<Job>& job) {
    if (!browsing_) browsing_ = std::make_unique<Worker>(QStringLiteral("browsing"));
    list(job);
    browsing_->run(job);
}

void Session::fetch(const std::shared_ptr<Job>& job) {
    if (!fetching_) fetching_ = std::make_unique<Worker>(QStringLiteral("fetching"));
    list(job);
    fetching_->run(job);
}

void Session::trainOn(TrainWish wish) {
    train_ = std::move(wish);
    Q_EMIT wanted(QStringLiteral("train"));
    Q_EMIT trainWished();
}

void Session::train(RunStart start) {
    if (training_) return;
    const auto job = makeJob<TrainJob>(std::move(start), source_.train);
    training_ = job;
    trainStatus_ = {};
    connect(job.get(), &TrainJob::stood, this, [this](const TrainStatus& status) {
        trainStatus_ = status;
        Q_EMIT trainingStood();
    });
    connect(job.get(), &TrainJob::snapshotMade, this,
            [this, name = job->folder().string()](const std::shared_ptr<const Model>& model) {
                if (opening_) opening_->cancel();
                opening_ = nullptr;
                modelName_ = name;
                model_ = model;
                modelTrouble_.clear();
                Q_EMIT modelChanged();
                Q_EMIT wanted(QStringLiteral("generate"));
            });
    list(job);
    entryOf(job.get()).workspace = QStringLiteral("train");
    trainedRun.set(QString::fromStdString(job->folder().string()));
    connect(job.get(), &Job::finished, this, [this] {
        training_ = nullptr;
        trainedRun.set(QString());
        Q_EMIT trainingChanged();
    });
    letOthersFirst();
    trainer_->run(job);
    Q_EMIT trainingChanged();
}

/// Of the files of a run: how long after its state its log was written.
void Session::lookForRun() {
    const QString left = trainedRun.get();
    if (left.isEmpty()) return;
    const auto job = makeJob<Errand>(
        tr("Look for a run"),
        [this,
         folder = std::filesystem::path(left.toStdString())](const OnProgress&) -> Errand::Then {
            const RunInfo run = look_at_run(folder);
            const bool goesOn = run.state == RunState::Stopped && run.images_seen > 0;
            if (!run.trouble.pattern.empty() || !goesOn) return {};
            std::error_code error;
            const auto logged = std::filesystem::last_write_time(folder / "log.jsonl", error);
            const auto saved =
                std::filesystem::last_write_time(folder / "state.safetensors", error);
            const auto lost = std::chrono::duration_cast<std::chrono::seconds>(logged - saved);
            return [this, run, lost = error ? 0 : std::max<std::int64_t>(lost.count(), 0)] {
                if (training_) return;
                Q_EMIT runLeft(tr("Training %1 ended at %2 images, saved %3 s before the end.")
                                   .arg(QString::fromStdString(run.folder.filename().string()),
                                        QLocale().toString(qlonglong(run.images_seen)))
                                   .arg(lost),
                               run.folder);
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    quick_->run(job);
}

void Session::tryTraining() {
    if (training_) training_->snapshotNow();
}

void Session::letOthersFirst() {
    if (!training_) return;
    const bool busy = std::any_of(jobs_.begin(), jobs_.end(), [](const JobEntry& entry) {
        return std::dynamic_pointer_cast<GenerateJob>(entry.job) ||
               std::dynamic_pointer_cast<FillJob>(entry.job);
    });
    training_->setWaiting(busy && trainingWaits.get());
}

void Session::soon(const std::shared_ptr<Job>& job) {
    quick_ ? quick_->run(job) : early_.push_back(job);
}

void Session::openFile(const std::filesystem::path& path) {
    const auto job = makeJob<LookJob>(path);
    connect(job.get(), &LookJob::glanced, this, &Session::showGlance);
    connect(job.get(), &LookJob::seen, this, &Session::take);
    connect(job.get(), &Job::finished, this, [this] { showGlance({}); });
    file(job);
}

void Session::take(const Dropped& dropped) {
    if (dropped.kind == Dropped::Kind::Model) {
        openModel(dropped.file.string());
        Q_EMIT wanted(QStringLiteral("generate"));
        return;
    }
    if (dropped.kind == Dropped::Kind::Dataset) {
        images_ = dropped.file;
        Q_EMIT wanted(QStringLiteral("datasets"));
        return Q_EMIT datasetCame();
    }
    if (dropped.kind == Dropped::Kind::Run) {
        shownRun_ = dropped.file;
        Q_EMIT wanted(QStringLiteral("train"));
        Q_EMIT runCame();
        return;
    }
    // Over Retouch's canvas every image is a photo.
    const bool retouching = actions_.scope() == QLatin1String("retouch");
    if (dropped.kind == Dropped::Kind::Photo || retouching)
        return openPhoto({.photo = dropped.photo});
    restore_ = dropped;
    Q_EMIT wanted(QStringLiteral("generate"));
    Q_EMIT restoring();
}

void Session::showGlance(const Tiles& smaller) {
    if (smaller.size() == glance_.size() && smaller.size().width == 0) return;
    glance_ = smaller;
    if (glance_.size().width > 0) Q_EMIT wanted(QStringLiteral("retouch"));
    Q_EMIT glanceChanged();
}

void Session::openPhoto(PhotoWish photo) {
    photos_.push_back(std::move(photo));
    Q_EMIT wanted(QStringLiteral("retouch"));
    Q_EMIT photosCame();
}

void Session::carry(Carried carried) {
    carried_ = std::move(carried);
    Q_EMIT wanted(QStringLiteral("generate"));
    Q_EMIT restoring();
}

void Session::startFrom(const std::filesystem::path& photo, const std::string& imageClass) {
    start_ = {photo, imageClass};
    Q_EMIT wanted(QStringLiteral("generate"));
    Q_EMIT restoring();
}

std::optional<Dropped> Session::takeRestore() { return std::exchange(restore_, std::nullopt); }

JobEntry& Session::entryOf(const Job* job) {
    return *std::find_if(jobs_.begin(), jobs_.end(),
                         [&](const JobEntry& entry) { return entry.key == job; });
}

void Session::list(const std::shared_ptr<Job>& job) {
    const Job* raw = job.get();
    jobs_.push_back({.title = job->title(), .job = job, .key = raw, .workspace = actions_.scope()});
    connect(raw, &Job::started, this, [this, raw] {
        entryOf(raw).state = JobEntry::State::Running;
        entryOf(raw).startedMs = nowMs();
        Q_EMIT jobsChanged();
    });
    connect(raw, &Job::advanced, this, [this, raw](const Advance& advance) {
        entryOf(raw).advance = advance;
        Q_EMIT jobsChanged();
    });
    connect(raw, &Job::finished, this,
            [this, raw](Outcome outcome, const Sentence& why) { end(raw, outcome, why); });
    if (const auto generate = std::dynamic_pointer_cast<GenerateJob>(job))
        connect(generate.get(), &GenerateJob::made, this,
                [this](int, const std::vector<Picture>& made) { Q_EMIT picturesAdded(made); });
    letOthersFirst();
    Q_EMIT jobsChanged();
}

void Session::end(const Job* job, Outcome outcome, const Sentence& why) {
    JobEntry& entry = entryOf(job);
    entry.state = JobEntry::State::Ended;
    entry.outcome = outcome;
    entry.endedMs = nowMs();
    entry.job = nullptr;
    entry.key = nullptr;
    if (outcome == Outcome::Failed) {
        entry.why = words(why);
        say(entry.why);
    }
    // What went well and fast needs no line in the list.
    if (outcome == Outcome::Done && entry.endedMs - entry.startedMs < briefMs)
        jobs_.erase(jobs_.begin() + (&entry - jobs_.data()));
    const auto ended = [](const JobEntry& any) { return any.state == JobEntry::State::Ended; };
    if (std::size_t(std::count_if(jobs_.begin(), jobs_.end(), ended)) > endedKept)
        jobs_.erase(std::find_if(jobs_.begin(), jobs_.end(), ended));
    letOthersFirst();
    Q_EMIT jobsChanged();
}

}  // namespace daguerre
