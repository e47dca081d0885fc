#include "ui/workspaces/model_compare.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <algorithm>

#include "core/base/table.h"
#include "core/metrics/evaluations.h"
#include "core/models/families.h"
#include "core/models/model_library.h"
#include "core/models/open_model.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int leastWidth = 200;

const Setting<QStringList> lastCompared{"generate/compared", QStringList()};

/// One model a family where there are that many, the bundled ones first.
QStringList usualModels(const std::vector<ModelEntry>& known) {
    QStringList chosen, rest;
    std::vector<std::string> families;
    for (const ModelEntry& entry : known) {
        const QString id = QString::fromStdString(entry.id);
        const bool seen = std::ranges::count(families, entry.family) > 0;
        families.push_back(entry.family);
        (seen ? rest : chosen) += id;
    }
    while (chosen.size() < ModelCompare::fewest && !rest.isEmpty()) chosen += rest.takeFirst();
    return chosen.mid(0, ModelCompare::most);
}

}  // namespace

ModelCompare::ModelCompare(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    row_ = new QHBoxLayout(this);
    row_->setContentsMargins(gap2, gap2, gap2, gap2);
    row_->setSpacing(gap3);
    add_ = new QToolButton(this);
    add_->setObjectName(QStringLiteral("compare.add"));
    add_->setAutoRaise(true);
    setIconOnly(add_, "plus-lg", tr("Another model"), {});
    row_->addWidget(add_, 0, Qt::AlignTop);
    connect(add_, &QToolButton::clicked, this, [this] {
        if (!session_.models().empty())
            addColumn(QString::fromStdString(session_.models().front().id));
        remember();
    });
    connect(&session_, &Session::modelsListed, this, &ModelCompare::listModels);
    listModels();
}

/// Models that make pictures; the columns keep those that they have.
void ModelCompare::listModels() {
    std::vector<ModelEntry> makers;
    for (const ModelEntry& entry : session_.models())
        if (makes_images(entry)) makers.push_back(entry);
    if (makers.empty()) return;
    if (columns_.empty()) {
        QStringList wanted = lastCompared.get();
        if (wanted.size() < fewest) wanted = usualModels(makers);
        while (wanted.size() < fewest) wanted += wanted.front();
        for (const QString& model : wanted.mid(0, most)) addColumn(model);
    }
    for (const auto& column : columns_) {
        const QString kept = column->models->currentData().toString();
        const QSignalBlocker quiet(column->models);
        column->models->clear();
        for (const ModelEntry& entry : makers) {
            const QString id = QString::fromStdString(entry.id);
            column->models->addItem(id, id);
        }
        const int place = column->models->findData(kept);
        column->models->setCurrentIndex(std::max(place, 0));
        if (place < 0) column->model = nullptr;
    }
}

void ModelCompare::addColumn(const QString& model) {
    auto made = std::make_unique<Column>();
    Column* column = made.get();
    column->widget = new QWidget(this);
    column->widget->setMinimumWidth(leastWidth);
    auto* down = new QVBoxLayout(column->widget);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(gap2);
    auto* head = new QHBoxLayout;
    column->models = new QComboBox(column->widget);
    column->models->setObjectName(QStringLiteral("compare.model"));
    column->models->setAccessibleName(tr("Model"));
    for (const ModelEntry& entry : session_.models())
        if (makes_images(entry))
            column->models->addItem(QString::fromStdString(entry.id),
                                    QString::fromStdString(entry.id));
    column->models->setCurrentIndex(std::max(column->models->findData(model), 0));
    column->close = new QToolButton(column->widget);
    column->close->setAutoRaise(true);
    setIconOnly(column->close, "x-lg", tr("Leave this model out"), {});
    head->addWidget(column->models, 1);
    head->addWidget(column->close);
    down->addLayout(head);
    column->view = new DenoiseView(DenoiseView::Form::Compact, column->widget);
    column->view->canvas()->setShowing(Showing::Guess);
    column->view->canvas()->setEmptyText(tr("Press “Make pictures”."));
    down->addWidget(column->view, 1);
    column->facts = new QLabel(column->widget);
    column->facts->setObjectName(QStringLiteral("compare.facts"));
    column->facts->setWordWrap(true);
    column->facts->setTextFormat(Qt::PlainText);
    column->facts->setFont(daguerre::font(Type::Caption));
    column->facts->setMinimumHeight(8 * column->facts->fontMetrics().height());
    column->facts->setAlignment(Qt::AlignTop);
    down->addWidget(column->facts);
    row_->insertWidget(int(columns_.size()), column->widget, 1);
    connect(column->models, &QComboBox::activated, this, [this, column] {
        column->model = nullptr;
        column->seconds = 0;
        column->told.clear();
        column->view->setFrames(nullptr);
        showFacts(*column);
        remember();
    });
    connect(column->close, &QToolButton::clicked, this,
            [this, widget = column->widget] { closeColumn(widget); });
    connect(column->view, &DenoiseView::stepShown, this,
            [this, view = column->view](int step, int steps) { follow(view, step, steps); });
    columns_.push_back(std::move(made));
    showButtons();
}

