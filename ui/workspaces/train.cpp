#include "ui/workspaces/train.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QToolTip>
#include <algorithm>
#include <utility>

#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/confused_list.h"
#include "ui/workspaces/train_checkpoints.h"
#include "ui/workspaces/train_compare.h"
#include "ui/workspaces/train_dashboard.h"
#include "ui/workspaces/train_film.h"
#include "ui/workspaces/train_runs.h"
#include "ui/workspaces/train_setup.h"
#include "ui/workspaces/train_timeline.h"
#include "ui/workspaces/train_words.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {
namespace {

enum Page { Empty, Charts, Comparison };
constexpr int listEvery = 5;           // s
constexpr double readingShare = 0.01;  // of the time that reading and drawing may take
constexpr std::size_t mostCompared = 6;

}  // namespace

QWidget* makeTrain(Session& session) { return new TrainPage(session); }

void TrainPage::connectActions() {
    Actions& actions = session_.actions();
    const auto on = [&](const char* id, auto act) {
        connect(actions[id], &QAction::triggered, this, act);
    };
    const auto pause = [this] {
        const auto& job = session_.training();
        if (job) job->pausing() ? job->goOn() : job->pause();
        showState();
    };
    const auto with = [this](auto act) {
        return [this, act] {
            if (session_.training()) act(*session_.training());
        };
    };
    const auto sample = with([](TrainJob& job) { job.sampleNow(); });
    const auto save = with([](TrainJob& job) { job.saveNow(); });
    const auto stop = with([](TrainJob& job) { job.cancel(); });
    on("train-start", [this] { setup_->press(); });
    on("train-pause", pause);
    on("train-stop", stop);
    on("train-sample", sample);
    on("train-save", save);
    on("train-try", [this] { session_.tryTraining(); });
    on("previews-play", [this] { timeline_->play(); });
    on("preview-before", [this] { timeline_->stepBy(-1); });
    on("preview-next", [this] { timeline_->stepBy(1); });
    on("axis-kind", [this] { dashboard_->nextScale(); });
    on("whole-axes", [this] { dashboard_->whole(); });
    on("copy-training", [this] {
        QGuiApplication::clipboard()->setText(setup_->command());
        session_.say(tr("Copied: %1").arg(shortened(setup_->command(), 100)));
    });
    on("export-events", [this] { exportEvents(); });
    on("previews-film", [this] { film(); });
    on("undo-setting", [this] { setup_->undo(); });
    on("redo-setting", [this] { setup_->redo(); });
    on("load-settings", [this] { setup_->askSettings(false); });
    on("save-settings", [this] { setup_->askSettings(true); });
    on("export-charts", [this] { exportCharts(); });
    on("side-panel", [this] {
        if (isVisible()) setup_->setVisible(setup_->isHidden());
    });
    connect(pause_, &QPushButton::clicked, this, pause);
    connect(stop_, &QPushButton::clicked, this, stop);
    connect(sample_, &QToolButton::clicked, this, sample);
    connect(save_, &QToolButton::clicked, this, save);
    connect(resume_, &QPushButton::clicked, this, [this] { session_.train({.folder = shown_}); });
    connect(fix_, &QPushButton::clicked, this, [this] {
        const Finding found = found_;  // the form that comes has none
        setup_->newFrom({{found.setting, found.value}});
    });
    connect(why_, &QToolButton::clicked, this, [this] {
        QToolTip::showText(why_->mapToGlobal(QPoint(0, -64)), words(found_.why), why_);
    });
    connect(runs_, &RunList::shown, this, &TrainPage::showRun);
    connect(runs_, &RunList::newWanted, this, [this] { showRun({}); });
    connect(setup_, &TrainSetup::newWanted, this, [this] { showRun({}); });
    connect(setup_, &TrainSetup::startWanted, &session_, &Session::train);
    connect(runs_, &RunList::tickedChanged, this, [this] {
        for (const auto& folder : runs_->ticked()) read(folder);
        showData();
    });
    connect(runs_, &RunList::compareWanted, this, [this] {
        const bool comparing = work_->currentIndex() == Comparison;
        runs_->setComparing(!comparing);
        work_->setCurrentIndex(comparing ? (shown_.empty() ? Empty : Charts) : Comparison);
        showData();
    });
    connect(runs_->checkpoints(), &Checkpoints::tryWanted, this,
            [this](const std::filesystem::path& model) {
                if (model.empty()) return session_.tryTraining();
                session_.openModel(model.string());
                session_.showWorkspace(QStringLiteral("generate"));
            });
    connect(runs_->checkpoints(), &Checkpoints::exportWanted, this, &TrainPage::askExport);
    connect(runs_->checkpoints(), &Checkpoints::folderWanted, this, &TrainPage::showInFolder);
    connect(runs_->checkpoints(), &Checkpoints::keepWanted, this, &TrainPage::keep);
    connect(timeline_, &Timeline::filmWanted, this, &TrainPage::film);
    connect(dashboard_, &Dashboard::cellChosen, this, [this](int shows, int taken) {
        if (const RunData* own = data(); own && own->confusion)
            confused_->list(shown_, *own->confusion, shows, taken);
    });
    connect(timeline_, &Timeline::moved, dashboard_, &Dashboard::setHover);
    connect(&session_, &Session::trainingChanged, this, &TrainPage::begun);
    connect(&session_, &Session::trainingStood, this, &TrainPage::showState);
    connect(&session_, &Session::runCame, this, &TrainPage::takeDropped);
    connect(&session_, &Session::trainWished, this, &TrainPage::takeWish);
}

