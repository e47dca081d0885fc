#include "ui/workspaces/view_bar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/denoise_canvas.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int roomyFrom = 800;    // px from which everything has its place
constexpr int narrowest = 600;    // px without the labels and the zoom
constexpr int pixelsBelow = 128;  // sides under which pixels are shown as squares

const Setting<int> lastView{"generate/view", 0};

}  // namespace

ViewBar::ViewBar(Session& session, DenoiseCanvas* canvas, QWidget* parent)
    : QWidget(parent), session_(session), canvas_(canvas) {
    setFixedHeight(40);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap3, 0, gap3, 0);
    row->setSpacing(gap2);
    makeModels();
    makeViews();
    makeZoom();
    back_ = new QPushButton(tr("Back to one model"), this);
    back_->setObjectName(QStringLiteral("generate.back"));
    back_->setToolTip(session_.actions().tip("compare-models"));
    row->insertWidget(0, back_);
    connect(back_, &QPushButton::clicked, session_.actions()["compare-models"], &QAction::trigger);
    setComparing(false);
    listModels();
    refresh(0, {});
    connect(&session_, &Session::modelsListed, this, &ViewBar::listModels);
    connect(&session_, &Session::modelChanged, this, &ViewBar::listModels);
}

void ViewBar::makeModels() {
    modelLabel_ = new QLabel(tr("Model"), this);
    modelLabel_->setForegroundRole(dimRole);
    models_ = new QComboBox(this);
    models_->setObjectName(QStringLiteral("generate.model"));
    models_->setAccessibleName(tr("Model"));
    models_->setToolTip(tr("The network that makes the pictures"));
    models_->setMinimumWidth(104);
    layout()->addWidget(modelLabel_);
    layout()->addWidget(models_);
    connect(models_, &QComboBox::activated, this, [this](int index) {
        session_.openModel(models_->itemData(index).toString().toStdString());
    });
}

void ViewBar::makeViews() {
    auto* row = static_cast<QHBoxLayout*>(layout());
    views_ = new Segments({tr("Split"), tr("Noise"), tr("Guess"), tr("Change")}, this);
    views_->setObjectName(QStringLiteral("generate.views"));
    views_->setCurrent(std::clamp(lastView.get(), 0, 3));
    canvas_->setShowing(Showing(views_->current()));
    gridLabel_ = new QLabel(tr("Grid"), this);
    gridLabel_->setForegroundRole(dimRole);
    grid_ = new QComboBox(this);
    grid_->setObjectName(QStringLiteral("generate.grid"));
    grid_->setAccessibleName(tr("Grid"));
    grid_->setToolTip(tr("Columns and rows, or one picture (T)"));
    pixels_ = new QCheckBox(tr("Pixels"), this);
    pixels_->setObjectName(QStringLiteral("generate.pixels"));
    pixels_->setToolTip(tr("Pixels as squares instead of smoothed"));
    pixels_->setChecked(canvas_->pixels());
    row->addSpacing(gap2);
    row->addWidget(views_);
    row->addSpacing(gap2);
    for (QWidget* widget : std::initializer_list<QWidget*>{gridLabel_, grid_, pixels_})
        row->addWidget(widget);
    connect(views_, &Segments::chosen, this, [this](int index) {
        lastView.set(index);
        canvas_->setShowing(Showing(index));
    });
    connect(grid_, &QComboBox::activated, this, [this](int index) {
        const int columns = grid_->itemData(index).toInt();
        canvas_->setAlone(columns < 0);
        if (columns >= 0) canvas_->setColumns(columns);
    });
    connect(canvas_, &DenoiseCanvas::aloneChanged, this, [this] { refresh(count_, picture_); });
    connect(pixels_, &QCheckBox::toggled, canvas_, &DenoiseCanvas::setPixels);
}

