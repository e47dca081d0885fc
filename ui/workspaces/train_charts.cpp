#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>

#include "ui/widgets/heat_map.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_dashboard.h"
#include "ui/workspaces/train_views.h"

namespace daguerre {
namespace {

constexpr int lossHeight = 220;
constexpr int besideFrom = 820;  // px of the dashboard: all controls fit beside the title

QHBoxLayout* rowIn(QWidget* widget) {
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap2);
    return row;
}

}  // namespace

Dashboard::Dashboard(QWidget* parent) : QWidget(parent) {
    inside_ = new QWidget;
    grid_ = new QGridLayout(inside_);
    grid_->setContentsMargins(gap2, gap2, gap2, gap2);
    grid_->setSpacing(gap2);
    area_ = scrolling(inside_, this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(area_);
    loss_ = makeCard(QLatin1String(lossKey), tr("Loss"));
    loss_.chart = new Chart(tr("Loss"), loss_.frame);
    loss_.chart->setObjectName(QStringLiteral("train.loss"));
    loss_.frame->setMinimumHeight(lossHeight);
    makeControls();
    loss_.column->addWidget(loss_.chart, 1);
    connectChart(loss_.chart);
    levels_ = makeCard(QStringLiteral("levels"), tr("Loss by noise level σ"));
    levels_.map = new HeatMap(tr("Loss by noise level"), levels_.frame);
    levels_.map->setObjectName(QStringLiteral("train.levels"));
    levels_.map->setToolTip(
        tr("Loss of the network as a share of that of the best linear one. Blue on top and still "
           "moving below: shapes are learnt, details are coming."));
    levels_.column->addWidget(levels_.map, 1);
    connect(levels_.map, &HeatMap::hovered, this, [this](double x) {
        for (auto& [name, card] : cards_) card.chart->setHover(x);
        loss_.chart->setHover(x);
    });
    confusion_ = makeCard(QStringLiteral("confusion"), tr("Taken for"));
    confusion_.frame->setToolTip(
        tr("Rows: what held-out images show. Columns: what they are taken for. Choose a cell to "
           "see its images."));
    confusionView_ = new ConfusionView(confusion_.frame);
    confusionView_->setObjectName(QStringLiteral("train.confusion"));
    confusion_.column->addWidget(confusionView_, 1);
    connect(confusionView_, &ConfusionView::chosen, this, &Dashboard::cellChosen);
    reconstructions_ = makeCard(QStringLiteral("reconstructions"), tr("Reconstructions"));
    sheet_ = new SmallSheet(reconstructions_.frame);
    sheet_->setObjectName(QStringLiteral("train.reconstructions"));
    reconstructions_.column->addWidget(sheet_, 1);
    quality_ = makeCard(QStringLiteral("quality"), tr("Quality"));
    quality_.frame->setToolTip(tr("Of the newest weights, as Models measured them"));
    table_ = scrolling(new QWidget, quality_.frame);
    table_->setObjectName(QStringLiteral("train.quality"));
    quality_.column->addWidget(table_, 1);
    setLook();
    arrange();
}

void Dashboard::makeControls() {
    controls_ = new QWidget(loss_.frame);
    auto* halves = new QGridLayout(controls_);
    halves->setContentsMargins(gap1, 0, 0, 0);
    halves->setHorizontalSpacing(gap3);
    halves->setVerticalSpacing(gap1);
    auto *smoothing = new QWidget(controls_), *axes = new QWidget(controls_);
    controlHalves_ = {smoothing, axes};
    QWidget* bar = smoothing;
    drawn_ = new Segments({tr("Raw"), tr("Both"), tr("Smooth")}, bar);
    drawn_->setObjectName(QStringLiteral("train.drawn"));
    drawn_->setCurrent(lastDrawn.get());
    average_ = new QSlider(Qt::Horizontal, bar);
    average_->setObjectName(QStringLiteral("train.average"));
    average_->setRange(0, 6 * averagePlaces);
    average_->setValue(lastAverage.get());
    average_->setFixedWidth(72);
    average_->setAccessibleName(tr("Images that the smooth line averages over"));
    average_->setToolTip(average_->accessibleName());
    averageWords_ = caption(bar);
    averageWords_->setWordWrap(false);
    averageWords_->setMinimumWidth(36);
    bar = axes;
    scale_ = new Segments({tr("lin"), tr("log"), tr("symlog")}, bar);
    scale_->setObjectName(QStringLiteral("train.scale"));
    scale_->setCurrent(lastScale.get());
    clip_ = new QToolButton(bar);
    clip_->setObjectName(QStringLiteral("train.clip"));
    clip_->setText(tr("Clip"));
    clip_->setToolTip(tr("Leave out the highest and the lowest hundredth of the values"));
    clip_->setCheckable(true);
    clip_->setAutoRaise(true);
    outside_ = caption(bar);
    outside_->setWordWrap(false);
    axis_ = new QComboBox(bar);
    axis_->setObjectName(QStringLiteral("train.axis"));
    axis_->addItems({tr("images"), tr("steps"), tr("active time"), tr("wall clock")});
    axis_->setAccessibleName(tr("What runs across"));
    QHBoxLayout *left = rowIn(smoothing), *right = rowIn(axes);
    for (QWidget* widget : std::initializer_list<QWidget*>{drawn_, average_, averageWords_})
        left->addWidget(widget);
    left->addStretch();
    right->addStretch();
    for (QWidget* widget : std::initializer_list<QWidget*>{outside_, clip_, scale_, axis_})
        right->addWidget(widget);
    connect(drawn_, &Segments::chosen, this, &Dashboard::setLook);
    connect(scale_, &Segments::chosen, this, &Dashboard::setLook);
    connect(average_, &QSlider::valueChanged, this, &Dashboard::setLook);
    connect(clip_, &QToolButton::toggled, this, &Dashboard::setLook);
    connect(axis_, &QComboBox::currentIndexChanged, this, [this] {
        left_ = right_ = Chart::nowhere;
        show();
    });
    placeControls();
}

/// Beside the title where there is room, else in two rows below it.
void Dashboard::placeControls() {
    const bool beside = width() >= besideFrom;
    if (beside == controlsBeside_) return;
    controlsBeside_ = beside;
    loss_.row->removeWidget(controls_);
    loss_.column->removeWidget(controls_);
    loss_.note->setVisible(!beside);
    beside ? loss_.row->insertWidget(1, controls_, 1) : loss_.column->insertWidget(1, controls_);
    auto* halves = static_cast<QGridLayout*>(controls_->layout());
    for (QWidget* half : controlHalves_) halves->removeWidget(half);
    halves->addWidget(controlHalves_[0], 0, 0);
    halves->addWidget(controlHalves_[1], beside ? 0 : 1, beside ? 1 : 0);
}

void Dashboard::connectChart(Chart* chart) {
    chart->setWordsOfX([this](double x) { return wordsOfX(x); });
    connect(chart, &Chart::hovered, this, [this](double x) {
        loss_.chart->setHover(x);
        levels_.map->setHover(x);
        for (auto& [name, card] : cards_) card.chart->setHover(x);
        Q_EMIT hovered(axis_->currentIndex() == Images ? x : Chart::nowhere);
    });
    connect(chart, &Chart::chosen, this, [this](double left, double right) {
        left_ = left;
        right_ = right;
        setRange();
    });
    connect(chart, &Chart::wholeWanted, this, &Dashboard::whole);
}

}  // namespace daguerre
