#include "ui/workspaces/train_setup.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/models/families.h"
#include "core/training/checkpoint.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

/// Where a setting stands; what is in no group stands in the last.
struct Group {
    const char* title;
    std::vector<std::string> keys;
};
const std::array groups{
    Group{QT_TRANSLATE_NOOP("TrainSetup", "Network"),
          {"base_channels", "multiples", "layers", "attention", "groups", "dropout"}},
    Group{QT_TRANSLATE_NOOP("TrainSetup", "Data"), {"size", "flips", "label_drop"}},
    Group{QT_TRANSLATE_NOOP("TrainSetup", "Optimiser"),
          {"batch", "learning_rate", "warm_up", "decay", "ema", "clip", "seed"}},
    Group{QT_TRANSLATE_NOOP("TrainSetup", "Machine and saving"),
          {"device", "threads", "precision", "autosave"}},
};
/// What is settled for this machine and these images, whoever asks.
constexpr std::array settledKeys{"size", "flips", "device", "threads", "precision"};
constexpr std::array topKeys{"preset", "images"};

template <class Keys>
bool contains(const Keys& keys, const std::string& key) {
    return std::ranges::find(keys, key) != std::end(keys);
}

/// The datasets that are here.
std::vector<std::string> datasetsHere() {
    std::vector<std::string> ids;
    for (const DatasetRow& row : datasets())
        if (dataset_folder(row)) ids.push_back(row.id);
    for (const std::string& own : own_datasets()) ids.push_back(own);
    return ids;
}

/// runs/fashion-mnist-3: one more than the highest number there.
std::filesystem::path newRunFolder(const std::string& dataset) {
    const std::filesystem::path runs = home_folder() / "runs";
    std::string stem = std::filesystem::path(dataset).stem().string();
    std::ranges::replace_if(
        stem, [](char c) { return c == ':' || c == ',' || c == ' '; }, '-');
    int highest = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(stem + "-"))
            highest = std::max(highest, std::atoi(name.c_str() + stem.size() + 1));
    }
    return runs / (stem + "-" + std::to_string(highest + 1));
}

}  // namespace

void TrainSetup::begin(const std::string& dataset) {
    run_.reset();
    if (!dataset.empty()) dataset_ = dataset;
    const std::vector<std::string> here = datasetsHere();
    if (dataset_.empty() && !here.empty())
        dataset_ = contains(here, "fashion-mnist") ? "fashion-mnist" : here.front();
    if (family_.empty()) family_ = families().front().id;
    const Field* preset = find_field(values_, "preset");
    setFamily(family_, preset ? text_of(preset->value) : std::string(), {});
}

/// `own`: values that were changed by hand, which stay where they fit.
void TrainSetup::setFamily(const std::string& family, const std::string& preset,
                           const Fields& own) {
    family_ = family;
    values_ = train_fields(family);
    const std::vector<Preset>& presets = row_named(families(), family, "family").presets();
    Field* choice = find_field(values_, "preset");
    choice->choices = {""};
    choice->titles = {tr("chosen by the images").toStdString()};
    for (const Preset& row : presets) {
        choice->choices.push_back(row.id);
        choice->titles.push_back(row.title);
        if (row.id != preset) continue;
        choice->value = preset;
        for (const auto& [key, value] : row.values)
            if (Field* field = find_field(values_, key)) {
                set_field(values_, key, value);
                field->standard = field->value;
            }
    }
    choice->standard = choice->value;
    for (const Field& field : own)
        if (Field* mine = find_field(values_, field.key); mine && mine->key != "preset")
            mine->value = field.value;
    rebuild();
    soon_.start();
}

/// What was settled for the images becomes the standard of all that wasn't changed by hand.
void TrainSetup::settle(const Fields& settled) {
    bool differs = false;
    for (const Field& field : settled) {
        Field* own = find_field(values_, field.key);
        if (!own || own->key == "preset" || contains(settledKeys, own->key)) continue;
        if (own->value != own->standard || own->value == field.value) continue;
        own->value = own->standard = field.value;
        differs = true;
    }
    if (differs) rebuild();
}

