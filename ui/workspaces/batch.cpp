#include "ui/workspaces/batch.h"

#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "core/base/table.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/fill_model.h"

namespace daguerre {
namespace {

const Setting<QString> lastPhotos{"batch/photos", QString()}, lastMasks{"batch/masks", QString()},
    lastOut{"batch/out", QString()}, lastEngine{"batch/engine", QString()};

enum Column { Name, State, Seconds, Why };

struct StateRow {
    BatchState state;
    const char *words, *icon;
    Token token;
};
const StateRow states[]{
    {BatchState::Waiting, QT_TRANSLATE_NOOP("Batch", "waiting"), "hourglass-split", Token::Dim},
    {BatchState::Running, QT_TRANSLATE_NOOP("Batch", "being filled"), "play-fill", Token::Accent},
    {BatchState::Done, QT_TRANSLATE_NOOP("Batch", "done"), "check-lg", Token::Good},
    {BatchState::Skipped, QT_TRANSLATE_NOOP("Batch", "done before"), "check-lg", Token::Dim},
    {BatchState::Failed, QT_TRANSLATE_NOOP("Batch", "failed"), "exclamation-triangle", Token::Bad},
    {BatchState::Stopped, QT_TRANSLATE_NOOP("Batch", "stopped"), "stop-fill", Token::Warn},
    {BatchState::LeftOut, QT_TRANSLATE_NOOP("Batch", "left out"), "info-circle", Token::Warn}};

std::size_t countOf(const std::vector<BatchRow>& rows, BatchState state) {
    return std::size_t(std::count_if(rows.begin(), rows.end(),
                                     [&](const BatchRow& row) { return row.state == state; }));
}

}  // namespace

Batch::Batch(Session& session, QWidget* window) : QWidget(window, Qt::Window), session_(session) {
    setObjectName(QStringLiteral("batch"));
    setWindowTitle(tr("Retouch a folder · Daguerre"));
    resize(760, 560);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    column->addWidget(form_ = makeForm());
    table_ = new QTreeWidget;
    table_->setObjectName(QStringLiteral("batch.table"));
    table_->setAccessibleName(tr("Photos and what became of them"));
    table_->setHeaderLabels({tr("Photo"), tr("State"), tr("Seconds"), tr("Why")});
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setColumnWidth(Name, 240);
    table_->setColumnWidth(State, 130);
    table_->setColumnWidth(Seconds, 80);
    column->addWidget(table_, 1);
    column->addWidget(makeFoot());
    showState();
}

Batch::~Batch() {
    if (job_) job_->cancel();
}

QLineEdit* Batch::addPath(QGridLayout* grid, int line, const QString& title, const char* name,
                          bool orFile) {
    auto* label = new QLabel(title);
    label->setForegroundRole(dimRole);
    auto* field = new QLineEdit;
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(title);
    label->setBuddy(field);
    grid->addWidget(label, line, 0);
    grid->addWidget(field, line, 1);
    const auto browse = [&](const QString& words, bool file, int place) {
        auto* button = new QPushButton(words);
        button->setObjectName(QLatin1String(name) +
                              (file ? QStringLiteral(".file") : QStringLiteral(".folder")));
        grid->addWidget(button, line, place);
        connect(button, &QPushButton::clicked, this, [this, field, title, file] {
            auto* dialog = new QFileDialog(this, title, field->text());
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            dialog->setFileMode(file ? QFileDialog::ExistingFile : QFileDialog::Directory);
            connect(dialog, &QFileDialog::fileSelected, field, &QLineEdit::setText);
            dialog->open();
        });
    };
    browse(tr("Folder…"), false, 2);
    if (orFile) browse(tr("One mask…"), true, 3);
    connect(field, &QLineEdit::textChanged, this, &Batch::showState);
    return field;
}

QWidget* Batch::makeForm() {
    auto* form = new QWidget;
    auto* grid = new QGridLayout(form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gap2);
    grid->setVerticalSpacing(gap2);
    grid->setColumnStretch(1, 1);
    photos_ = addPath(grid, 0, tr("Photos"), "batch.photos", false);
    masks_ = addPath(grid, 1, tr("Masks"), "batch.masks", true);
    masks_->setPlaceholderText(tr("a folder with a mask of each photo's name, or one for all"));
    out_ = addPath(grid, 2, tr("Results"), "batch.out", false);
    photos_->setText(lastPhotos.get());
    masks_->setText(lastMasks.get());
    out_->setText(lastOut.get());
    auto* label = new QLabel(tr("Fill with"));
    label->setForegroundRole(dimRole);
    engine_ = new QComboBox;
    engine_->setObjectName(QStringLiteral("batch.engine"));
    engine_->setAccessibleName(tr("Fill with"));
    for (const InpainterRow& row : inpainters())
        engine_->addItem(words(row.title), QString::fromStdString(row.id));
    const QString usual =
        lastEngine.get().isEmpty() ? QLatin1String(default_inpainter) : lastEngine.get();
    engine_->setCurrentIndex(std::max(engine_->findData(usual), 0));
    auto* seedLabel = new QLabel(tr("Seed"));
    seedLabel->setForegroundRole(dimRole);
    seed_ = new QSpinBox;
    seed_->setObjectName(QStringLiteral("batch.seed"));
    seed_->setAccessibleName(tr("Seed"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(1);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap2);
    row->addWidget(engine_);
    row->addSpacing(gap3);
    row->addWidget(seedLabel);
    row->addWidget(seed_);
    row->addStretch();
    grid->addWidget(label, 3, 0);
    grid->addLayout(row, 3, 1, 1, 3);
    model_ = new FillModel(session_, QStringLiteral("batch"), form);
    grid->addWidget(model_, 4, 1, 1, 3);
    const auto engineChanged = [this] { model_->setWanted(fillsByModel()); };
    connect(engine_, &QComboBox::currentIndexChanged, this, [this, engineChanged] {
        engineChanged();
        showState();
    });
    connect(model_, &FillModel::changed, this, [this] {
        if (start_) showState();
    });
    engineChanged();
    return form;
}

QWidget* Batch::makeFoot() {
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    summary_ = new QLabel;
    summary_->setObjectName(QStringLiteral("batch.summary"));
    summary_->setWordWrap(true);
    progress_ = new QProgressBar;
    progress_->setTextVisible(false);
    progress_->setFixedSize(120, 8);
    progress_->setAccessibleName(tr("Photos that are finished"));
    const auto add = [&](const char* name, const QString& words, const char* sign) {
        auto* button = new QPushButton(words);
        button->setObjectName(QLatin1String(name));
        button->setIcon(icon(sign));
        row->addWidget(button);
        return button;
    };
    row->addWidget(progress_);
    row->addWidget(summary_, 1);
    retry_ = add("batch.retry", tr("Retry the failed"), "arrow-counterclockwise");
    pause_ = add("batch.pause", tr("Pause"), "pause-fill");
    stop_ = add("batch.stop", tr("Stop"), "stop-fill");
    start_ = add("batch.start", tr("Start"), "play-fill");
    start_->setIcon(icon("play-fill", Token::OnAccent));
    setMark(start_, Mark::Primary);
    connect(start_, &QPushButton::clicked, this, [this] { start(false); });
    connect(retry_, &QPushButton::clicked, this, [this] { start(true); });
    connect(pause_, &QPushButton::clicked, this, &Batch::pauseOrGoOn);
    connect(stop_, &QPushButton::clicked, this, &Batch::stop);
    return foot;
}

bool Batch::fillsByModel() const {
    return engine_->currentData().toString() == QLatin1String("model");
}

BatchSettings Batch::settings() const {
    BatchSettings settings;
    settings.photos = photos_->text().toStdString();
    settings.masks = masks_->text().toStdString();
    settings.out = out_->text().toStdString();
    FillRequest request;
    request.engine = engine_->currentData().toString().toStdString();
    request.seed = seed_->value();
    settings.fill = fillsByModel() ? model_->settings(request) : engine_settings(request);
    return settings;
}

void Batch::start(bool failedOnly) {
    if (running()) return;
    if (failedOnly) {
        for (BatchRow& row : rows_)
            if (row.state == BatchState::Failed || row.state == BatchState::Stopped)
                row.state = BatchState::Waiting;
        return listed(rows_);
    }
    started_ = settings();
    lastPhotos.set(photos_->text());
    lastMasks.set(masks_->text());
    lastOut.set(out_->text());
    lastEngine.set(engine_->currentData().toString());
    const auto job =
        makeJob<Errand>(tr("List the photos"), [this, wish = started_](const OnProgress&) {
            const std::vector<BatchRow> rows = batchRows(wish);
            return [this, rows] { listed(rows); };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) summary_->setText(words(why));
    });
    session_.soon(job);
}

void Batch::listed(std::vector<BatchRow> rows) {
    rows_ = std::move(rows);
    paused_ = false;
    table_->clear();
    QList<QTreeWidgetItem*> items;
    for (std::size_t i = 0; i < rows_.size(); ++i) items += new QTreeWidgetItem;
    table_->addTopLevelItems(items);
    for (std::size_t i = 0; i < rows_.size(); ++i) showRow(i);
    next();
}

void Batch::next() {
    job_ = nullptr;
    const auto waiting = std::find_if(rows_.begin(), rows_.end(), [](const BatchRow& row) {
        return row.state == BatchState::Waiting;
    });
    if (paused_ || waiting == rows_.end()) {
        report();
        return showState();
    }
    const auto at = std::size_t(waiting - rows_.begin());
    waiting->state = BatchState::Running;
    showRow(at);
    const auto job = makeJob<Errand>(
        tr("Retouch “%1”")
            .arg(QString::fromStdString(waiting->fill.file.photo.filename().string())),
        [this, at, row = *waiting, how = started_.fill](const OnProgress& onProgress) {
            const BatchRow done = filledRow(row, how, onProgress);
            return [this, at, done] { finished(at, done); };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this,
            [this, at, raw = job.get()](Outcome outcome, const Sentence& why) {
                // Stopped before it began, or by something that isn't an Error.
                if (job_.get() != raw || rows_[at].state != BatchState::Running) return;
                BatchRow row = rows_[at];
                row.state = outcome == Outcome::Failed ? BatchState::Failed : BatchState::Stopped;
                row.fill.state =
                    outcome == Outcome::Failed ? FillRow::State::Failed : FillRow::State::Stopped;
                row.fill.error = why;
                finished(at, row);
            });
    job_ = job;
    session_.make(job);
    showState();
}

void Batch::finished(std::size_t at, BatchRow row) {
    rows_[at] = std::move(row);
    if (rows_[at].state == BatchState::Stopped) paused_ = true;
    showRow(at);
    next();
}

void Batch::pauseOrGoOn() {
    paused_ = !paused_;
    if (!paused_ && !running()) return next();
    showState();
}

void Batch::stop() {
    paused_ = true;
    if (job_) job_->cancel();
    showState();
}

void Batch::report() {
    const auto job =
        makeJob<Errand>(tr("Write the report"), [wish = started_, rows = rows_](const OnProgress&) {
            writeBatchReport(wish, rows);
            return Errand::Then();
        });
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) summary_->setText(words(why));
    });
    session_.soon(job);
}

