#include <QDesktopServices>
#include <QFileDialog>
#include <QUrl>

#include "core/models/model_library.h"
#include "core/training/export_events.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train.h"
#include "ui/workspaces/train_dashboard.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {

void TrainPage::showInFolder(const std::filesystem::path& folder) {
    QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(folder.string())));
}

void TrainPage::follow(const Errand& job) {
    connect(&job, &Errand::ready, this, Errand::call);
    connect(&job, &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) notice_->say(words(why));
    });
}

void TrainPage::keep(const CheckpointInfo& checkpoint, bool kept) {
    const auto job =
        makeJob<Errand>(tr("Mark a checkpoint"),
                        [this, checkpoint, kept, run = shown_](const OnProgress&) -> Errand::Then {
                            set_kept(checkpoint, kept);
                            return [this, run] { read(run); };
                        });
    follow(*job);
    session_.soon(job);
}

void TrainPage::askExport(const std::filesystem::path& model) {
    auto* dialog = new QFileDialog(this, tr("Export into a new folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);
    dialog->selectFile(nameOf(shown_));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, model](const QString& folder) { exportModel(model, folder.toStdString()); });
    dialog->open();
}

void TrainPage::exportModel(const std::filesystem::path& model,
                            const std::filesystem::path& folder) {
    const auto job = makeJob<Errand>(
        tr("Export %1").arg(nameOf(folder)),
        [this, model, folder,
         open = session_.source().open](const OnProgress& onProgress) -> Errand::Then {
            const int alike = export_model(*open(model.string()), folder, onProgress);
            if (alike == 0) return {};
            return [this, alike, folder] {
                notice_->say(tr("Written and read back: %n test picture(s) alike.", nullptr, alike),
                             tr("Show in folder"), [this, folder] { showInFolder(folder); });
            };
        });
    follow(*job);
    session_.make(job);
}

void TrainPage::exportCharts() {
    auto* dialog = new QFileDialog(this, tr("Export the charts"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Numbers (*.csv)"), tr("Picture (*.png)"), tr("Lines (*.svg)")});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(shown_.empty() ? tr("charts") : nameOf(shown_));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.mid(filter.indexOf(QLatin1Char('.')) + 1, 3));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        try {
            dashboard_->exportTo(file);
            session_.say(tr("Written: %1").arg(file));
        } catch (const Error& error) {
            session_.say(words(error.sentence()));
        }
    });
    dialog->open();
}

/// A run that was trained here has them in its folder.
void TrainPage::exportEvents() {
    if (shown_.empty()) return;
    if (has_events(shown_))
        return notice_->say(tr("The run's folder holds them: tensorboard --logdir “%1”")
                                .arg(QString::fromStdString(shown_.string())),
                            tr("Show in folder"),
                            [this, folder = shown_] { showInFolder(folder); });
    auto* dialog = new QFileDialog(this, tr("Events for TensorBoard"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setDirectory(QString::fromStdString(shown_.string()));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { writeEvents(folder.toStdString()); });
    dialog->open();
}

void TrainPage::writeEvents(const std::filesystem::path& folder) {
    const auto job = makeJob<Errand>(
        tr("Write events"),
        [this, run = shown_, folder](const OnProgress& onProgress) -> Errand::Then {
            const std::filesystem::path file = export_events(run, folder, onProgress);
            if (file.empty()) return {};
            return [this, file] {
                notice_->say(tr("Written: “%1”. Look at it with tensorboard --logdir “%2”")
                                 .arg(QString::fromStdString(file.filename().string()),
                                      QString::fromStdString(file.parent_path().string())),
                             tr("Show in folder"),
                             [this, folder = file.parent_path()] { showInFolder(folder); });
            };
        });
    follow(*job);
    session_.file(job);
}

}  // namespace daguerre