void TrainSetup::rebuild() {
    Fields top;
    std::vector<std::string> names = datasetsHere();
    if (!dataset_.empty() && !contains(names, dataset_)) names.push_back(dataset_);
    Field dataset{.key = "dataset",
                  .label = "Dataset",
                  .help = "what is learned from",
                  .choices = names,
                  .value = dataset_,
                  .standard = dataset_};
    for (const std::string& name : names)
        dataset.titles.push_back(std::filesystem::path(name).filename().string());
    top.push_back(dataset);
    top.push_back({.key = "family",
                   .label = "Family",
                   .help = "the kind of model",
                   .choices = ids(families()),
                   .value = family_,
                   .standard = family_});
    for (const char* key : topKeys) top.push_back(*find_field(values_, key));
    top_->setFields(top);
    auto* other = new QToolButton(top_);
    other->setAutoRaise(true);
    other->setObjectName(QStringLiteral("train.folder"));
    setIconOnly(other, "folder2-open", tr("A folder or zip of images, or one photo…"));
    connect(other, &QToolButton::clicked, this, &TrainSetup::chooseFolder);
    top_->row("dataset")->addWidget(other);
    addReset(top_, *find_field(values_, "images"));

    for (QWidget* child : groups_->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        child->hide();
        child->deleteLater();
    }
    while (QLayoutItem* item = groupRows_->takeAt(0)) delete item;
    forms_.clear();
    const QString word = search_->text().trimmed();
    const bool some = onlyChanged_->isChecked() || !word.isEmpty();
    const auto isChanged = [&](const Field& field) {
        return field.value != field.standard && !(readOnly() && contains(settledKeys, field.key));
    };
    Fields rest;
    int changed = 0;
    for (const Field& field : values_) {
        if (contains(topKeys, field.key)) continue;
        changed += isChanged(field);
        const bool named = words(field.label).contains(word, Qt::CaseInsensitive) ||
                           QString::fromStdString(field.key).contains(word, Qt::CaseInsensitive);
        if ((!onlyChanged_->isChecked() || isChanged(field)) && named) rest.push_back(field);
    }
    changed_->setText(changed ? tr("%n setting(s) changed", nullptr, changed) : tr("Settings"));
    for (const Group& group : groups) {
        Fields own;
        for (const std::string& key : group.keys)
            if (const Field* field = find_field(rest, key)) {
                own.push_back(*field);
                std::erase_if(rest, [&](const Field& any) { return any.key == key; });
            }
        addGroup(tr(group.title), own, some);
    }
    addGroup(words(row_named(families(), family_, "family").title), rest, some);
    for (FieldsForm* form : forms_) form->setEnabled(!readOnly());
    top_->setEnabled(!readOnly());
    showButton();
}

/// A closed group opens by its title; one that was looked for is open.
void TrainSetup::addGroup(const QString& title, const Fields& fields, bool open) {
    if (fields.empty()) return;
    auto* form = new FieldsForm(QStringLiteral("train"), groups_);
    form->setFields(fields);
    for (const Field& field : fields) addReset(form, field);
    connect(form, &FieldsForm::changed, this,
            [this, form](const QString& key) { take(form, key); });
    forms_.push_back(form);
    auto* button = new QToolButton(groups_);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setText(title);
    const std::string key = title.toStdString();
    const auto show = [button, form](bool shown) {
        form->setVisible(shown);
        button->setIcon(icon(shown ? "chevron-down" : "chevron-right"));
    };
    connect(button, &QToolButton::clicked, this, [this, key, show, form] {
        open_[key] = form->isHidden();
        show(open_[key]);
    });
    show(open || open_[key]);
    groupRows_->addWidget(button, 0, Qt::AlignLeft);
    groupRows_->addWidget(form);
}

/// A changed value has a dot, and an arrow back to its default.
void TrainSetup::addReset(FieldsForm* form, const Field& field) {
    if (readOnly()) return;
    auto* back = new QToolButton(form);
    back->setAutoRaise(true);
    back->setObjectName(QLatin1String("train.reset.") + QString::fromStdString(field.key));
    setIconOnly(back, "arrow-counterclockwise",
                tr("Back to %1").arg(QString::fromStdString(text_of(field.standard))));
    auto* dot = new QLabel(QStringLiteral("•"), form);
    dot->setForegroundRole(accentRole);
    dot->setToolTip(tr("changed"));
    for (QWidget* widget : std::initializer_list<QWidget*>{dot, back}) {
        widget->setVisible(field.value != field.standard);
        form->row(field.key)->addWidget(widget);
    }
    const auto show = [this, form, dot, back, key = field.key](const QString& which) {
        if (which.toStdString() != key) return;
        const Field* own = find_field(values_, key);
        const Field* now = find_field(form->fields(), key);
        const bool differs = own && now && now->value != own->standard;
        dot->setVisible(differs);
        back->setVisible(differs);
    };
    connect(form, &FieldsForm::changed, back, show);
    connect(back, &QToolButton::clicked, form, [this, form, key = field.key] {
        form->setValue(key, find_field(values_, key)->standard);
    });
}

