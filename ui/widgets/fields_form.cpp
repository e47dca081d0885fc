#include "ui/widgets/fields_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int labelWidth = 88, sliderRange = 1000;
constexpr double nearLimits = 1000;  // up to this a number gets a slider

/// Whole numbers as they are, others with at least one and at most three decimals, or, where the
/// least is far below that, with as many as they need. The wheel turns it only while it has the
/// focus, so that scrolling a form changes nothing.
class NumberBox : public QDoubleSpinBox {
public:
    NumberBox(bool whole, bool fine) : whole_(whole), fine_(fine) {
        setDecimals(whole ? 0 : fine ? 9 : 3);
        setFocusPolicy(Qt::StrongFocus);
        setKeyboardTracking(false);
    }
    QString textFromValue(double value) const override {
        if (whole_) return QString::number(value, 'f', 0);
        if (fine_) return QString::number(value, 'g', 6);
        QString text = locale().toString(value, 'f', 3);
        while (text.endsWith(QLatin1Char('0')) && text[text.size() - 2].isDigit()) text.chop(1);
        return text;
    }

protected:
    /// What was typed can be taken back while it isn't taken yet; then the undo is the page's.
    bool event(QEvent* event) override {
        if (event->type() == QEvent::ShortcutOverride && text() == textFromValue(value())) {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
                event->ignore();
                return true;
            }
        }
        return QDoubleSpinBox::event(event);
    }
    void wheelEvent(QWheelEvent* event) override {
        if (hasFocus())
            QDoubleSpinBox::wheelEvent(event);
        else
            event->ignore();
    }

private:
    const bool whole_, fine_;
};

class ChoiceBox : public QComboBox {
public:
    ChoiceBox() { setFocusPolicy(Qt::StrongFocus); }

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (hasFocus())
            QComboBox::wheelEvent(event);
        else
            event->ignore();
    }
};

bool isWhole(const Field& field) { return std::holds_alternative<std::int64_t>(field.value); }

double numberOf(const FieldValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return double(*whole);
    return std::get<double>(value);
}

FieldValue valueOf(const Field& field, double number) {
    if (isWhole(field)) return std::int64_t(std::llround(number));
    return number;
}

/// Where a value lies on its slider, 0 to 1, and back. Wide ranges from over 0 are logarithmic;
/// those from 0 give the small values more room.
double placeOf(const Field& field, double value) {
    if (field.min > 0 && field.max / field.min >= 100)
        return std::log(value / field.min) / std::log(field.max / field.min);
    return std::sqrt((value - field.min) / (field.max - field.min));
}
double valueAt(const Field& field, double place) {
    if (field.min > 0 && field.max / field.min >= 100)
        return field.min * std::pow(field.max / field.min, place);
    const double value = field.min + place * place * (field.max - field.min);
    return std::round(value * 20) / 20;  // a slider gives round numbers
}

}  // namespace

FieldsForm::FieldsForm(const QString& prefix, QWidget* parent) : QWidget(parent), prefix_(prefix) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gap3);
    grid->setVerticalSpacing(gap2);
    grid->setColumnMinimumWidth(0, labelWidth - gap3);
    grid->setColumnStretch(1, 1);
}

void FieldsForm::setFields(const Fields& fields, const std::vector<std::string>& parted) {
    for (QWidget* child : findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        child->hide();
        child->deleteLater();
    }
    rows_.clear();
    fields_ = fields;
    auto* grid = static_cast<QGridLayout*>(layout());
    while (QLayoutItem* item = grid->takeAt(0)) delete item;
    int line = 0;
    for (const Field& field : fields) {
        if (std::find(parted.begin(), parted.end(), field.key) != parted.end()) {
            auto* hairline = new QFrame(this);
            hairline->setFrameShape(QFrame::HLine);
            grid->addWidget(hairline, line++, 0, 1, 2);
        }
        addRow(field, grid, line++);
    }
}

void FieldsForm::addRow(const Field& field, QGridLayout* grid, int line) {
    const std::string key = field.key;
    Row row;
    row.layout = new QHBoxLayout;
    row.layout->setSpacing(gap2);
    if (std::holds_alternative<bool>(field.value))
        addCheck(field, row);
    else if (!std::holds_alternative<std::string>(field.value))
        addNumber(field, row);
    else if (field.choices.empty())
        addText(field, row);
    else
        addChoice(field, row);
    const QString title = words(field.label), help = words(field.help);
    row.editor->setObjectName(prefix_ + QLatin1Char('.') + QString::fromStdString(key));
    row.editor->setAccessibleName(title);
    row.editor->setToolTip(help);
    auto* label = new QLabel(title, this);
    label->setForegroundRole(dimRole);
    label->setBuddy(row.editor);
    row.label = label;
    label->setToolTip(help);
    grid->addWidget(label, line, 0);
    grid->addLayout(row.layout, line, 1);
    showing_ = true;
    row.show(field.value);
    showing_ = false;
    rows_[key] = std::move(row);
}