void TrainPage::film() {
    if (!timeline_->previews().empty())
        filmPreviews(session_, timeline_->previews(), timeline_->followed(), nameOf(shown_), this);
}

bool TrainPage::trains() const {
    return session_.training() && session_.training()->folder() == shown_;
}

const RunData* TrainPage::data() const {
    const auto found = open_.find(shown_);
    return found != open_.end() && found->second.known ? &found->second.data : nullptr;
}

void TrainPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refreshRuns();
    if (!shown_.empty()) read(shown_);
}

/// A run began or ended.
void TrainPage::begun() {
    const std::shared_ptr<TrainJob> job = session_.training();
    if (job && job != followed_) {
        connect(job.get(), &TrainJob::previewed, this, [this, folder = job->folder()] {
            if (isVisible()) read(folder);
        });
        connect(job.get(), &TrainJob::remarked, this,
                [this](const std::vector<std::string>& remarks) {
                    QStringList lines;
                    for (const std::string& remark : remarks) lines += words(remark);
                    notice_->say(lines.join(QLatin1Char(' ')));
                });
        showRun(job->folder());
    } else if (!job && followed_) {
        read(followed_->folder());
    }
    followed_ = job;
    refreshRuns();
    showState();
}

void TrainPage::takeDropped() {
    const std::filesystem::path folder = session_.takeRun();
    if (folder.empty()) return;
    if (std::ranges::find(elsewhere_, folder) == elsewhere_.end()) elsewhere_.push_back(folder);
    showRun(folder);
    refreshRuns();
}

void TrainPage::takeWish() {
    const std::optional<TrainWish> wish = session_.takeTrainWish();
    if (!wish) return;
    showRun({});
    setup_->begin(wish->dataset, wish->settings);
}

void TrainPage::refreshRuns() {
    if (listing_) return;
    listing_ = true;
    const auto job =
        makeJob<Errand>(tr("List the runs"), [this, more = elsewhere_](const OnProgress&) {
            std::vector<RunInfo> runs = known_runs();
            for (const auto& folder : more)
                if (std::ranges::find(runs, folder, &RunInfo::folder) == runs.end())
                    runs.push_back(look_at_run(folder));
            return Errand::Then([this, runs] { takeRuns(runs); });
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this] { listing_ = false; });
    session_.soon(job);
}

void TrainPage::takeRuns(const std::vector<RunInfo>& runs) {
    runs_->setRuns(runs);
    const bool first = !std::exchange(listed_, true);
    if (first && shown_.empty() && !runs.empty()) return showRun(runs.front().folder);
    runs_->setCurrent(shown_);
    showState();
}

void TrainPage::showRun(const std::filesystem::path& folder) {
    if (std::exchange(shown_, folder) != folder) {
        hurdle_.clear();
        notice_->hide();
    }
    listed_ = listed_ || !folder.empty();
    runs_->setCurrent(folder);
    if (work_->currentIndex() == Comparison) runs_->setComparing(false);
    work_->setCurrentIndex(folder.empty() ? Empty : Charts);
    if (!folder.empty()) read(folder);
    showData();
}

