#include "ui/workspaces/train_setup.h"

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>

#include "core/base/table.h"
#include "core/models/families.h"
#include "core/training/checkpoint.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"

namespace daguerre {
namespace {

constexpr std::size_t deepest = 100;  // changes that can be taken back

}  // namespace

void TrainSetup::begin(const std::string& dataset, const GivenSettings& own) {
    leaveRun();
    if (!dataset.empty()) {
        if (!form_.values.empty()) remember({});
        form_.dataset = dataset;
    }
    const std::vector<std::string> here = datasetsHere();
    if (form_.dataset.empty() && !here.empty())
        form_.dataset =
            std::ranges::find(here, "fashion-mnist") != here.end() ? "fashion-mnist" : here.front();
    if (form_.family.empty()) form_.family = families().front().id;
    choose(form_.family, form_.preset(), dataset.empty() ? form_.changed() : Fields());
    for (const auto& [key, text] : own) set_field_text(form_.values, key, text);
    if (!own.empty()) changedForm();
}

void TrainSetup::choose(const std::string& family, const std::string& preset, const Fields& own) {
    form_.choose(family, preset, own);
    changedForm();
}

/// Shows and estimates it anew.
void TrainSetup::changedForm() {
    estimate_.reset();
    trouble_.clear();
    rebuild();
    soon_.start();
}

/// Keeps the form as it is before a change. Changes of one setting that follow each other at once,
/// as those of a slider do, are one.
void TrainSetup::remember(const std::string& key) {
    const bool same = !key.empty() && key == lastChanged_ && soon_.isActive();
    lastChanged_ = key;
    if (!same) {
        before_.push_back(form_);
        if (before_.size() > deepest) before_.erase(before_.begin());
    }
    after_.clear();
    showSteps();
}

void TrainSetup::step(std::vector<TrainForm>& from, std::vector<TrainForm>& to) {
    if (readOnly() || from.empty()) return;
    to.push_back(std::exchange(form_, from.back()));
    from.pop_back();
    lastChanged_.clear();
    lastTrainedOn.set(QString::fromStdString(form_.dataset));
    changedForm();
    showSteps();
}

void TrainSetup::undo() { step(before_, after_); }
void TrainSetup::redo() { step(after_, before_); }

void TrainSetup::showSteps() {
    Actions& actions = session_.actions();
    const QString why = readOnly() ? tr("the settings of a run stay as they are") : QString();
    actions.setPossible("undo-setting", !readOnly() && !before_.empty(),
                        readOnly() ? why : tr("nothing to take back"));
    actions.setPossible("load-settings", !readOnly(), why);
    actions.setPossible("redo-setting", !readOnly() && !after_.empty(),
                        readOnly() ? why : tr("nothing was taken back"));
}

void TrainSetup::take(const FieldsForm* form, const QString& name) {
    const std::string key = name.toStdString();
    const Field* field = find_field(form->fields(), key);
    if (!field || readOnly()) return;
    remember(key);
    if (key == "family" || key == "preset") {
        const std::string family = key == "family" ? text_of(field->value) : form_.family;
        const std::string preset = key == "preset" ? text_of(field->value) : std::string();
        // The form that tells it is made anew.
        QMetaObject::invokeMethod(
            this, [=, this, own = form_.changed()] { choose(family, preset, own); },
            Qt::QueuedConnection);
        return;
    }
    if (key == "dataset") {
        form_.dataset = std::get<std::string>(field->value);
        lastTrainedOn.set(QString::fromStdString(form_.dataset));
    } else {
        find_field(form_.values, key)->value = field->value;
        showCount();
    }
    estimate_.reset();
    trouble_.clear();
    showButton();
    soon_.start();
}

void TrainSetup::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("A folder of images"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { begin(folder.toStdString()); });
    dialog->open();
}

RunStart TrainSetup::start() const {
    return {newRunFolder(form_.dataset), form_.dataset, form_.family, form_.given()};
}

QString TrainSetup::command() const {
    const RunRequest request{form_.dataset, form_.family, {}, form_.given(), form_.values};
    const std::filesystem::path folder = run_ ? run_->folder : newRunFolder(form_.dataset);
    return QString::fromStdString(command_of(request, folder));
}

