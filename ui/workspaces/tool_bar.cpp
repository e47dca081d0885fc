#include "ui/workspaces/tool_bar.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QFrame>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "core/base/table.h"
#include "ui/canvas/canvas.h"
#include "ui/session/actions.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int columnWidth = 40, toolSide = 32, barHeight = 40, sliderSteps = 1000;
constexpr int roomyFrom = 800;  // px from which each slider has its number beside it
/// A line in the column stands before these.
const char* const firstOfGroup[]{"lasso", "wand", "hand"};

double numberOf(const FieldValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return double(*whole);
    return std::get<double>(value);
}

FieldValue valueOf(const Field& field, double number) {
    if (std::holds_alternative<std::int64_t>(field.value))
        return std::int64_t(std::llround(number));
    return std::round(number * 2) / 2;
}

/// Sizes are felt as ratios, all else as it is.
bool isRatio(const Field& field) { return field.min > 0 && field.max / field.min >= 1000; }

double placeOf(const Field& field, double value) {
    if (isRatio(field)) return std::log(value / field.min) / std::log(field.max / field.min);
    return (value - field.min) / (field.max - field.min);
}

double numberAt(const Field& field, double place) {
    if (isRatio(field)) return field.min * std::pow(field.max / field.min, place);
    return field.min + place * (field.max - field.min);
}

QString unitOf(const Field& field) {
    return field.key == "size" || field.key == "grow"          ? ToolOptions::tr("%1 px")
           : field.key == "hardness" || field.key == "opacity" ? ToolOptions::tr("%1 %")
                                                               : QStringLiteral("%1");
}

}  // namespace

ToolColumn::ToolColumn(Actions& actions, Canvas* canvas, QWidget* parent)
    : QWidget(parent), group_(new QButtonGroup(this)) {
    setFixedWidth(columnWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap1, gap2, gap1, gap2);
    column->setSpacing(2);
    // Tab goes to the one that is chosen, arrows to the others.
    connect(group_, &QButtonGroup::buttonToggled, this, [](QAbstractButton* button, bool on) {
        button->setFocusPolicy(on ? Qt::TabFocus : Qt::NoFocus);
    });
    for (const ToolRow& row : toolRows()) {
        for (const char* first : firstOfGroup) {
            if (row.id != first) continue;
            auto* line = new QFrame(this);
            line->setFrameShape(QFrame::HLine);
            line->setFixedHeight(9);
            column->addWidget(line);
        }
        auto* button = new QToolButton(this);
        button->setObjectName(QStringLiteral("retouch.tool.") + QString::fromStdString(row.id));
        button->setAutoRaise(true);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::NoFocus);
        button->setFixedSize(toolSide, toolSide);
        button->setIconSize({18, 18});
        const QString hint = words(std::string(row.hint));
        setIconOnly(button, row.icon, words(row.title), QKeySequence(row.key).toString());
        button->setToolTip(button->toolTip() + QLatin1Char('\n') + hint);
        group_->addButton(button);
        buttons_[row.id] = button;
        column->addWidget(button);
        const auto take = [canvas, id = row.id] { canvas->setTool(id); };
        connect(button, &QToolButton::clicked, canvas, take);
        connect(actions["tool-" + row.id], &QAction::triggered, canvas, take);
    }
    column->addStretch();
    const auto show = [this, canvas] { buttons_.at(canvas->tool())->setChecked(true); };
    connect(canvas, &Canvas::toolChanged, this, show);
    show();
}

ToolOptions::ToolOptions(Canvas* canvas, QWidget* parent) : QWidget(parent), canvas_(canvas) {
    setFixedHeight(barHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap3, 0, gap3, 0);
    connect(canvas, &Canvas::toolChanged, this, [this] { build(); });
    connect(canvas, &Canvas::settingsChanged, this, &ToolOptions::show);
    build();
}