void ViewBar::makeZoom() {
    auto* row = static_cast<QHBoxLayout*>(layout());
    auto* fit = new QToolButton(this);
    fit->setAutoRaise(true);
    fit->setObjectName(QStringLiteral("generate.fit"));
    setIconOnly(fit, "fullscreen", tr("Fit"), QStringLiteral("Ctrl+0"));
    zoom_ = new QLabel(this);
    zoom_->setFont(fixedFont());
    zoom_->setMinimumWidth(zoom_->fontMetrics().horizontalAdvance(QStringLiteral("1600 %")));
    zoom_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addStretch();
    row->addWidget(fit);
    row->addWidget(zoom_);
    connect(fit, &QToolButton::clicked, canvas_, &DenoiseCanvas::fit);
    connect(canvas_, &DenoiseCanvas::zoomChanged, this, &ViewBar::showZoom);
}

void ViewBar::showZoom(double zoom) {
    zoom_->setText(count_ > 0 ? tr("%1 %").arg(qRound(zoom * 100)) : QString());
}

void ViewBar::listModels() {
    const QSignalBlocker quiet(models_);
    models_->clear();
    for (const ModelEntry& entry : session_.models()) {
        if (!makes_images(entry)) continue;
        const QString id = QString::fromStdString(entry.id);
        models_->addItem(id, id);
    }
    const QString open = QString::fromStdString(session_.modelName());
    if (!open.isEmpty() && models_->findData(open) < 0) {
        // A folder: what it says its name is, once it is open.
        const QString name =
            session_.model() ? QString::fromStdString(session_.model()->info().title)
                             : open.section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty);
        models_->addItem(name, open);
    }
    models_->setCurrentIndex(models_->findData(open));
    models_->setEnabled(models_->count() > 0);
}

void ViewBar::setPossible(bool noise, bool change) {
    views_->setPossible(int(Showing::Noise), noise, tr("These pictures are made without noise."));
    views_->setPossible(int(Showing::Change), change, tr("These pictures are made in one step."));
}

void ViewBar::nextView() {
    int next = (views_->current() + 1) % 4;
    while (!views_->possible(next)) next = (next + 1) % 4;
    views_->setCurrent(next);
    lastView.set(next);
    canvas_->setShowing(Showing(next));
}

void ViewBar::showSplit() {
    views_->setCurrent(int(Showing::Split));
    canvas_->setShowing(Showing::Split);
}

void ViewBar::refresh(int count, QSize picture) {
    if (picture != picture_ && !picture.isEmpty())
        pixels_->setChecked(std::max(picture.width(), picture.height()) < pixelsBelow);
    if (count != count_) canvas_->setColumns(0);
    count_ = count;
    picture_ = picture;
    const QSignalBlocker quiet(grid_);
    grid_->clear();
    const int usual = DenoiseCanvas::usualColumns(count);
    const auto add = [&](int columns, int value) {
        grid_->addItem(tr("%1 × %2").arg(columns).arg((count + columns - 1) / columns), value);
    };
    if (count > 0) add(usual, 0);
    for (const int columns : {1, 2, 4, 8, 16, 32})
        if (columns < count && columns != usual && count > 2) add(columns, columns);
    if (count > 1) grid_->addItem(tr("One"), -1);
    const int shown = canvas_->alone() ? -1 : canvas_->columns();
    grid_->setCurrentIndex(std::max(0, grid_->findData(shown)));
    grid_->setEnabled(count > 1);
    showZoom(canvas_->zoom());
}

void ViewBar::setComparing(bool comparing) {
    for (QWidget* part : findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
        part->setVisible(comparing == (part == back_));
    if (!comparing) resizeEvent(nullptr);
}

void ViewBar::resizeEvent(QResizeEvent*) {
    if (!back_->isHidden()) return;
    for (QLabel* label : {modelLabel_, gridLabel_, zoom_}) label->setVisible(width() >= roomyFrom);
}

QSize ViewBar::minimumSizeHint() const { return {narrowest, 40}; }

}  // namespace daguerre