QString TrainSetup::whyNot() const {
    if (session_.training())
        return tr("“%1” is being trained. Stop it first, or let it end.")
            .arg(QString::fromStdString(session_.training()->folder().filename().string()));
    if (form_.dataset.empty()) return tr("Choose a dataset first.");
    return trouble_;
}

const TrainEstimate* TrainSetup::estimateOf(const std::filesystem::path& run) const {
    const auto found = started_.find(run);
    return found == started_.end() ? nullptr : &found->second;
}

void TrainSetup::newFrom(const GivenSettings& changes) {
    if (!readOnly()) return;
    const RunInfo run = *run_;
    leaveRun();
    remember({});
    Fields own = run.settings;
    std::erase_if(own, [](const Field& field) { return isSettled(field.key); });
    const Field* preset = find_field(run.settings, "preset");
    form_.dataset = run.dataset;
    form_.choose(run.family, preset ? text_of(preset->value) : std::string(), own);
    for (const auto& [key, value] : changes) set_field_text(form_.values, key, value);
    onlyChanged_->setChecked(!changes.empty());
    changedForm();
    Q_EMIT newWanted();
}

void TrainSetup::press() {
    if (readOnly()) return newFrom();
    if (!whyNot().isEmpty()) return;
    const RunStart wish = start();
    if (estimate_) started_[wish.folder] = *estimate_;
    Q_EMIT startWanted(wish);
}

void TrainSetup::showButton() {
    start_->setText(readOnly() ? tr("New run from this") : tr("Start training"));
    start_->setIcon(icon(readOnly() ? "plus-lg" : "play-fill", Token::OnAccent));
    start_->setToolTip(readOnly() ? QString() : session_.actions().tip("train-start"));
    const QString why = readOnly() ? QString() : whyNot();
    start_->setEnabled(why.isEmpty());
    useBatch_->setVisible(!readOnly() && estimate_ && estimate_->bytes > estimate_->bytes_free &&
                          estimate_->fitting_batch > 0);
    truth_->setVisible(readOnly() && !truth_->text().isEmpty());
    pages_->setPossible(1, readOnly(), tr("Notes belong to a run."));
    if (!readOnly()) {
        pages_->setCurrent(0);
        stack_->setCurrentIndex(0);
    }
    onlyChanged_->setVisible(!readOnly());
    state_->setText(readOnly() ? tr("settings of a run") : QString());
    needs_->setVisible(!readOnly());
    if (!why.isEmpty())
        needs_->setText(why);
    else if (estimate_)
        show(*estimate_);
    else
        needs_->setText(tr("Estimating time and memory…"));
}

/// The form of a new run is as it was before a run was shown.
void TrainSetup::leaveRun() {
    run_.reset();
    if (kept_) form_ = *std::exchange(kept_, std::nullopt);
    showSteps();
}

void TrainSetup::showRun(const RunInfo* run) {
    if (!run) {
        if (run_) begin({});
        return;
    }
    const bool same = run_ && run_->folder == run->folder;
    if (notesSoon_.isActive()) keepNotes();
    if (!run_) kept_ = form_;
    run_ = *run;
    showSteps();
    if (same) return showButton();
    if (asking_) asking_->cancel();
    form_.dataset = run->dataset;
    const Field* preset = find_field(run->settings, "preset");
    const std::vector<std::string> known = ids(families());
    if (std::ranges::find(known, run->family) != known.end())
        form_.choose(run->family, preset ? text_of(preset->value) : std::string(), run->settings);
    rebuild();
    soon_.stop();
    readNotes();
}

void TrainSetup::readNotes() {
    notes_->clear();
    notes_->setPlaceholderText(tr("Notes on %1, kept in its folder")
                                   .arg(QString::fromStdString(run_->folder.filename().string())));
    const auto job = makeJob<Errand>(
        tr("Read notes"), [this, folder = run_->folder](const OnProgress&) -> Errand::Then {
            const QString text = QString::fromStdString(notes_of(folder));
            return [this, folder, text] {
                if (!run_ || run_->folder != folder || !notes_->toPlainText().isEmpty()) return;
                const QSignalBlocker quiet(notes_);
                notes_->setPlainText(text);
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

}  // namespace daguerre
