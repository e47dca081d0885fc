#include "ui/workspaces/measure_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/fields_form.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/quality.h"
#include "ui/workspaces/train_form.h"

namespace daguerre {
namespace {

constexpr int dialogWidth = 440;

}  // namespace

MeasureDialog::MeasureDialog(const QString& model, const std::string& dataset, QWidget* parent)
    : QDialog(parent), datasets_(datasetsHere()) {
    setObjectName(QStringLiteral("measure"));
    setWindowTitle(tr("Measure %1").arg(model));
    setMinimumWidth(dialogWidth);
    dataset_ = new QComboBox(this);
    dataset_->setObjectName(QStringLiteral("measure.dataset"));
    if (!dataset.empty() && std::ranges::count(datasets_, dataset) == 0 &&
        std::filesystem::exists(dataset))
        datasets_.push_back(dataset);
    for (const std::string& id : datasets_) dataset_->addItem(QString::fromStdString(id));
    dataset_->setCurrentIndex(std::max(dataset_->findText(QString::fromStdString(dataset)), 0));
    form_ = new FieldsForm(QStringLiteral("measure"), this);
    form_->setFields(evaluation_fields());
    hint_ = caption(this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    measure_ = buttons->addButton(tr("Measure"), QDialogButtonBox::AcceptRole);
    measure_->setObjectName(QStringLiteral("measure.start"));
    setMark(measure_, Mark::Primary);
    auto* against = new QFormLayout;
    against->addRow(tr("Compare with"), dataset_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap3);
    column->addLayout(against);
    column->addWidget(form_);
    column->addWidget(hint_);
    column->addWidget(buttons);
    connect(form_, &FieldsForm::changed, this, &MeasureDialog::check);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT wanted(this->dataset(), request());
        accept();
    });
    check();
}

std::string MeasureDialog::dataset() const { return dataset_->currentText().toStdString(); }

EvaluateRequest MeasureDialog::request() const {
    return options_from<EvaluateRequest>(form_->fields());
}

void MeasureDialog::check() {
    const bool few = request().count < fewPictures;
    hint_->setText(datasets_.empty() ? tr("No dataset is here. Get one in Datasets first.")
                   : few             ? tr("So few pictures make a rough figure: take it as a hint.")
                         : tr("Figures of different counts, seeds or feature networks can't be "
                              "compared; 10,000 pictures are usual."));
    measure_->setEnabled(!datasets_.empty());
}

}  // namespace daguerre
