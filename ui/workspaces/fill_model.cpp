#include "ui/workspaces/fill_model.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <algorithm>
#include <utility>

#include "core/models/diffusion_fill.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/errand.h"

namespace daguerre {
namespace {

/// The class that a model fills with, where it knows several.
Field classField(const ModelInfo& info) {
    Field field = *find_field(fields_of<GenerateRequest>(), "class");
    field.help = FillModel::tr("what the model is told to imagine").toStdString();
    field.choices = {""};
    field.titles = {
        (info.null_class ? FillModel::tr("any") : FillModel::tr("by the seed")).toStdString()};
    for (const std::string& name : info.classes) {
        field.choices.push_back(name);
        field.titles.push_back(name);
    }
    return field;
}

/// Sets what fits; a version or a model before may have known other words.
void take(Fields& fields, const std::string& key, const std::string& text) {
    try {
        set_field_text(fields, key, text);
    } catch (const Error&) {
    }
}

QString folderName(const std::string& name) {
    return QString::fromStdString(name).section(QLatin1Char('/'), -1, -1,
                                                QString::SectionSkipEmpty);
}

}  // namespace

FillModel::FillModel(Session& session, const QString& prefix, QWidget* parent)
    : QWidget(parent),
      session_(session),
      nameKey_((prefix + QStringLiteral("/model")).toLatin1()),
      optionsKey_((prefix + QStringLiteral("/modelOptions")).toLatin1()) {
    models_ = new QComboBox(this);
    models_->setObjectName(prefix + QStringLiteral(".model"));
    models_->setAccessibleName(tr("Model"));
    models_->setToolTip(tr("The network that imagines what is missing"));
    models_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    folder_ = new QPushButton(tr("Open a folder…"), this);
    folder_->setObjectName(prefix + QStringLiteral(".model-folder"));
    folder_->setToolTip(tr("A model folder, a diffusers folder or a run"));
    form_ = new FieldsForm(prefix + QStringLiteral(".model"), this);
    form_->setObjectName(prefix + QStringLiteral(".model-form"));
    trouble_ = new QLabel(this);
    trouble_->setObjectName(prefix + QStringLiteral(".model-trouble"));
    trouble_->setFont(daguerre::font(Type::Caption));
    trouble_->setForegroundRole(dimRole);
    trouble_->setWordWrap(true);
    row_ = new QWidget(this);
    auto* row = new QHBoxLayout(row_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    row->addWidget(models_, 1);
    row->addWidget(folder_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap2, 0, 0, 0);
    column->setSpacing(gap2);
    column->addWidget(row_);
    column->addWidget(trouble_);
    column->addWidget(form_);
    wish_ = Setting<QString>(nameKey_.constData(), {}).get().toStdString();
    connect(models_, &QComboBox::activated, this, [this](int index) {
        choose(models_->itemData(index).toString().toStdString());
        remember();
    });
    connect(folder_, &QPushButton::clicked, this, &FillModel::askForFolder);
    connect(form_, &FieldsForm::changed, this, [this](const QString& key) {
        for (const Field& field : form_->fields())
            if (Field* own = find_field(options_, field.key)) own->value = field.value;
        remember();
        // Not while the editor that tells it still works.
        if (key == QLatin1String("method"))
            QMetaObject::invokeMethod(this, &FillModel::showOptions, Qt::QueuedConnection);
        Q_EMIT changed();
    });
    const auto list = [this] { look(ids(session_.models()), false); };
    connect(&session_, &Session::modelsListed, this, list);
    if (session_.recovery()) list();  // else begin() will tell
    showModels();
}

FillModel::~FillModel() {
    if (opening_) opening_->cancel();
}

void FillModel::look(std::vector<std::string> names, bool choose) {
    if (!wish_.empty() && std::find(names.begin(), names.end(), wish_) == names.end())
        names.push_back(wish_);
    const auto job = makeJob<Errand>(
        tr("Look at the models"),
        [this, names, choose, peek = session_.source().peek](const OnProgress&) -> Errand::Then {
            std::vector<Entry> entries;
            Sentence trouble;
            for (const std::string& name : names) try {
                    entries.push_back({name, peek(name)});
                } catch (const Error& error) {
                    trouble = error.sentence();
                }
            return [this, entries, choose, trouble] {
                looked_ = true;
                add(entries);
                if (choose && !entries.empty()) {
                    this->choose(entries.front().name);
                    remember();
                }
                if (choose && entries.empty()) {
                    whyNotOpen_ = words(trouble);
                    showModels();
                    Q_EMIT changed();
                }
            };
        });
    connect(job.get(), &Errand::ready, this, Errand::call);
    session_.soon(job);
}

void FillModel::add(const std::vector<Entry>& entries) {
    for (const Entry& fresh : entries) {
        const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
            return entry.name == fresh.name;
        });
        if (same == entries_.end())
            entries_.push_back(fresh);
        else
            *same = fresh;
    }
    const auto named = [&](const std::string& name) {
        return std::any_of(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.name == name; });
    };
    if (!byHand_ && named(wish_)) {
        byHand_ = true;
        return choose(std::string(wish_));
    }
    if (!byHand_) setChannels(std::exchange(channels_, -1));
    showModels();
    Q_EMIT changed();
}

void FillModel::setChannels(int channels) {
    if (channels == channels_) return;
    channels_ = channels;
    // While nobody chose: the first one that can.
    if (!byHand_ && (!entry() || !whyNot(*entry()).isEmpty()))
        for (const Entry& other : entries_)
            if (whyNot(other).isEmpty()) return choose(other.name);
    showModels();
    Q_EMIT changed();
}

void FillModel::setWanted(bool wanted) {
    wanted_ = wanted;
    openWhenWanted();
    showModels();
}

