// Measuring a model: how good its pictures are.
#include "core/metrics/evaluations.h"
#include "core/models/model.h"
#include "ui/session/session.h"
#include "ui/widgets/notice.h"
#include "ui/workspaces/measure_dialog.h"
#include "ui/workspaces/models.h"
#include "ui/workspaces/models_panel.h"
#include "ui/workspaces/quality.h"

namespace daguerre {

void Models::askMeasure() {
    const ModelRow* row = current();
    if (!row) return;
    auto* dialog = new MeasureDialog(QString::fromStdString(row->entry.id), row->dataset, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &MeasureDialog::wanted, this, &Models::measure);
    dialog->open();
}

void Models::measure(const std::string& dataset, const EvaluateRequest& request) {
    const ModelRow* row = current();
    if (!row) return;
    const std::string id = row->entry.id, subject = nameInCommands(row->entry);
    run(
        tr("Measure %1").arg(QString::fromStdString(id)),
        [=, this](const OnProgress& on_progress) -> Errand::Then {
            const Evaluating what = open_evaluation(subject, dataset, request);
            const Evaluation found =
                evaluate(what, request, what.model->generate_fields(), on_progress);
            keep_evaluation(found);
            const std::vector<Evaluation> known = evaluations_of(found.model_sha256);
            return [=, this] { measured(id, found, known); };
        },
        true);
}

void Models::measured(const std::string& id, const Evaluation& found,
                      const std::vector<Evaluation>& known) {
    list_->setEvaluations(id, known);
    panel_->show(list_->chosen());
    QStringList sentences;
    if (found.stopped)
        sentences += found.figures.empty()
                         ? tr("Stopped before anything was measured.")
                         : tr("Stopped; the figures that were finished are kept.");
    else
        sentences += tr("“%1” was measured.").arg(QString::fromStdString(id));
    for (const std::string& remark : found.remarks) sentences += QString::fromStdString(remark);
    notice_->say(sentences.join(QLatin1Char(' ')));
}

}  // namespace daguerre
