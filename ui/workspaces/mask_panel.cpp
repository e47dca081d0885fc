#include "ui/workspaces/mask_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <cmath>

#include "ui/canvas/layers.h"
#include "ui/session/actions.h"
#include "ui/session/setting.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/work/retouch_jobs.h"

namespace daguerre {
namespace {

constexpr int mostPixels = 200, numberWidth = 72, labelWidth = 56;

const Setting<int> lastGrowth{"retouch/grow", 4};
const Setting<int> lastFeather{"retouch/feather", 4};

QString shareText(double share) {
    const double percent = share * 100;
    const int decimals = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
    if (percent > 0 && percent < 0.01) return MaskPanel::tr("under 0.01 %");
    return MaskPanel::tr("%1 %").arg(percent, 0, 'f', decimals);
}

/// A slider gives small numbers more room: its place is the root of the number.
int placeOf(int pixels) {
    return int(std::lround(std::sqrt(std::abs(pixels)) * 10)) * (pixels < 0 ? -1 : 1);
}
int pixelsAt(int place) { return int(std::lround(place * place / 100.)) * (place < 0 ? -1 : 1); }

QIcon swatch(QColor colour) {
    QPixmap pixels(iconSize, iconSize);
    colour.setAlpha(255);
    pixels.fill(colour);
    return pixels;
}

QAction* actionOf(Actions& actions, const LayerRow& layer) {
    return actions[std::string("layer-") + layer.id];
}

}  // namespace

MaskPanel::MaskPanel(Actions& actions, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap2);
    column->addWidget(makeHeading(actions));
    column->addWidget(makeLayers(actions));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(gap2);
    grid->setVerticalSpacing(gap2);
    grid->setColumnMinimumWidth(0, labelWidth);
    grid->setColumnStretch(1, 1);
    grow_ = addNumber(grid, 0, tr("Grow"), -mostPixels, mostPixels, "retouch.grow",
                      actions["grow-mask"]);
    grow_->setToolTip(tr("Photo pixels; under 0 the mask shrinks"));
    grow_->setValue(lastGrowth.get());
    feather_ = addNumber(grid, 1, tr("Feather"), 0, mostPixels, "retouch.feather",
                         actions["feather-mask"]);
    feather_->setToolTip(tr("Photo pixels over which the edge grows soft"));
    feather_->setValue(lastFeather.get());
    connect(grow_, &QSpinBox::valueChanged, this, [](int pixels) { lastGrowth.set(pixels); });
    connect(feather_, &QSpinBox::valueChanged, this, [](int pixels) { lastFeather.set(pixels); });
    column->addLayout(grid);
    auto* buttons = new QGridLayout;
    buttons->setSpacing(gap2);
    const struct {
        const char *id, *name;
        QString words;
    } rows[]{{"invert-mask", "retouch.invert", tr("Invert")},
             {"fill-holes", "retouch.holes", tr("Fill holes")},
             {"clear-mask", "retouch.clear", tr("Clear")},
             {"load-mask", "retouch.load-mask", tr("Load…")},
             {"save-mask", "retouch.save-mask", tr("Save…")},
             {"remove-specks", "retouch.specks", tr("Specks")}};
    for (int i = 0; i < 6; ++i) {
        QAction* action = actions[rows[i].id];
        auto* button = new QPushButton(rows[i].words, this);
        button->setObjectName(QLatin1String(rows[i].name));
        button->setToolTip(actions.tip(rows[i].id));
        button->setEnabled(action->isEnabled());
        buttons->addWidget(button, i / 3, i % 3);
        buttons->setColumnStretch(i % 3, 1);
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::enabledChanged, button, &QWidget::setEnabled);
    }
    column->addLayout(buttons);
    showFacts({});
    showLayer(Layer::Mask, false);
}