void TrainSetup::take(const FieldsForm* form, const QString& name) {
    const std::string key = name.toStdString();
    const Field* field = find_field(form->fields(), key);
    if (!field || readOnly()) return;
    if (key == "dataset") {
        dataset_ = std::get<std::string>(field->value);
        lastTrainedOn.set(QString::fromStdString(dataset_));
    } else if (key == "family" || key == "preset") {
        Fields own;
        for (const Field& any : values_)
            if (any.value != any.standard) own.push_back(any);
        const std::string family = key == "family" ? text_of(field->value) : family_;
        // The form that tells it is made anew.
        QMetaObject::invokeMethod(
            this,
            [this, family, own, preset = key == "preset" ? text_of(field->value) : std::string()] {
                setFamily(family, preset, own);
            },
            Qt::QueuedConnection);
        return;
    } else {
        find_field(values_, key)->value = field->value;
        const auto changed = std::ranges::count_if(values_, [](const Field& any) {
            return any.value != any.standard && !contains(topKeys, any.key);
        });
        changed_->setText(changed ? tr("%n setting(s) changed", nullptr, int(changed))
                                  : tr("Settings"));
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

std::vector<std::pair<std::string, std::string>> TrainSetup::given() const {
    std::vector<std::pair<std::string, std::string>> all;
    const std::string preset = text_of(find_field(values_, "preset")->value);
    if (!preset.empty()) all.emplace_back("preset", preset);
    for (const Field& field : values_)
        if (field.key != "preset" && field.value != field.standard)
            all.emplace_back(field.key, text_of(field.value));
    return all;
}

RunStart TrainSetup::start() const { return {newRunFolder(dataset_), dataset_, family_, given()}; }

QString TrainSetup::command() const {
    RunRequest request{dataset_, family_, {}, given(), values_};
    const std::filesystem::path folder = run_ ? run_->folder : newRunFolder(dataset_);
    return QString::fromStdString(command_of(request, folder));
}

QString TrainSetup::whyNot() const {
    if (session_.training())
        return tr("“%1” is being trained. Stop it first, or let it end.")
            .arg(QString::fromStdString(session_.training()->folder().filename().string()));
    if (dataset_.empty()) return tr("Choose a dataset first.");
    return trouble_;
}

const TrainEstimate* TrainSetup::estimateOf(const std::filesystem::path& run) const {
    const auto found = started_.find(run);
    return found == started_.end() ? nullptr : &found->second;
}

void TrainSetup::press() {
    if (readOnly()) {
        // The settings of the run that is shown become the user's own.
        const RunInfo run = *run_;
        run_.reset();
        dataset_ = run.dataset;
        onlyChanged_->setChecked(false);
        Fields own = run.settings;
        std::erase_if(own, [](const Field& field) { return contains(settledKeys, field.key); });
        const Field* preset = find_field(run.settings, "preset");
        setFamily(run.family, preset ? text_of(preset->value) : std::string(), own);
        Q_EMIT newWanted();
        return;
    }
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
    search_->setVisible(!readOnly());
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

void TrainSetup::showRun(const RunInfo* run) {
    if (!run) {
        if (run_) begin({});
        return;
    }
    const bool same = run_ && run_->folder == run->folder;
    if (notesSoon_.isActive()) keepNotes();
    run_ = *run;
    if (same) return showButton();
    if (asking_) asking_->cancel();
    soon_.stop();
    dataset_ = run->dataset;
    const Field* preset = find_field(run->settings, "preset");
    family_ = run->family;
    const bool known = contains(ids(families()), run->family);
    if (known)
        setFamily(run->family, preset ? text_of(preset->value) : std::string(), run->settings);
    soon_.stop();
    onlyChanged_->setChecked(true);
    rebuild();
    notes_->clear();
    notes_->setPlaceholderText(tr("Notes on %1, kept in its folder")
                                   .arg(QString::fromStdString(run->folder.filename().string())));
    const auto job = makeJob<Errand>(
        tr("Read notes"), [this, folder = run->folder](const OnProgress&) -> Errand::Then {
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