void TrainPage::read(const std::filesystem::path& folder) {
    Open& open = open_[folder];
    if (open.reading) return;
    open.reading = true;
    if (!open.reader) open.reader = std::make_shared<RunReader>(folder);
    const auto job =
        makeJob<Errand>(tr("Read a run"), [this, folder, reader = open.reader](const OnProgress&) {
            const RunData data = reader->read();
            return Errand::Then([this, folder, data] { took(folder, data); });
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this, folder] { open_[folder].reading = false; });
    session_.soon(job);
}

void TrainPage::took(const std::filesystem::path& folder, const RunData& data) {
    Open& open = open_[folder];
    open.data = data;
    open.known = true;
    showData();
    const double spent = data.seconds + dashboard_->takeSeconds();
    if (session_.training()) session_.training()->addWindowSeconds(spent);
    waitSeconds_ = spent / readingShare;
    if (!data.curves->whole) {
        open.reading = false;
        read(folder);
    }
}

void TrainPage::tick() {
    waitSeconds_ -= 1;
    if (!isVisible()) return;
    if (++ticks_ % listEvery == 0) refreshRuns();
    if (waitSeconds_ > 0 || shown_.empty()) return;
    const RunData* shown = data();
    const bool grows = trains() || !shown || shown->info.state == RunState::Running;
    if (grows && session_.trainStatus().phase != TrainStatus::Phase::Paused) read(shown_);
}

void TrainPage::showData() {
    const RunData* own = data();
    std::vector<ShownRun> shown;
    if (own) shown.push_back({nameOf(shown_), 0, *own});
    std::vector<ShownRun> ticked;
    for (const auto& folder : runs_->ticked()) {
        const auto found = open_.find(folder);
        if (found == open_.end() || !found->second.known || ticked.size() >= mostCompared) continue;
        ticked.push_back({nameOf(folder), runs_->colourOf(folder), found->second.data});
        if (folder != shown_) shown.push_back(ticked.back());
    }
    if (work_->currentIndex() == Comparison)
        compare_->setRuns(ticked);
    else
        dashboard_->setRuns(shown);
    own ? timeline_->setPreviews(own->previews, own->rawPreviews) : timeline_->setPreviews({});
    runs_->checkpoints()->setCheckpoints(own ? own->checkpoints : std::vector<KeptState>(),
                                         trains());
    setup_->showRun(own && own->info.trouble.pattern.empty() ? &own->info : nullptr);
    if (own) showFinding(*own);
    findingBar_->setVisible(own && !finding_->text().isEmpty() &&
                            finding_->text() != hiddenFinding_);
    showState();
}

void TrainPage::showFinding(const RunData& data) {
    found_ = data.finding.value_or(Finding{});
    finding_->setText(data.finding ? words(found_.what) : QString());
    why_->setVisible(!found_.why.pattern.empty());
    const Field* changed =
        found_.setting.empty() ? nullptr : find_field(data.info.settings, found_.setting);
    fix_->setVisible(changed);
    if (changed) {
        QString label = words(changed->label);
        label[0] = label[0].toLower();
        bool number = false;
        const QString text = QString::fromStdString(found_.value);
        const double value = text.toDouble(&number);
        fix_->setText(
            tr("New run with %1 %2").arg(label, number ? QString::number(value, 'g', 6) : text));
    }
    tell(data);
}

/// What stands in the way of a run; said once, so that it neither covers nor ends what else is
/// said.
void TrainPage::tell(const RunData& data) {
    QString hurdle;
    // A run that has just been started here has no files yet.
    if (!data.info.trouble.pattern.empty() &&
        !(session_.training() && session_.training()->folder() == shown_))
        hurdle = words(data.info.trouble);
    else if (data.info.state == RunState::Running && !trains())
        hurdle = tr("“%1” is being trained by another program (process %2). You can watch it; "
                    "to train here, stop it there first.")
                     .arg(nameOf(shown_))
                     .arg(data.info.process);
    else if (data.info.state == RunState::Failed && !trains())
        hurdle = QString::fromStdString(data.info.why);
    if (hurdle != std::exchange(hurdle_, hurdle)) notice_->say(hurdle);
}

}  // namespace daguerre
