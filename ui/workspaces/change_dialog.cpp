#include "ui/workspaces/change_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/fields_form.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int dialogWidth = 420;

}  // namespace

ChangeDialog::ChangeDialog(const QString& name, const QString& title, const QString& words,
                           const Fields& fields, const QString& mustDiffer, QWidget* parent)
    : QDialog(parent), before_(fields), mustDiffer_(mustDiffer) {
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(name);
    setWindowTitle(title);
    setMinimumWidth(dialogWidth);
    auto* saying = new QLabel(words, this);
    saying->setWordWrap(true);
    form_ = new FieldsForm(name, this);
    form_->setFields(fields);
    hint_ = caption(this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    make_ = buttons->addButton(tr("Make pictures"), QDialogButtonBox::AcceptRole);
    make_->setObjectName(name + QStringLiteral(".make"));
    make_->setIcon(icon("play-fill", Token::OnAccent));
    make_->setDefault(true);
    setMark(make_, Mark::Primary);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    column->addWidget(saying);
    column->addWidget(form_);
    column->addWidget(hint_);
    column->addWidget(buttons);
    connect(form_, &FieldsForm::changed, this, &ChangeDialog::check);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    check();
}

const Fields& ChangeDialog::fields() const { return form_->fields(); }

Fields ChangeDialog::changes() const {
    Fields changes;
    for (const Field& field : form_->fields()) {
        const Field* before = find_field(before_, field.key);
        if (!before || before->value != field.value) changes.push_back(field);
    }
    return changes;
}

void ChangeDialog::check() {
    const bool lacking = !mustDiffer_.isEmpty() && changes().empty();
    hint_->setText(lacking ? mustDiffer_ : QString());
    make_->setEnabled(!lacking);
}

}  // namespace daguerre