void FieldsForm::addCheck(const Field& field, Row& row) {
    auto* box = new QCheckBox(this);
    row.editor = box;
    row.layout->addWidget(box, 1);
    row.show = [box](const FieldValue& value) { box->setChecked(std::get<bool>(value)); };
    connect(box, &QCheckBox::toggled, this, [this, key = field.key](bool on) { take(key, on); });
}

void FieldsForm::addText(const Field& field, Row& row) {
    auto* line = new QLineEdit(this);
    row.editor = line;
    row.layout->addWidget(line, 1);
    row.show = [line](const FieldValue& value) {
        const QString text = QString::fromStdString(std::get<std::string>(value));
        if (line->text() != text) line->setText(text);
    };
    connect(line, &QLineEdit::textEdited, this,
            [this, key = field.key](const QString& text) { take(key, text.toStdString()); });
}

void FieldsForm::addChoice(const Field& field, Row& row) {
    auto* box = new ChoiceBox;
    row.editor = box;
    for (std::size_t i = 0; i < field.choices.size(); ++i)
        box->addItem(words(i < field.titles.size() ? field.titles[i] : field.choices[i]),
                     QString::fromStdString(field.choices[i]));
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    row.layout->addWidget(box, 1);
    row.show = [box](const FieldValue& value) {
        box->setCurrentIndex(box->findData(QString::fromStdString(std::get<std::string>(value))));
    };
    connect(box, &QComboBox::currentIndexChanged, this, [this, box, key = field.key](int index) {
        take(key, box->itemData(index).toString().toStdString());
    });
}

void FieldsForm::addNumber(const Field& field, Row& row) {
    const bool fine = !isWhole(field) && field.min > 0 && field.min < 1e-3;
    auto* box = new NumberBox(isWhole(field), fine);
    row.editor = box;
    const bool limited = field.min < field.max;
    box->setRange(limited ? field.min : -1e12, limited ? field.max : 1e12);
    if (!isWhole(field)) box->setSingleStep(0.1);
    QSlider* slider = nullptr;
    if (limited && field.max - field.min <= nearLimits) {
        slider = new QSlider(Qt::Horizontal, this);
        slider->setRange(0, sliderRange);
        slider->setFocusPolicy(Qt::NoFocus);  // the number beside it is what keys reach
        slider->setAccessibleName(words(field.label));
        row.layout->addWidget(slider, 1);
        box->setFixedWidth(fine ? 88 : 64);
        connect(slider, &QSlider::valueChanged, this, [this, field](int place) {
            const FieldValue value = valueOf(field, valueAt(field, double(place) / sliderRange));
            take(field.key, value);
            if (!showing_) rows_.at(field.key).show(value);
        });
    }
    row.layout->addWidget(box, slider ? 0 : 1);
    row.show = [box, slider, field](const FieldValue& value) {
        const double number = numberOf(value);
        if (box->value() != number) box->setValue(number);
        if (slider && !slider->isSliderDown())
            slider->setValue(qRound(placeOf(field, number) * sliderRange));
    };
    connect(box, &QDoubleSpinBox::valueChanged, this,
            [this, field](double number) { take(field.key, valueOf(field, number)); });
}

void FieldsForm::take(const std::string& key, const FieldValue& value) {
    if (showing_) return;
    Field* field = find_field(fields_, key);
    if (!field || field->value == value) return;
    setValue(key, value);
}

void FieldsForm::setValue(const std::string& key, const FieldValue& value) {
    set_field(fields_, key, value);
    showing_ = true;
    rows_.at(key).show(find_field(fields_, key)->value);
    showing_ = false;
    Q_EMIT changed(QString::fromStdString(key));
}

void FieldsForm::reset() {
    const Fields before = fields_;
    for (const Field& field : before)
        if (field.value != field.standard) setValue(field.key, field.standard);
}

QHBoxLayout* FieldsForm::row(const std::string& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : found->second.layout;
}

void FieldsForm::setRowVisible(const std::string& key, bool visible) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return;
    found->second.label->setVisible(visible);
    for (int i = 0; i < found->second.layout->count(); ++i)
        if (QWidget* part = found->second.layout->itemAt(i)->widget()) part->setVisible(visible);
}

QWidget* FieldsForm::editor(const std::string& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : found->second.editor;
}

}  // namespace daguerre
