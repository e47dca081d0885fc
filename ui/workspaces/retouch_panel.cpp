#include "ui/workspaces/retouch_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <limits>
#include <utility>

#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/engine_list.h"
#include "ui/workspaces/fill_cost.h"
#include "ui/workspaces/fill_model.h"
#include "ui/workspaces/mask_panel.h"

namespace daguerre {
namespace {

constexpr int panelWidth = 300, usualVariants = 4;
constexpr double crowdedFrom = 0.4;
constexpr int rimPixels = 4;
constexpr const char* modelEngine = "model";

const Setting<QString> lastEngine{"retouch/engine", QString()};
const Setting<int> lastVariants{"retouch/variants", usualVariants};

const InpainterRow& rowOf(const EngineList* engines) {
    return row_named(inpainters(), engines->current(), "engine");
}

}  // namespace

RetouchPanel::RetouchPanel(Session& session, QWidget* parent) : QWidget(parent) {
    setFixedWidth(panelWidth);
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(gap4, gap2, gap4, gap3);
    column->setSpacing(gap3);
    mask_ = new MaskPanel(session.actions(), inside);
    column->addWidget(mask_);
    column->addWidget(hairline(inside));
    auto* title = new QLabel(tr("Fill with"), inside);
    title->setFont(daguerre::font(Type::Section));
    engines_ = new EngineList(inside);
    engines_->setObjectName(QStringLiteral("retouch.engines"));
    model_ = new FillModel(session, QStringLiteral("retouch"), inside);
    auto* choice = new QVBoxLayout;
    choice->setSpacing(gap1);
    choice->addWidget(title);
    choice->addWidget(engines_);
    choice->addWidget(model_);
    column->addLayout(choice);
    column->addWidget(hairline(inside));
    column->addWidget(makeForm());
    column->addStretch();
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(scrolling(inside, this), 1);
    all->addWidget(hairline(this));
    all->addWidget(makeFoot());
    modelAwaited_ = lastEngine.get() == QLatin1String(modelEngine);
    if (!lastEngine.get().isEmpty() && !modelAwaited_)
        engines_->setCurrent(lastEngine.get().toStdString());
    connect(engines_, &EngineList::chosen, this, [this](const std::string& id) {
        lastEngine.set(QString::fromStdString(id));
        modelAwaited_ = false;
        engineChanged();
        Q_EMIT changed();
    });
    connect(model_, &FillModel::changed, this, &RetouchPanel::modelChanged);
    engineChanged();
    modelChanged();
    showState(false, false, false, {});
}

QSpinBox* RetouchPanel::addSpin(QGridLayout* grid, int line, const QString& title, const char* name,
                                int least, int most) {
    auto* label = new QLabel(title, this);
    label->setForegroundRole(dimRole);
    auto* box = new QSpinBox(this);
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(title);
    box->setRange(least, most);
    box->setKeyboardTracking(false);
    label->setBuddy(box);
    grid->addWidget(label, line, 0);
    grid->addWidget(box, line, 1);
    connect(box, &QSpinBox::valueChanged, this, &RetouchPanel::changed);
    return box;
}

QComboBox* RetouchPanel::addChoice(QGridLayout* grid, int line, const QString& title,
                                   const char* name) {
    auto* label = new QLabel(title, this);
    label->setForegroundRole(dimRole);
    auto* box = new QComboBox(this);
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(title);
    label->setBuddy(box);
    grid->addWidget(label, line, 0);
    grid->addWidget(box, line, 1);
    return box;
}

QWidget* RetouchPanel::makeForm() {
    auto* form = new QWidget;
    auto* grid = new QGridLayout(form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(gap2);
    grid->setVerticalSpacing(gap2);
    grid->setColumnMinimumWidth(0, 68);
    grid->setColumnStretch(1, 1);
    seed_ = addSpin(grid, 0, tr("Seed"), "retouch.seed", 0, std::numeric_limits<int>::max());
    seed_->setValue(1);
    seed_->setToolTip(tr("Another seed, another fill"));
    dice_ = new QToolButton(form);
    dice_->setAutoRaise(true);
    dice_->setObjectName(QStringLiteral("retouch.dice"));
    setIconOnly(dice_, "dice-5", tr("New seed"));
    connect(dice_, &QToolButton::clicked, this,
            [this] { seed_->setValue(QRandomGenerator::global()->bounded(1'000'000)); });
    grid->addWidget(dice_, 0, 2);
    variants_ = addSpin(grid, 1, tr("Variants"), "retouch.count", 1, mostVariants);
    variants_->setValue(lastVariants.get());
    variants_->setToolTip(tr("How many seeds are tried, one after the other"));
    connect(variants_, &QSpinBox::valueChanged, this, [](int count) { lastVariants.set(count); });
    compare_ = addChoice(grid, 2, tr("Compare"), "retouch.compare");
    compare_->setToolTip(tr("How the photo is shown beside another one (M)"));
    compare_->addItems({tr("Off"), tr("Split"), tr("Side by side"), tr("Blink"), tr("Difference"),
                        tr("Difference × 4"), tr("Difference × 16")});
    connect(compare_, &QComboBox::activated, this, &RetouchPanel::compareWanted);
    against_ = addChoice(grid, 3, tr("Against"), "retouch.against");
    against_->setToolTip(tr("What the photo is compared with (Shift+M)"));
    connect(against_, &QComboBox::activated, this, &RetouchPanel::againstWanted);
    soft_ = new QCheckBox(tr("Blend soft edges"), form);
    soft_->setObjectName(QStringLiteral("retouch.soft"));
    soft_->setToolTip(tr("Grey edges of the mask mix the fill with the old picture"));
    connect(soft_, &QCheckBox::toggled, this, &RetouchPanel::changed);
    grid->addWidget(soft_, 4, 1);
    return form;
}

QWidget* RetouchPanel::makeFoot() {
    auto* foot = new QWidget(this);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(gap4, gap3, gap4, gap4);
    column->setSpacing(gap2);
    hint_ = new QLabel(foot);
    hint_->setObjectName(QStringLiteral("retouch.hint"));
    hint_->setFont(daguerre::font(Type::Caption));
    hint_->setForegroundRole(dimRole);
    hint_->setWordWrap(true);
    grow_ = new QPushButton(tr("Grow"), foot);
    grow_->setObjectName(QStringLiteral("retouch.grow-rim"));
    grow_->setToolTip(tr("Grow the mask by %1 px").arg(rimPixels));
    grow_->hide();
    connect(grow_, &QPushButton::clicked, this, [this] { Q_EMIT growWanted(rimPixels); });
    auto* line = new QHBoxLayout;
    line->setSpacing(gap2);
    line->addWidget(hint_, 1);
    line->addWidget(grow_);
    column->addLayout(line);
    fill_ = new QPushButton(foot);
    fill_->setObjectName(QStringLiteral("retouch.fill"));
    setMark(fill_, Mark::Primary);
    column->addWidget(fill_);
    connect(fill_, &QPushButton::clicked, this, &RetouchPanel::fillWanted);
    return foot;
}

FillRequest RetouchPanel::request() const {
    FillRequest request;
    request.engine = engines_->current();
    request.seed = seed_->value();
    request.blend_soft = soft_->isChecked();
    if (request.engine == modelEngine) request.model = model_->name();
    return request;
}

QString RetouchPanel::why() const {
    return engines_->current() == modelEngine ? model_->why() : QString();
}

FillSettings RetouchPanel::settings() const {
    return engines_->current() == modelEngine ? model_->settings(request())
                                              : engine_settings(request());
}

void RetouchPanel::setChannels(int channels) { model_->setChannels(channels); }

int RetouchPanel::variants() const { return rowOf(engines_).varies ? variants_->value() : 1; }

void RetouchPanel::setRequest(const FillRequest& request, const Fields& options) {
    if (!request.model.empty()) {
        model_->restore(request.model, options);
        modelAwaited_ = !engines_->button(modelEngine)->isEnabled();
    }
    engines_->setCurrent(request.engine);
    seed_->setValue(int(std::min<std::int64_t>(request.seed, seed_->maximum())));
    soft_->setChecked(request.blend_soft);
}

void RetouchPanel::engineChanged() {
    model_->setWanted(engines_->current() == modelEngine);
    const bool varies = rowOf(engines_).varies;
    const QString same =
        tr("%1 gives the same for every seed").arg(QString::fromStdString(rowOf(engines_).title));
    seed_->setEnabled(varies);
    variants_->setEnabled(varies);
    dice_->setEnabled(varies);
    seed_->setToolTip(varies ? tr("Another seed, another fill") : same);
    variants_->setToolTip(varies ? tr("How many seeds are tried, one after the other") : same);
    if (hint_) showHint();
}

void RetouchPanel::showFacts(const MaskFacts& facts) {
    mask_->showFacts(facts);
    facts_ = facts;
    showCosts();
    showHint();
}

void RetouchPanel::showCosts() {
    for (const std::string& id : engines_->order())
        if (id != modelEngine) engines_->button(id)->setCost(costText(id, facts_));
    const ModelInfo* info = model_->info();
    engines_->button(modelEngine)
        ->setCost(info ? modelCostText(*info, model_->cost(), facts_) : QString());
}

void RetouchPanel::modelChanged() {
    EngineButton* button = engines_->button(modelEngine);
    const QString none = model_->whyNone();
    button->setPossible(none.isEmpty(), none);
    const ModelInfo* info = model_->info();
    const QString name = info ? QString::fromStdString(info->id) : QString();
    button->setSentence(
        !info ? words(row_named(inpainters(), modelEngine, "engine").sentence)
        : info->dataset.empty()
            ? tr("%1 imagines the content; Heal adds the photo's grain. Good when your photo shows "
                 "the same things.")
                  .arg(name)
            : tr("%1, trained on %2, imagines the content; Heal adds the photo's grain. Good when "
                 "your photo shows the same things.")
                  .arg(name, QString::fromStdString(info->dataset)));
    if (none.isEmpty() && std::exchange(modelAwaited_, false)) engines_->setCurrent(modelEngine);
    showCosts();
    Q_EMIT changed();
}

void RetouchPanel::rememberCost(const FillSettings& settings, const FillResult& result) {
    const FillRequest& request = settings.request;
    if (request.model.empty()) {
        MaskFacts filled;
        filled.pixels = result.hole_pixels;
        daguerre::rememberCost(request.engine, filled, result.seconds);
    } else if (model_->info() && model_->name() == request.model) {
        rememberModelCost(*model_->info(), model_->cost(), result.parts, result.seconds);
    }
}

void RetouchPanel::showMeasured(const FillRequest& request, double seconds) {
    if (request.model != this->request().model) return showCosts();
    if (EngineButton* button = engines_->button(request.engine))
        button->setCost(secondsText(seconds));
}

void RetouchPanel::showState(bool running, bool again, bool possible, const QString& why) {
    running_ = running;
    again_ = again;
    why_ = why;
    fill_->setText(running ? tr("Stop") : again ? tr("Fill again") : tr("Fill"));
    fill_->setIcon(icon(running ? "stop-fill" : "bandaid", Token::OnAccent));
    fill_->setToolTip(running ? tr("Stop (Esc)") : tr("Fill (Ctrl+Enter)"));
    fill_->setEnabled(running || possible);
    showHint();
}

QString RetouchPanel::crowdedHint() const {
    const double crowding = facts_.crowding();
    const std::string& engine = engines_->current();
    if (crowding < crowdedFrom || engine == modelEngine) return {};
    const int share = qRound(crowding * 100);
    if (rowOf(engines_).watchable)
        return tr("This mask covers %1 % of its surroundings: there is little to copy from.")
            .arg(share);
    return tr("This mask covers %1 % of its surroundings; %2 guesses poorly there. Dream or a "
              "trained network usually does better.")
        .arg(share)
        .arg(words(rowOf(engines_).title));
}

void RetouchPanel::showHint() {
    const QString crowded = crowdedHint();
    const bool closely = facts_.closely && why_.isEmpty() && !running_ && !again_;
    grow_->setVisible(closely);
    hint_->setText(
        !why_.isEmpty() ? why_
        : closely ? tr("The mask cuts closely. Grow by %1 px to take the rim too.").arg(rimPixels)
        : !crowded.isEmpty() ? crowded
        : again_             ? tr("Fills the last mask anew. Brush to begin another one.")
                             : tr("Only the masked part may change."));
}

void RetouchPanel::showCompare(int index) { compare_->setCurrentIndex(index); }

void RetouchPanel::showAgainst(const QStringList& titles, int index) {
    QStringList shown;
    for (int i = 0; i < against_->count(); ++i) shown += against_->itemText(i);
    if (shown != titles) {
        against_->clear();
        against_->addItems(titles);
    }
    against_->setEnabled(titles.size() > 1);
    against_->setCurrentIndex(index);
}

}  // namespace daguerre
