#include "ui/workspaces/generate.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "ui/session/setting.h"
#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/history_strip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/step_slider.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/library.h"
#include "ui/workspaces/make_panel.h"
#include "ui/workspaces/model_compare.h"
#include "ui/workspaces/restore.h"
#include "ui/workspaces/view_bar.h"
#include "ui/workspaces/workspaces.h"

namespace daguerre {
namespace {

constexpr int stripHeight = 132;

const Setting<QByteArray> splitterState{"generate/splitter", {}};
const Setting<bool> panelShown{"generate/panel", true};
const Setting<QString> lastForm{"generate/form", {}};

QString timeText(double seconds) {
    if (seconds < 0.95) return Generate::tr("about %1 s, measured").arg(seconds, 0, 'f', 1);
    if (seconds < 90) return Generate::tr("about %1 s, measured").arg(qRound(seconds));
    return Generate::tr("about %1 min, measured").arg(qRound(seconds / 60));
}

QString costText(double share) {
    return Generate::tr("previews cost %1 %").arg(share * 100, 0, 'f', share < 0.0995 ? 1 : 0);
}

std::int64_t wholeOf(const Fields& fields, const char* key) {
    const Field* field = find_field(fields, key);
    const auto* whole = field ? std::get_if<std::int64_t>(&field->value) : nullptr;
    return whole ? *whole : 1;
}

}  // namespace

QWidget* makeGenerate(Session& session) { return new Generate(session); }

Generate::Generate(Session& session) : session_(session) {
    build();
    connectParts();
    connectActions();
    connectViewActions();
    connect(&session_, &Session::modelChanged, this, &Generate::modelChanged);
    connect(&session_, &Session::deviceChosen, this, &Generate::showPossible);
    connect(&session_, &Session::restoring, this, &Generate::takeRestore);
    modelChanged();
    showFacts();
    takeRestore();
}

void Generate::build() {
    view_ = new DenoiseView(DenoiseView::Form::Full);
    view_->setObjectName(QStringLiteral("generate.view"));
    view_->transport()->slider()->setObjectName(QStringLiteral("generate.scrub"));
    view_->canvas()->setEmptyText(tr("Press “Make pictures” and watch noise become pictures."));
    bar_ = new ViewBar(session_, view_->canvas(), this);
    notice_ = new Notice(this);
    notice_->setObjectName(QStringLiteral("generate.notice"));
    strip_ = new HistoryStrip;
    library_ = new Library(session_, strip_);
    panel_ = new MakePanel(session_.actions(), this);

    makeButtons();
    makeKinRow();
    auto* splitter = new QSplitter(Qt::Vertical, this);
    auto* views = new QStackedWidget(splitter);
    compare_ = new ModelCompare(session_, views);
    views->addWidget(view_);
    views->addWidget(compare_);
    splitter->addWidget(views);
    splitter->addWidget(strip_);
    splitter->setStretchFactor(0, 1);
    splitter->setCollapsible(0, false);
    splitter->setSizes({10 * stripHeight, stripHeight});
    if (!splitterState.get().isEmpty()) splitter->restoreState(splitterState.get());
    connect(splitter, &QSplitter::splitterMoved, this,
            [splitter] { splitterState.set(splitter->saveState()); });
    auto* work = new QVBoxLayout;
    work->setSpacing(0);
    work->addWidget(bar_);
    work->addWidget(notice_);
    work->addWidget(kinRow_);
    work->addWidget(splitter, 1);
    auto* line = new QFrame(this);
    line->setFrameShape(QFrame::VLine);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(work, 1);
    all->addWidget(line);
    all->addWidget(panel_);
    panel_->setVisible(panelShown.get());
}

void Generate::makeButtons() {
    film_ = new QPushButton(tr("Film…"));
    film_->setObjectName(QStringLiteral("generate.film"));
    film_->setIcon(icon("film"));
    branch_ = new QToolButton;
    branch_->setObjectName(QStringLiteral("generate.branch"));
    setIconOnly(branch_, "signpost-split", tr("Branch here: from this step on with other settings"),
                QStringLiteral("B"));
    keepHalf_ = new QPushButton(tr("Keep the half-done"));
    keepHalf_->setObjectName(QStringLiteral("generate.keep"));
    keepHalf_->hide();
    live_ = new QPushButton(tr("Back to what is being made"));
    live_->setObjectName(QStringLiteral("generate.live"));
    live_->hide();
    comparing_ = new QToolButton;
    comparing_->setObjectName(QStringLiteral("generate.compare"));
    setIconOnly(comparing_, "layout-split", tr("Compare models and samplers side by side"),
                QStringLiteral("X"));
    for (QAbstractButton* button :
         std::initializer_list<QAbstractButton*>{live_, keepHalf_, comparing_, branch_, film_})
        view_->transport()->extras()->insertWidget(0, button);
}

void Generate::connectParts() {
    connect(panel_, &MakePanel::makeWanted, this, &Generate::makeOrStop);
    connect(panel_, &MakePanel::changed, this, [this] {
        if (formRestored_) lastForm.set(formText(panel_->fields()));
        showCost();
    });
    connect(panel_, &MakePanel::favouriteWanted, session_.actions()["favourite"],
            &QAction::trigger);
    connect(panel_, &MakePanel::infoWanted, this, &Generate::showInfo);
    DenoiseCanvas* canvas = view_->canvas();
    connect(panel_, &MakePanel::holdWanted, this,
            [canvas] { canvas->setHeld(canvas->chosen(), !canvas->held(canvas->chosen())); });
    connect(canvas, &DenoiseCanvas::heldChanged, this, &Generate::showFacts);
    connect(canvas, &DenoiseCanvas::chosenChanged, this, [this] {
        strip_->setCurrent(chosenFile());
        showFacts();
    });
    connect(view_, &DenoiseView::stepShown, this, [this] {
        if (shown_ && isFilm(*shown_)) strip_->setCurrent(chosenFile());
        showFacts();
    });
    connect(live_, &QPushButton::clicked, this, [this] { show(making_, -1); });
    connect(comparing_, &QToolButton::clicked, session_.actions()["compare-models"],
            &QAction::trigger);
    connect(compare_, &ModelCompare::runningChanged, this, &Generate::showPossible);
    connect(keepHalf_, &QPushButton::clicked, this, &Generate::keepHalfDone);
    connect(film_, &QPushButton::clicked, this, &Generate::film);
    connect(branch_, &QToolButton::clicked, this, &Generate::branch);
    connect(kinTabs_, &QTabBar::currentChanged, this, &Generate::kinChosen);
    connect(besideParent_, &QToolButton::toggled, this, &Generate::showParent);
    connect(strip_, &HistoryStrip::opened, this,
            [this](const QString& file) { openFromHistory(file, false); });
    connect(strip_, &HistoryStrip::restored, this,
            [this](const QString& file) { openFromHistory(file, true); });
    connect(strip_, &HistoryStrip::menuWanted, this, &Generate::historyMenu);
    connect(&session_, &Session::picturesAdded, library_, &Library::add);
    connect(library_, &Library::trashed, this, [this](const QString& file) {
        notice_->say(tr("“%1” is in the trash.").arg(QFileInfo(file).fileName()), tr("Undo"),
                     [this] { library_->undoTrash(); });
        showFacts();
    });
    connect(library_, &Library::broughtBack, this, &Generate::showFacts);
    connect(library_, &Library::saved, this, [this](const QString& file) {
        notice_->say(tr("Saved “%1”.").arg(QFileInfo(file).fileName()));
    });
}

void Generate::on(const char* action, std::function<void()> act) {
    connect(session_.actions()[action], &QAction::triggered, this, [this, act] {
        if (isVisible()) act();
    });
}

void Generate::connectViewActions() {
    DenoiseCanvas* canvas = view_->canvas();
    on("play", [this] { view_->togglePlay(); });
    on("step-back", [this] { view_->stepBy(-1); });
    on("step-forward", [this] { view_->stepBy(1); });
    on("step-back-10", [this] { view_->stepBy(-10); });
    on("step-forward-10", [this] { view_->stepBy(10); });
    on("first-step", [this] { view_->toFirst(); });
    on("last-step", [this] { view_->toLast(); });
    on("view-next", [this] { bar_->nextView(); });
    on("one", [canvas] { canvas->setAlone(!canvas->alone()); });
    on("fit", [canvas] { canvas->fit(); });
    on("zoom-100", [canvas] { canvas->setZoom(1); });
    on("zoom-200", [canvas] { canvas->setZoom(2); });
    on("zoom-400", [canvas] { canvas->setZoom(4); });
    on("zoom-800", [canvas] { canvas->setZoom(8); });
    on("zoom-in", [canvas] { canvas->zoomStep(1); });
    on("zoom-out", [canvas] { canvas->zoomStep(-1); });
}

void Generate::connectActions() {
    on("make", [this] {
        if (!job_ && !compare_->running()) makeOrStop();
    });
    on("stop", [this] {
        if (job_ || compare_->running()) makeOrStop();
    });
    on("side-panel", [this] {
        panelShown.set(panel_->isHidden());
        panel_->setVisible(panel_->isHidden());
    });
    on("compare-models", [this] { setComparing(compare_->isHidden()); });
    on("new-seed", [this] { panel_->newSeed(); });
    on("favourite", [this] {
        if (!chosenFile().isEmpty()) library_->toggleFavourite(chosenFile());
        showFacts();
    });
    on("delete", [this] {
        if (!chosenFile().isEmpty()) library_->toTrash(chosenFile());
    });
    on("copy", [this] { copyPicture(); });
    on("copy-command", [this] {
        QGuiApplication::clipboard()->setText(commandFor(session_.modelName(), panel_->fields()));
        notice_->say(tr("The command is on the clipboard."));
    });
    on("save", [this] { saveAs(); });
    on("film", [this] { film(); });
    on("branch", [this] { branch(); });
    on("between", [this] { between(); });
    on("info", [this] { showInfo(); });
    on("search-history", [this] { strip_->findFocus(); });
}

void Generate::modelChanged() {
    const std::shared_ptr<const Model>& model = session_.model();
    std::vector<std::string> classifiers;
    for (const ModelEntry& entry : session_.models())
        if (entry.family == "classifier") classifiers.push_back(entry.id);
    panel_->setModel(model, classifiers);
    if (model && !formRestored_) {
        formRestored_ = true;
        Fields fields = panel_->fields();
        restoreForm(lastForm.get(), fields);
        panel_->setValues(fields);
    }
    if (model) takeStart();
    if (model && waitingRecord_) restore(*std::exchange(waitingRecord_, std::nullopt));
    showPossible();
}

void Generate::showPossible() {
    const QString name = QString::fromStdString(session_.modelName());
    QString why;
    if (!session_.model()) {
        why = !session_.modelTrouble().isEmpty() ? session_.modelTrouble()
              : !name.isEmpty()                  ? tr("Loading %1…").arg(name)
              : session_.device() ? tr("No model was found. Open a model folder, or train one.")
                                  : tr("Starting…");
    }
    panel_->setRunning(job_ || compare_->running());
    panel_->setPossible(job_ || why.isEmpty(), why);
    if (why.isEmpty()) showCost();
}

void Generate::setComparing(bool comparing) {
    if (compare_->running() || job_) return;
    static_cast<QStackedWidget*>(view_->parentWidget())
        ->setCurrentWidget(comparing ? static_cast<QWidget*>(compare_) : view_);
    bar_->setComparing(comparing);
    panel_->setComparing(comparing);
    showKin();
    showFacts();
}

void Generate::makeOrStop() {
    if (compare_->running())
        compare_->stop();
    else if (!job_ && !compare_->isHidden())
        compare_->make(panel_->request(), panel_->own());
    else if (job_)
        job_->cancel();
    else if (session_.model())
        make(panel_->fields());
}

/// fields: all settings, those of the request first. title, parent: of a branch.
void Generate::make(const Fields& fields, const QString& title,
                    const std::shared_ptr<Result>& parent) {
    const std::shared_ptr<const Model> model = session_.model();
    job_ = makeJob<GenerateJob>(model, options_from<GenerateRequest>(fields), ownFields(fields),
                                previewBudget.get());
    making_ = newResult(*model, fields);
    making_->title = title;
    making_->parent = parent;
    if (!title.isEmpty()) kin_.push_back(making_);
    notice_->hide();
    keepHalf_->hide();
    connect(job_.get(), &GenerateJob::previewed, this, &Generate::take);
    connect(job_.get(), &GenerateJob::made, this, &Generate::made);
    connect(job_.get(), &GenerateJob::measured, this,
            [this](double seconds, double previewShare, int every) {
                measuredFields_ = making_->fields;
                measuredSeconds_ = seconds;
                previewCost_ = costText(previewShare);
                previewsEvery_ = every;
            });
    connect(job_.get(), &Job::finished, this, &Generate::ended);
    const int chosen = this->chosen();
    shown_ = making_;
    view_->record(making_->frames);
    view_->canvas()->choose(chosen < making_->frames->count() ? chosen : -1);
    view_->transport()->setSpacing(making_->spacing);
    bar_->refresh(making_->frames->count(), {model->info().width, model->info().height});
    session_.make(job_);
    showPossible();
    showKin();
    showFacts();
}

void Generate::take(const GenerateJob::Previews& previews) {
    if (view_->frames() == making_->frames) return view_->add(previews);
    for (const std::shared_ptr<const Preview>& preview : previews) making_->frames->add(preview);
}

void Generate::ended(Outcome outcome) {
    job_ = nullptr;
    live_->hide();
    if (view_->frames() == making_->frames) view_->end();
    keepHalf_->setVisible(outcome == Outcome::Stopped && shown_ == making_ &&
                          !halfDone(*making_).empty());
    showPossible();
    showFacts();
}

void Generate::showCost() {
    if (!session_.model() || job_) return;
    QString time;
    Fields now = panel_->fields();
    if (measuredSeconds_ > 0 && now.size() == measuredFields_.size()) {
        const auto work = [](const Fields& fields) {
            return double(wholeOf(fields, "count")) * double(wholeOf(fields, "steps"));
        };
        const double scale = work(now) / std::max(work(measuredFields_), 1.);
        // Only what time follows linearly may differ from the press that was measured.
        const bool same = std::equal(
            now.begin(), now.end(), measuredFields_.begin(), [](const Field& a, const Field& b) {
                return a.value == b.value || a.key == "count" || a.key == "steps" ||
                       a.key == "seed" || a.key == "class";
            });
        if (same) time = timeText(measuredSeconds_ * scale);
    }
    panel_->showCost(time, previewCost_, previewsEvery_);
}

void Generate::showEvent(QShowEvent*) {
    if (historyRead_) return;
    view_->canvas()->setFocus();
    historyRead_ = true;
    // The file worker starts after the first paint of the window.
    if (session_.device())
        library_->read();
    else
        connect(&session_, &Session::deviceChosen, library_, &Library::read,
                Qt::SingleShotConnection);
}

}  // namespace daguerre