QWidget* MaskPanel::makeHeading(Actions& actions) {
    auto* heading = new QWidget(this);
    auto* row = new QHBoxLayout(heading);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap1);
    title_ = new QLabel(heading);
    title_->setFont(daguerre::font(Type::Section));
    facts_ = new QLabel(heading);
    facts_->setObjectName(QStringLiteral("retouch.facts"));
    facts_->setFont(daguerre::font(Type::Caption));
    facts_->setForegroundRole(dimRole);
    QList<QAction*> rows;
    for (const char* id : {"mask-all", "last-mask", "shrink-mask", "clear-copy-layers", "refine",
                           "copy-fill", "copy-photo", "photo-info", "fill-film", "batch"})
        rows += actions[id];
    auto* more = menuButton(rows, heading);
    more->setObjectName(QStringLiteral("retouch.menu"));
    row->addWidget(title_);
    row->addStretch();
    row->addWidget(facts_);
    row->addWidget(more);
    return heading;
}

QWidget* MaskPanel::makeLayers(Actions& actions) {
    choice_ = new QWidget(this);
    auto* row = new QHBoxLayout(choice_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    auto* label = new QLabel(tr("Paint on"), choice_);
    label->setForegroundRole(dimRole);
    label->setMinimumWidth(labelWidth);
    layers_ = new QComboBox(choice_);
    layers_->setObjectName(QStringLiteral("retouch.layer"));
    layers_->setAccessibleName(label->text());
    label->setBuddy(layers_);
    for (const LayerRow& layer : layerRows()) {
        layers_->addItem(swatch(layer.colour), words(layer.title));
        layers_->setItemData(layers_->count() - 1,
                             tr("%1 (%2)").arg(words(std::string(layer.hint)),
                                               actionOf(actions, layer)->shortcut().toString()),
                             Qt::ToolTipRole);
    }
    connect(layers_, &QComboBox::activated, this, [&actions](int index) {
        actionOf(actions, layerRows()[std::size_t(index)])->trigger();
    });
    row->addWidget(label);
    row->addWidget(layers_, 1);
    return choice_;
}

QSpinBox* MaskPanel::addNumber(QGridLayout* grid, int line, const QString& title, int least,
                               int most, const char* name, QAction* apply) {
    auto* label = new QLabel(title, this);
    label->setForegroundRole(dimRole);
    auto* slider = new QSlider(Qt::Horizontal, this);
    slider->setRange(placeOf(least), placeOf(most));
    slider->setFocusPolicy(Qt::NoFocus);  // the number beside it is what keys reach
    slider->setAccessibleName(title);
    auto* box = new QSpinBox(this);
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(title);
    box->setRange(least, most);
    box->setSuffix(tr(" px"));
    box->setFixedWidth(numberWidth);
    box->setKeyboardTracking(false);
    label->setBuddy(box);
    auto* button = new QToolButton(this);
    button->setAutoRaise(true);
    button->setObjectName(QLatin1String(name) + QStringLiteral(".apply"));
    setIconOnly(button, "check-lg", apply->text(),
                apply->shortcut().toString(QKeySequence::NativeText));
    button->setEnabled(apply->isEnabled());
    connect(slider, &QSlider::valueChanged, box, [box, slider](int place) {
        if (placeOf(box->value()) != place || slider->isSliderDown())
            box->setValue(pixelsAt(place));
    });
    connect(box, &QSpinBox::valueChanged, slider, [slider](int pixels) {
        if (!slider->isSliderDown()) slider->setValue(placeOf(pixels));
    });
    connect(button, &QToolButton::clicked, apply, &QAction::trigger);
    connect(apply, &QAction::enabledChanged, button, &QWidget::setEnabled);
    grid->addWidget(label, line, 0);
    grid->addWidget(slider, line, 1);
    grid->addWidget(box, line, 2);
    grid->addWidget(button, line, 3);
    return box;
}

void MaskPanel::showFacts(const MaskFacts& facts) {
    facts_->setText(
        facts.pixels == 0
            ? tr("empty")
            : tr("%1, %n part(s)", nullptr, int(facts.parts.size())).arg(shareText(facts.share())));
}

int MaskPanel::growth() const { return grow_->value(); }

int MaskPanel::feather() const { return feather_->value(); }

void MaskPanel::showLayer(Layer layer, bool copies) {
    const LayerRow& row = rowOf(layer);
    layers_->setCurrentIndex(int(&row - layerRows().data()));
    layers_->setToolTip(layers_->currentData(Qt::ToolTipRole).toString());
    title_->setText(words(row.title));
    facts_->setVisible(layer == Layer::Mask);
    choice_->setVisible(copies);
}

}  // namespace daguerre