void Batch::showRow(std::size_t at) {
    QTreeWidgetItem* item = table_->topLevelItem(int(at));
    const BatchRow& row = rows_[at];
    const auto state = std::find_if(std::begin(states), std::end(states),
                                    [&](const StateRow& any) { return any.state == row.state; });
    item->setText(Name, QString::fromStdString(row.fill.file.photo.filename().string()));
    item->setText(State, tr(state->words));
    item->setIcon(State, icon(state->icon, state->token));
    item->setText(Seconds,
                  row.fill.seconds > 0 ? locale().toString(row.fill.seconds, 'f', 2) : QString());
    item->setTextAlignment(Seconds, Qt::AlignRight | Qt::AlignVCenter);
    item->setText(Why, words(row.fill.error));
    item->setToolTip(Why, item->text(Why));
    if (row.state == BatchState::Running) table_->scrollToItem(item);
}

void Batch::showState() {
    form_->setEnabled(!running());
    const bool waiting = countOf(rows_, BatchState::Waiting) > 0;
    const QString why = fillsByModel() ? model_->why() : QString();
    start_->setToolTip(why);
    start_->setEnabled(!running() && why.isEmpty() && !photos_->text().isEmpty() &&
                       !masks_->text().isEmpty() && !out_->text().isEmpty());
    pause_->setEnabled(running() || (paused_ && waiting));
    pause_->setText(paused_ && waiting ? tr("Go on") : tr("Pause"));
    pause_->setIcon(icon(paused_ && waiting ? "play-fill" : "pause-fill"));
    stop_->setEnabled(running());
    const std::size_t failed = countOf(rows_, BatchState::Failed);
    retry_->setEnabled(!running() && failed + countOf(rows_, BatchState::Stopped) > 0);
    const std::size_t done = countOf(rows_, BatchState::Done);
    const std::size_t skipped = countOf(rows_, BatchState::Skipped);
    progress_->setVisible(running());
    progress_->setRange(0, std::max(int(rows_.size()), 1));
    progress_->setValue(int(done + skipped + failed));
    if (rows_.empty())
        return summary_->setText(why.isEmpty() ? tr("Each photo is filled where its mask is white.")
                                               : why);
    QString text = tr("%1 done, %2 skipped, %3 failed").arg(done).arg(skipped).arg(failed);
    if (const auto leftOut = countOf(rows_, BatchState::LeftOut))
        text += tr(", %1 left out").arg(leftOut);
    if (waiting) text += tr(", %1 to go").arg(countOf(rows_, BatchState::Waiting));
    summary_->setText(text);
}

void showBatch(Session& session, QWidget* window) {
    auto* batch = window->findChild<Batch*>(QStringLiteral("batch"));
    if (!batch) batch = new Batch(session, window);
    batch->show();
    batch->raise();
    batch->activateWindow();
}

}  // namespace daguerre