QString FillModel::whyNone() const {
    if (!looked_) return tr("Looking at the models…");
    if (entries_.empty()) return tr("No model was found. Open a model folder, or train one.");
    QString first;
    for (const Entry& entry : entries_) {
        const QString why = whyNot(entry);
        if (why.isEmpty()) return {};
        if (first.isEmpty()) first = why;
    }
    return first;
}

QString FillModel::whyNot(const Entry& entry) const {
    const auto why = why_not_filled(entry.info, std::max(channels_, 0));
    return why ? words(*why) : QString();
}

QString FillModel::why() const {
    const Entry* chosen = entry();
    if (!chosen) return whyNone().isEmpty() ? tr("Choose a model.") : whyNone();
    if (const QString why = whyNot(*chosen); !why.isEmpty()) return why;
    if (!whyNotOpen_.isEmpty()) return whyNotOpen_;
    if (!model_) return tr("Loading %1…").arg(folderName(name_));
    return {};
}

const FillModel::Entry* FillModel::entry() const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.name == name_; });
    return found == entries_.end() ? nullptr : &*found;
}

const ModelInfo* FillModel::info() const { return entry() ? &entry()->info : nullptr; }

Fields FillModel::ownOptions() const {
    Fields own = options_;
    std::erase_if(own, [](const Field& field) { return field.key == "class"; });
    return own;
}

CompletionCost FillModel::cost() const {
    return model_ ? model_->completion_cost(ownOptions()) : CompletionCost{};
}

FillSettings FillModel::settings(FillRequest request) const {
    request.model = name_;
    GenerateRequest how;
    if (const Field* image_class = find_field(options_, "class"))
        how.image_class = std::get<std::string>(image_class->value);
    return model_settings(model_, request, how, ownOptions());
}

void FillModel::choose(const std::string& name) {
    if (name == name_ && (model_ || opening_)) return;
    if (opening_) opening_->cancel();
    opening_ = nullptr;
    model_ = nullptr;
    name_ = name;
    wish_.clear();
    whyNotOpen_.clear();
    options_.clear();
    openWhenWanted();
    showModels();
    Q_EMIT changed();
}

void FillModel::openWhenWanted() {
    if (!wanted_ || name_.empty() || model_ || opening_ || !whyNotOpen_.isEmpty()) return;
    if (session_.modelName() == name_ && session_.model()) return opened(session_.model());
    const auto job = makeJob<OpenModelJob>(name_, session_.source().open);
    opening_ = job;
    connect(job.get(), &OpenModelJob::opened, this,
            [this, raw = job.get()](const std::shared_ptr<const Model>& model) {
                if (opening_.get() == raw) opened(model);
            });
    connect(job.get(), &Job::finished, this,
            [this, raw = job.get()](Outcome outcome, const Sentence& why) {
                if (opening_.get() != raw) return;
                opening_ = nullptr;
                if (outcome == Outcome::Failed) whyNotOpen_ = words(why);
                showModels();
                Q_EMIT changed();
            });
    session_.make(job);
}

void FillModel::opened(const std::shared_ptr<const Model>& model) {
    model_ = model;
    options_ = model->complete_fields();
    if (!model->info().classes.empty()) options_.push_back(classField(model->info()));
    const Setting<QByteArray> kept(optionsKey_.constData(), {});
    for (const QByteArray& pair : kept.get().split(';'))
        if (const auto at = pair.indexOf('='); at > 0)
            take(options_, pair.left(at).toStdString(), pair.mid(at + 1).toStdString());
    showOptions();
    Q_EMIT changed();
}

void FillModel::restore(const std::string& name, const Fields& options) {
    keep(options);
    model_ = nullptr;
    if (!looked_ || std::none_of(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.name == name; })) {
        wish_ = name;
        byHand_ = false;
        return look(ids(session_.models()), false);
    }
    choose(name);
    remember();
}

void FillModel::keep(const Fields& options) const {
    QByteArray kept;
    for (const Field& field : options)
        kept += QByteArray::fromStdString(field.key + "=" + text_of(field.value) + ";");
    Setting<QByteArray>(optionsKey_.constData(), {}).set(kept);
}

void FillModel::remember() {
    byHand_ = true;
    Setting<QString>(nameKey_.constData(), {}).set(QString::fromStdString(name_));
    if (!options_.empty()) keep(options_);
}

void FillModel::askForFolder() {
    auto* dialog = new QFileDialog(this, tr("Open a model folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { look({folder.toStdString()}, true); });
    dialog->open();
}

void FillModel::showModels() {
    const QSignalBlocker quiet(models_);
    models_->clear();
    auto* rows = qobject_cast<QStandardItemModel*>(models_->model());
    for (const Entry& entry : entries_) {
        models_->addItem(folderName(entry.name), QString::fromStdString(entry.name));
        const QString why = whyNot(entry);
        QStandardItem* item = rows->item(models_->count() - 1);
        item->setEnabled(why.isEmpty());
        item->setToolTip(why);
    }
    models_->setCurrentIndex(models_->findData(QString::fromStdString(name_)));
    const bool none = !whyNone().isEmpty();
    models_->setVisible(!none && wanted_);
    row_->setVisible(looked_ && (none || wanted_));
    form_->setVisible(wanted_ && model_ && !none);
    trouble_->setText(wanted_ || none ? whyNotOpen_ : QString());
    trouble_->setVisible(!trouble_->text().isEmpty());
}

void FillModel::showOptions() {
    Fields shown = options_;
    const Field* method = find_field(options_, "method");
    if (method && method->value == FieldValue(std::string("ddnm")))
        std::erase_if(
            shown, [](const Field& field) { return field.key == "jump" || field.key == "times"; });
    form_->setFields(shown);
    showModels();
}

}  // namespace daguerre