void ToolOptions::build() {
    if (inside_) {
        inside_->hide();
        inside_->deleteLater();
    }
    shows_.clear();
    numbers_.clear();
    inside_ = new QWidget(this);
    row_ = new QHBoxLayout(inside_);
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(gap2);
    const ToolRow& tool = row_named(toolRows(), canvas_->tool(), "tool");
    auto* title = new QLabel(words(tool.title), inside_);
    title->setFont(daguerre::font(Type::Section));
    row_->addWidget(title);
    const Fields fields = fields_of(canvas_->settings());
    for (const std::string& key : tool.settings) {
        const Field* field = find_field(fields, key);
        if (!field) continue;
        row_->addSpacing(gap1);
        if (std::holds_alternative<bool>(field->value))
            addCheck(*field);
        else if (std::holds_alternative<std::string>(field->value))
            addChoice(*field);
        else
            addNumber(*field);
    }
    if (tool.settings.empty()) {
        auto* hint = new QLabel(words(std::string(tool.hint)), inside_);
        hint->setForegroundRole(dimRole);
        row_->addWidget(hint);
    }
    row_->addStretch();
    for (QWidget* number : numbers_) number->setVisible(width() >= roomyFrom);
    layout()->addWidget(inside_);
    show();
}

void ToolOptions::resizeEvent(QResizeEvent*) {
    for (QWidget* number : numbers_) number->setVisible(width() >= roomyFrom);
}

void ToolOptions::show() {
    showing_ = true;
    for (const Field& field : fields_of(canvas_->settings()))
        if (const auto found = shows_.find(field.key); found != shows_.end())
            found->second(field.value);
    showing_ = false;
}

void ToolOptions::set(const std::string& key, const FieldValue& value) {
    if (showing_) return;
    Fields fields = fields_of(canvas_->settings());
    set_field(fields, key, value);
    canvas_->setSettings(options_from<ToolSettings>(fields));
    show();
}

void ToolOptions::addNumber(const Field& field) {
    auto* label = new QLabel(words(field.label), inside_);
    label->setForegroundRole(dimRole);
    auto* slider = new QSlider(Qt::Horizontal, inside_);
    slider->setObjectName(QStringLiteral("retouch.option.") + QString::fromStdString(field.key));
    slider->setAccessibleName(words(field.label));
    slider->setToolTip(words(field.help));
    slider->setRange(0, sliderSteps);
    slider->setMinimumWidth(40);
    slider->setMaximumWidth(120);
    auto* number = new QLabel(inside_);
    number->setFont(fixedFont());
    const QString unit = unitOf(field);
    number->setMinimumWidth(
        number->fontMetrics().horizontalAdvance(unit.arg(QString::number(field.max))));
    row_->addWidget(label);
    row_->addWidget(slider, 1);
    row_->addWidget(number);
    if (field.key != "size") numbers_.push_back(number);
    shows_[field.key] = [slider, number, field, unit](const FieldValue& value) {
        const double now = numberOf(value);
        number->setText(unit.arg(number->locale().toString(now, 'g', 4)));
        slider->setAccessibleDescription(number->text());
        slider->setToolTip(QStringLiteral("%1: %2").arg(words(field.help), number->text()));
        if (!slider->isSliderDown()) slider->setValue(qRound(placeOf(field, now) * sliderSteps));
    };
    connect(slider, &QSlider::valueChanged, this, [this, field](int place) {
        set(field.key, valueOf(field, numberAt(field, double(place) / sliderSteps)));
    });
}

void ToolOptions::addCheck(const Field& field) {
    auto* box = new QCheckBox(words(field.label), inside_);
    box->setObjectName(QStringLiteral("retouch.option.") + QString::fromStdString(field.key));
    box->setToolTip(words(field.help));
    row_->addWidget(box);
    shows_[field.key] = [box](const FieldValue& value) { box->setChecked(std::get<bool>(value)); };
    connect(box, &QCheckBox::toggled, this, [this, key = field.key](bool on) { set(key, on); });
}

void ToolOptions::addChoice(const Field& field) {
    auto* label = new QLabel(words(field.label), inside_);
    label->setForegroundRole(dimRole);
    auto* box = new QComboBox(inside_);
    box->setObjectName(QStringLiteral("retouch.option.") + QString::fromStdString(field.key));
    box->setAccessibleName(words(field.label));
    box->setToolTip(words(field.help));
    for (std::size_t i = 0; i < field.choices.size(); ++i)
        box->addItem(words(i < field.titles.size() ? field.titles[i] : field.choices[i]),
                     QString::fromStdString(field.choices[i]));
    label->setBuddy(box);
    row_->addWidget(label);
    row_->addWidget(box);
    shows_[field.key] = [box](const FieldValue& value) {
        box->setCurrentIndex(box->findData(QString::fromStdString(std::get<std::string>(value))));
    };
    connect(box, &QComboBox::activated, this, [this, box, key = field.key](int index) {
        set(key, box->itemData(index).toString().toStdString());
    });
}

}  // namespace daguerre
