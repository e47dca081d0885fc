#include "ui/workspaces/model_compare.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/metrics/evaluations.h"
#include "core/models/model_library.h"
#include "core/models/open_model.h"
#include "ui/session/session.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/make_panel.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

/// The step at which `frames` has this noise level, or the share of its way where that isn't known.
int stepAt(const Frames& frames, double sigma, int step, int steps) {
    if (step == steps) return frames.steps();
    int nearest = (step * frames.steps() + steps / 2) / steps;
    double least = std::numeric_limits<double>::infinity();
    for (const int kept : frames.kept()) {
        if (sigma <= 0 || kept == frames.steps() || !(frames.sigma(kept) > 0)) continue;
        const double distance = std::abs(std::log(frames.sigma(kept) / sigma));
        if (distance < least) nearest = kept;
        least = std::min(least, distance);
    }
    return nearest;
}

}  // namespace

void ModelCompare::make(const GenerateRequest& request, const Fields& own) {
    if (running() || columns_.empty()) return;
    request_ = request;
    own_ = own;
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

/// What the form says, as far as this model takes it, with the column's sampler.
Fields ModelCompare::fieldsOf(const Column& column) const {
    Fields fields = column.model->generate_fields();
    const auto take = [&fields](const std::string& key, const FieldValue& value) {
        Field* own = find_field(fields, key);
        if (own && fits(*own, value)) set_field(fields, key, value);
    };
    for (const Field& field : own_) take(field.key, field.value);
    if (column.model->bond(fields) != Bond::None) fields = column.model->generate_fields();
    const QString sampler = column.samplers->currentData().toString();
    if (!sampler.isEmpty()) take("sampler", sampler.toStdString());
    return fields;
}

void ModelCompare::generate(Column& column) {
    GenerateRequest request = request_;
    if (column.model->info().classes.empty()) request.image_class.clear();
    const auto job = makeJob<GenerateJob>(column.model, request, fieldsOf(column), 1);
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
    lines += tr("%1, %2 parameters")
                 .arg(familyWords(info.family), QLocale().toString(qlonglong(info.parameters)));
    lines += speedWords(column);
    lines += column.told;
    lines.removeAll(QString());
    column.facts->setText(lines.join(QLatin1Char('\n')));
}

/// All stand at the same noise level.
void ModelCompare::follow(const DenoiseView* moved, int step, int steps, double sigma) {
    if (following_ || running() || steps < 1) return;
    following_ = true;
    for (const auto& column : columns_) {
        DenoiseView* view = column->view;
        if (view == moved || !view->frames() || view->frames()->steps() < 1) continue;
        view->setStep(stepAt(*view->frames(), sigma, step, steps));
    }
    following_ = false;
}

}  // namespace daguerre
