#include <QFileDialog>
#include <QToolButton>

#include "core/training/settings.h"
#include "ui/widgets/sentence.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train_setup.h"

namespace daguerre {

void TrainSetup::askSettings(bool save) {
    auto* dialog = new QFileDialog(this, save ? tr("Save settings") : tr("Load settings"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(save ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setFileMode(save ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Settings (*.json)"), tr("All files (*)")});
    dialog->setDefaultSuffix(QStringLiteral("json"));
    if (save) dialog->selectFile(QString::fromStdString(form_.family));
    connect(dialog, &QFileDialog::fileSelected, this, [this, save](const QString& file) {
        save ? saveSettings(file.toStdString()) : loadSettings(file.toStdString());
    });
    dialog->open();
}

void TrainSetup::runErrand(const std::shared_ptr<Errand>& job) {
    connect(job.get(), &Errand::ready, this, Errand::call);
    connect(job.get(), &Job::finished, this, [this](Outcome outcome, const Sentence& why) {
        if (outcome == Outcome::Failed) session_.say(words(why));
    });
    session_.soon(job);
}

void TrainSetup::loadSettings(const std::filesystem::path& file) {
    if (readOnly()) return;
    runErrand(
        makeJob<Errand>(tr("Load settings"),
                        [this, file, family = form_.family](const OnProgress&) -> Errand::Then {
                            const GivenSettings given = settings_in(file, family);
                            check_words(family, given);
                            return [this, given, family] {
                                if (!readOnly() && form_.family == family) takeSettings(given);
                            };
                        }));
}

void TrainSetup::takeSettings(const GivenSettings& given) {
    remember({});
    std::string preset;
    for (const auto& [key, value] : given)
        if (key == "preset") preset = value;
    form_.choose(form_.family, preset, {});
    for (const auto& [key, value] : given)
        if (key != "preset") set_field_text(form_.values, key, value);
    changedForm();
}

void TrainSetup::saveSettings(const std::filesystem::path& file) {
    runErrand(makeJob<Errand>(
        tr("Save settings"),
        [this, file, family = form_.family,
         given = form_.given()](const OnProgress&) -> Errand::Then {
            write_settings(file, family, given);
            return [this, file] {
                session_.say(tr("Written: %1").arg(QString::fromStdString(file.string())));
            };
        }));
}

}  // namespace daguerre
