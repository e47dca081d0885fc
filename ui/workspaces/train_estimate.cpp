#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>

#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train_setup.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {

void TrainSetup::keepNotes() {
    notesSoon_.stop();
    if (!run_) return;
    const auto job =
        makeJob<Errand>(tr("Write notes"),
                        [folder = run_->folder, text = notes_->toPlainText().toStdString()](
                            const OnProgress&) -> Errand::Then {
                            write_notes(folder, text);
                            return {};
                        });
    connect(job.get(), &Job::finished, &session_,
            [session = &session_](Outcome outcome, const Sentence& why) {
                if (outcome == Outcome::Failed) session->say(words(why));
            });
    session_.soon(job);
}

void TrainSetup::showTruth(const std::vector<std::pair<QString, QString>>& rows) {
    QString text = QStringLiteral("<table>");
    for (const auto& [name, value] : rows)
        text += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    truth_->setText(rows.empty() ? QString() : text + QStringLiteral("</table>"));
    truth_->setVisible(readOnly() && !rows.empty());
}

/// First computed, then, while nothing trains, from a trial.
void TrainSetup::ask() {
    if (asking_) asking_->cancel();
    if (readOnly() || form_.dataset.empty()) return;
    const auto tell = [this](const TrainEstimate& estimate) {
        return [this, estimate] {
            estimate_ = estimate;
            trouble_.clear();
            form_.settle(estimate.settings) ? rebuild() : showButton();
        };
    };
    const auto job =
        makeJob<Errand>(tr("Estimate"),
                        [dataset = form_.dataset, family = form_.family, own = form_.given(),
                         tell](const OnProgress&) -> Errand::Then {
                            return tell(estimate_training(dataset, family, own));
                        });
    asking_ = job;
    connect(job.get(), &Errand::ready, this, [this, job = job.get()](const Errand::Then& then) {
        if (asking_.get() == job) then();
    });
    connect(job.get(), &Job::finished, this,
            [this, job = job.get()](Outcome outcome, const Sentence& why) {
                if (asking_.get() != job) return;
                asking_ = nullptr;
                if (outcome == Outcome::Failed) fail(words(why));
                if (outcome == Outcome::Done) measure();
            });
    session_.soon(job);
}

void TrainSetup::measure() {
    if (session_.training() || readOnly() || !estimate_ || estimate_->bytes > estimate_->bytes_free)
        return;
    const auto job = makeJob<Errand>(
        tr("Measure"),
        [this, dataset = form_.dataset, family = form_.family,
         own = form_.given()](const OnProgress& onProgress) -> Errand::Then {
            const TrainEstimate estimate = measure_training(dataset, family, own, onProgress);
            return [this, estimate] {
                if (estimate.measured) estimate_ = estimate;
                showButton();
            };
        });
    asking_ = job;
    connect(job.get(), &Errand::ready, this, [this, job = job.get()](const Errand::Then& then) {
        if (asking_.get() == job) then();
    });
    session_.measure(job);
}

void TrainSetup::fail(const QString& why) {
    estimate_.reset();
    trouble_ = why;
    showButton();
}

void TrainSetup::show(const TrainEstimate& estimate) {
    const QString need = bytesWords(estimate.bytes), free = bytesWords(estimate.bytes_free);
    if (estimate.bytes > estimate.bytes_free) {
        needs_->setText(tr("This needs about %1; %2 is free. A batch of %3 fits.")
                            .arg(need, free)
                            .arg(estimate.fitting_batch));
        useBatch_->setText(tr("Use a batch of %1").arg(estimate.fitting_batch));
        return;
    }
    const QString how = estimate.measured ? tr("measured now, ± 20 %") : tr("estimated");
    QString text = tr("Needs about %1 of %2 free.").arg(need, free);
    if (estimate.images_per_second > 0)
        text = tr("About %1 (%2 images/s, %3) and %4 of %5 free.")
                   .arg(spanWords(double(estimate.images) / estimate.images_per_second),
                        shortCount(estimate.images_per_second), how, need, free);
    for (const std::string& remark : estimate.remarks) text += QLatin1Char('\n') + words(remark);
    needs_->setText(text);
}

}  // namespace daguerre
