#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "core/base/table.h"
#include "core/models/families.h"
#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_setup.h"
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
          {"batch", "learning_rate", "warm_up", "decay", "ema", "raw_previews", "clip", "seed"}},
    Group{QT_TRANSLATE_NOOP("TrainSetup", "Machine and saving"),
          {"device", "threads", "precision", "autosave"}},
};
constexpr std::array topKeys{"preset", "images"};

bool isTop(const Field& field) { return std::ranges::find(topKeys, field.key) != topKeys.end(); }

/// Takes the fields with these keys out of `all`.
Fields takenFrom(Fields& all, const std::vector<std::string>& keys) {
    Fields taken;
    for (const std::string& key : keys)
        if (const Field* field = find_field(all, key)) {
            taken.push_back(*field);
            std::erase_if(all, [&](const Field& any) { return any.key == key; });
        }
    return taken;
}

Fields topFields(const TrainForm& form) {
    std::vector<std::string> names = datasetsHere();
    if (!form.dataset.empty() && std::ranges::find(names, form.dataset) == names.end())
        names.push_back(form.dataset);
    Field dataset{.key = "dataset",
                  .label = "Dataset",
                  .help = "what is learned from",
                  .choices = names,
                  .value = form.dataset,
                  .standard = form.dataset};
    for (const std::string& name : names)
        dataset.titles.push_back(std::filesystem::path(name).filename().string());
    Field family{.key = "family",
                 .label = "Family",
                 .help = "the kind of model",
                 .choices = ids(families()),
                 .value = form.family,
                 .standard = form.family};
    for (const Family& row : families()) family.titles.push_back(familyWords(row.id).toStdString());
    Fields top{dataset, family};
    for (const char* key : topKeys) top.push_back(*find_field(form.values, key));
    return top;
}

}  // namespace

/// Without those that stand on top, and without what this machine settled for a run.
Fields TrainSetup::ownChanges() const {
    Fields all = form_.changed();
    std::erase_if(all, [&](const Field& field) {
        return isTop(field) || (readOnly() && isSettled(field.key));
    });
    return all;
}

void TrainSetup::showCount() {
    const auto count = int(ownChanges().size());
    changed_->setText(count ? tr("%n setting(s) changed", nullptr, count) : tr("Settings"));
}

void TrainSetup::makeTop() {
    top_->setFields(topFields(form_));
    auto* other = new QToolButton(top_);
    other->setAutoRaise(true);
    other->setObjectName(QStringLiteral("train.folder"));
    setIconOnly(other, "folder2-open", tr("A folder or zip of images, or one photo…"));
    connect(other, &QToolButton::clicked, this, &TrainSetup::chooseFolder);
    top_->row("dataset")->addWidget(other);
    addReset(top_, *find_field(form_.values, "images"));
    top_->setEnabled(!readOnly());
}

/// What a run was told stands open above the groups; in a form what is changed stays in its group.
void TrainSetup::makeGroups() {
    for (QWidget* child : groups_->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        child->hide();
        child->deleteLater();
    }
    while (QLayoutItem* item = groupRows_->takeAt(0)) delete item;
    forms_.clear();
    const QString word = search_->text().trimmed();
    const bool only = onlyChanged_->isChecked() && !readOnly();
    const Fields changed = ownChanges();
    Fields rest;
    for (const Field& field : form_.values) {
        const bool named = words(field.label).contains(word, Qt::CaseInsensitive) ||
                           QString::fromStdString(field.key).contains(word, Qt::CaseInsensitive);
        if (named && !isTop(field) && (!only || find_field(changed, field.key)))
            rest.push_back(field);
    }
    const bool some = only || !word.isEmpty();
    if (readOnly()) {
        std::vector<std::string> keys;
        for (const Field& field : changed) keys.push_back(field.key);
        addForm(takenFrom(rest, keys));
    }
    for (const Group& group : groups) addGroup(tr(group.title), takenFrom(rest, group.keys), some);
    addGroup(familyWords(form_.family), rest, some);
}

void TrainSetup::rebuild() {
    const QWidget* had = window()->focusWidget();
    const QString focus = had && isAncestorOf(had) ? had->objectName() : QString();
    makeTop();
    makeGroups();
    showCount();
    showButton();
    if (focus.isEmpty() || had == search_) return;
    for (QWidget* widget : findChildren<QWidget*>(focus))  // the old ones are hidden by now
        if (widget->isVisible()) widget->setFocus();
}

FieldsForm* TrainSetup::addForm(const Fields& fields) {
    if (fields.empty()) return nullptr;
    auto* form = new FieldsForm(QStringLiteral("train"), groups_);
    form->setFields(fields);
    for (const Field& field : fields) addReset(form, field);
    connect(form, &FieldsForm::changed, this,
            [this, form](const QString& key) { take(form, key); });
    form->setEnabled(!readOnly());
    forms_.push_back(form);
    groupRows_->addWidget(form);
    return form;
}

/// A closed group opens by its title; one that was looked for is open.
void TrainSetup::addGroup(const QString& title, const Fields& fields, bool open) {
    if (fields.empty()) return;
    auto* button = new QToolButton(groups_);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setText(title);
    groupRows_->addWidget(button, 0, Qt::AlignLeft);
    FieldsForm* form = addForm(fields);
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
        const Field* own = find_field(form_.values, key);
        const Field* now = find_field(form->fields(), key);
        const bool differs = own && now && now->value != own->standard;
        dot->setVisible(differs);
        back->setVisible(differs);
    };
    connect(form, &FieldsForm::changed, back, show);
    connect(back, &QToolButton::clicked, form, [this, form, key = field.key] {
        form->setValue(key, find_field(form_.values, key)->standard);
    });
}

}  // namespace daguerre