void ModelCompare::closeColumn(const QWidget* widget) {
    if (running() || columns_.size() <= fewest) return;
    const auto found = std::ranges::find_if(
        columns_, [&](const auto& column) { return column->widget == widget; });
    if (found == columns_.end()) return;
    (*found)->widget->hide();
    (*found)->widget->deleteLater();
    columns_.erase(found);
    showButtons();
    remember();
}

void ModelCompare::showButtons() {
    add_->setVisible(columns_.size() < most);
    for (const auto& column : columns_) {
        column->close->setVisible(columns_.size() > fewest);
        column->close->setEnabled(!running());
        column->models->setEnabled(!running());
    }
    add_->setEnabled(!running());
}

void ModelCompare::remember() {
    QStringList models;
    for (const auto& column : columns_) models += column->models->currentData().toString();
    lastCompared.set(models);
}

void ModelCompare::make(const GenerateRequest& request) {
    if (running() || columns_.empty()) return;
    request_ = request;
    request_.count = pictures;
    for (const auto& column : columns_) column->view->setFrames(nullptr);
    next();
}

void ModelCompare::stop() {
    if (job_) job_->cancel();
    at_ = int(columns_.size()) - 1;  // those after it aren't begun
}

void ModelCompare::next() {
    job_ = nullptr;
    at_ = at_ + 1 < int(columns_.size()) ? at_ + 1 : -1;
    showButtons();
    Q_EMIT runningChanged();
    if (at_ < 0) return;
    Column& column = *columns_[std::size_t(at_)];
    if (column.model) return generate(column);
    open(column, column.models->currentData().toString().toStdString());
}

void ModelCompare::open(Column& column, const std::string& name) {
    const auto job = makeJob<OpenModelJob>(name, session_.source().open);
    job_ = job;
    column.facts->setText(tr("Loading…"));
    connect(job.get(), &OpenModelJob::opened, this,
            [&column](const std::shared_ptr<const Model>& model) { column.model = model; });
    connect(job.get(), &Job::finished, this, [this, &column](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Done && column.model) {
            look(column);
            return generate(column);
        }
        column.facts->setText(words(why));
        next();
    });
    session_.make(job);
}

/// Its size and what was measured of it, read on a worker.
void ModelCompare::look(Column& column) {
    const auto job = makeJob<Errand>(
        tr("Look at a model"),
        [this, widget = column.widget, name = column.models->currentData(),
         sha256 = column.model->info().sha256](const OnProgress&) -> Errand::Then {
            const QString bytes =
                bytesWords(model_facts(model_folder(name.toString().toStdString())).bytes);
            const QStringList told = tellingWords(evaluations_of(sha256));
            return [=, this] {
                // It may have been closed meanwhile, or shows another model.
                for (const auto& each : columns_) {
                    if (each->widget != widget || each->models->currentData() != name) continue;
                    each->told = QStringList(tr("%1 on disk").arg(bytes)) + told;
                    if (each->seconds > 0) showFacts(*each);
                }
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

void ModelCompare::generate(Column& column) {
    GenerateRequest request = request_;
    if (column.model->info().classes.empty()) request.image_class.clear();
    const auto job =
        makeJob<GenerateJob>(column.model, request, column.model->generate_fields(), 1);
    job_ = job;
    column.view->begin(pictures);
    column.facts->setText(tr("Working…"));
    DenoiseView* view = column.view;
    connect(job.get(), &GenerateJob::previewed, this,
            [view](const GenerateJob::Previews& previews) { view->add(previews); });
    connect(job.get(), &GenerateJob::made, this,
            [view](int first, const std::vector<Picture>& made) {
                std::vector<Image> images;
                for (const Picture& picture : made) images.push_back(*picture.image);
                view->finish(first, std::move(images));
            });
    connect(job.get(), &GenerateJob::measured, this, [&column](double seconds, double share, int) {
        column.seconds = seconds * (1 - share);
    });
    connect(job.get(), &Job::finished, this, [this, &column](Outcome outcome, const Sentence& why) {
        column.view->end();
        if (outcome == Outcome::Failed)
            column.facts->setText(words(why));
        else
            showFacts(column);
        next();
    });
    session_.make(job);
}

QString ModelCompare::speedWords(const Column& column) const {
    if (column.seconds <= 0) return {};
    return tr("%1 pictures a second").arg(shortCount(pictures / column.seconds));
}

void ModelCompare::showFacts(Column& column) {
    if (!column.model) return column.facts->clear();
    const ModelInfo& info = column.model->info();
    QStringList lines;
    const std::string& family = row_named(families(), info.family, "family").title;
    lines +=
        tr("%1, %2 parameters")
            .arg(QString::fromStdString(family), QLocale().toString(qlonglong(info.parameters)));
    lines += speedWords(column);
    lines += column.told;
    lines.removeAll(QString());
    column.facts->setText(lines.join(QLatin1Char('\n')));
}

/// All stand at the same share of their way.
void ModelCompare::follow(const DenoiseView* moved, int step, int steps) {
    if (following_ || running() || steps < 1) return;
    following_ = true;
    for (const auto& column : columns_) {
        DenoiseView* view = column->view;
        if (view == moved || !view->frames() || view->frames()->steps() < 1) continue;
        view->setStep((step * view->frames()->steps() + steps / 2) / steps);
    }
    following_ = false;
}

}  // namespace daguerre
