// What Compare shows: its columns and how they are chosen.
#include "ui/workspaces/model_compare.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QToolButton>
#include <algorithm>

#include "core/models/model_library.h"
#include "ui/session/session.h"
#include "ui/session/setting.h"
#include "ui/widgets/denoise_view.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/make_panel.h"

namespace daguerre {
namespace {

constexpr int leastWidth = 200;

/// What a column compares, as text: a model, and the id of its sampler where it isn't the form's.
constexpr QChar between = QLatin1Char('\t');
const Setting<QStringList> lastCompared{"generate/compared", QStringList()};

/// One model a family where there are that many, the bundled ones first.
QStringList usualModels(const std::vector<ModelEntry>& known) {
    QStringList chosen, rest;
    std::vector<std::string> families;
    for (const ModelEntry& entry : known) {
        const QString id = QString::fromStdString(entry.id);
        if (!makes_images(entry)) continue;
        const bool seen = std::ranges::count(families, entry.family) > 0;
        families.push_back(entry.family);
        (seen ? rest : chosen) += id;
    }
    while (chosen.size() < ModelCompare::fewest && !rest.isEmpty()) chosen += rest.takeFirst();
    return chosen.mid(0, ModelCompare::most);
}

}  // namespace

ModelCompare::ModelCompare(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(gap2, gap2, gap2, gap2);
    all->setSpacing(gap3);
    auto* scroll = new QScrollArea(this);  // four don't fit into a small window
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* inside = new QWidget(scroll);
    row_ = new QHBoxLayout(inside);
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(gap3);
    scroll->setWidget(inside);
    all->addWidget(scroll, 1);
    auto* buttons = new QVBoxLayout;
    const auto button = [&](const char* name, const char* picture, const QString& words) {
        auto* made = new QToolButton(this);
        made->setObjectName(QLatin1String(name));
        made->setAutoRaise(true);
        setIconOnly(made, picture, words, {});
        buttons->addWidget(made);
        return made;
    };
    add_ = button("compare.add", "plus-lg", tr("Another model or sampler"));
    presets_ = button("compare.presets", "layout-split", tr("What is compared"));
    buttons->addStretch();
    all->addLayout(buttons);
    connect(add_, &QToolButton::clicked, this, [this] {
        if (!columns_.empty()) addColumn(columns_.back()->models->currentData().toString());
        remember();
    });
    auto* menu = new QMenu(presets_);
    menu->addAction(tr("One model of each family"), this,
                    [this] { arrange(usualModels(session_.models())); });
    menu->addAction(tr("Samplers side by side"), this, [this] { arrange(samplersSideBySide()); });
    presets_->setMenu(menu);
    presets_->setPopupMode(QToolButton::InstantPopup);
    connect(&session_, &Session::modelsListed, this, &ModelCompare::listModels);
    listModels();
}

/// Models that make pictures; the columns keep those that they have.
void ModelCompare::listModels() {
    std::vector<ModelEntry> makers;
    for (const ModelEntry& entry : session_.models())
        if (makes_images(entry)) makers.push_back(entry);
    if (makers.empty()) return;
    if (columns_.empty()) {
        QStringList wanted = lastCompared.get();
        if (wanted.size() < fewest) wanted = usualModels(makers);
        while (wanted.size() < fewest) wanted += wanted.front();
        for (const QString& compared : wanted.mid(0, most)) addColumn(compared);
    }
    for (const auto& column : columns_) {
        const QString kept = column->models->currentData().toString();
        const QSignalBlocker quiet(column->models);
        column->models->clear();
        for (const ModelEntry& entry : makers) {
            const QString id = QString::fromStdString(entry.id);
            column->models->addItem(id, id);
        }
        const int place = column->models->findData(kept);
        column->models->setCurrentIndex(std::max(place, 0));
        if (place < 0) column->model = nullptr;
        column->samplers->setVisible(isDiffusion(column->models->currentData().toString()));
    }
}

bool ModelCompare::isDiffusion(const QString& model) const {
    return std::ranges::any_of(session_.models(), [&](const ModelEntry& entry) {
        return QString::fromStdString(entry.id) == model && entry.family == "diffusion";
    });
}

/// Of the open model, or of the first that has samplers: a plain one, one that adds noise, one of
/// second order, and one that looks back.
QStringList ModelCompare::samplersSideBySide() const {
    QString model = QString::fromStdString(session_.modelName());
    for (const ModelEntry& entry : session_.models())
        if (!isDiffusion(model)) model = QString::fromStdString(entry.id);
    QStringList compared;
    for (const char* sampler : {"ddim", "euler_a", "heun", "dpmpp_2m"})
        compared += model + between + QLatin1String(sampler);
    return isDiffusion(model) ? compared : QStringList();
}

void ModelCompare::arrange(const QStringList& compared) {
    if (running() || compared.size() < fewest) return;
    for (const auto& column : columns_) {
        column->widget->hide();
        column->widget->deleteLater();
    }
    columns_.clear();
    for (const QString& one : compared) addColumn(one);
    remember();
}

void ModelCompare::fillHead(Column& column, const QString& compared) {
    const auto box = [&](const char* name, const QString& words) {
        auto* made = new QComboBox(column.widget);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(words);
        // Beside long names the columns stay narrow.
        made->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        connect(made, &QComboBox::activated, this, [this, &column] { changed(column); });
        return made;
    };
    column.models = box("compare.model", tr("Model"));
    for (const ModelEntry& entry : session_.models())
        if (makes_images(entry))
            column.models->addItem(QString::fromStdString(entry.id),
                                   QString::fromStdString(entry.id));
    const QString model = compared.section(between, 0, 0);
    column.models->setCurrentIndex(std::max(column.models->findData(model), 0));
    column.samplers = box("compare.sampler", tr("Sampler"));
    column.samplers->addItem(tr("Sampler of the form"), QString());
    for (const auto& [id, title] : samplerTitles()) column.samplers->addItem(title, id);
    const int sampler = column.samplers->findData(compared.section(between, 1, 1));
    column.samplers->setCurrentIndex(std::max(sampler, 0));
    column.samplers->setVisible(isDiffusion(model));
}

/// Another model or sampler was chosen: what stands under it isn't its own any more.
void ModelCompare::changed(Column& column) {
    if (column.model && QString::fromStdString(column.model->info().id) !=
                            column.models->currentData().toString()) {
        column.model = nullptr;
        column.told.clear();
    }
    column.seconds = 0;
    column.view->setFrames(nullptr);
    column.samplers->setVisible(isDiffusion(column.models->currentData().toString()));
    showFacts(column);
    remember();
}

void ModelCompare::addColumn(const QString& compared) {
    auto made = std::make_unique<Column>();
    Column* column = made.get();
    column->widget = new QWidget(this);
    column->widget->setMinimumWidth(leastWidth);
    auto* down = new QVBoxLayout(column->widget);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(gap2);
    auto* head = new QHBoxLayout;
    fillHead(*column, compared);
    column->close = new QToolButton(column->widget);
    column->close->setAutoRaise(true);
    setIconOnly(column->close, "x-lg", tr("Leave this column out"), {});
    head->addWidget(column->models, 1);
    head->addWidget(column->close);
    down->addLayout(head);
    down->addWidget(column->samplers);
    // So that all pictures stand at one height.
    QSizePolicy kept = column->samplers->sizePolicy();
    kept.setRetainSizeWhenHidden(true);
    column->samplers->setSizePolicy(kept);
    column->view = new DenoiseView(DenoiseView::Form::Compact, column->widget);
    column->view->canvas()->setShowing(Showing::Guess);
    column->view->canvas()->setColumns(across);
    column->view->canvas()->setEmptyText(tr("Press “Make pictures”."));
    // Four stand beside each other in less room than a card has.
    column->view->canvas()->setMinimumSize(leastWidth, leastWidth / 2);
    column->view->transport()->setMinimumWidth(leastWidth);
    down->addWidget(column->view, 1);
    column->facts = new QLabel(column->widget);
    column->facts->setObjectName(QStringLiteral("compare.facts"));
    column->facts->setWordWrap(true);
    column->facts->setTextFormat(Qt::PlainText);
    column->facts->setFont(daguerre::font(Type::Caption));
    column->facts->setMinimumHeight(10 * column->facts->fontMetrics().lineSpacing());
    column->facts->setAlignment(Qt::AlignTop);
    down->addWidget(column->facts);
    row_->insertWidget(int(columns_.size()), column->widget, 1);
    connect(column->close, &QToolButton::clicked, this,
            [this, widget = column->widget] { closeColumn(widget); });
    connect(column->view, &DenoiseView::stepShown, this,
            [this, view = column->view](int step, int steps, double sigma) {
                follow(view, step, steps, sigma);
            });
    columns_.push_back(std::move(made));
    showButtons();
}

void ModelCompare::closeColumn(const QWidget* widget) {
    if (running() || columns_.size() <= fewest) return;
    const auto found = std::ranges::find_if(
        columns_, [&](const auto& column) { return column->widget == widget; });
    if (found == columns_.end()) return;
    (*found)->widget->hide();
    (*found)->widget->deleteLater();
    columns_.erase(found);
    showButtons();
    remember();
}

void ModelCompare::showButtons() {
    add_->setVisible(columns_.size() < most);
    for (const auto& column : columns_) {
        column->close->setVisible(columns_.size() > fewest);
        column->close->setEnabled(!running());
        column->models->setEnabled(!running());
        column->samplers->setEnabled(!running());
    }
    add_->setEnabled(!running());
    presets_->setEnabled(!running());
}

void ModelCompare::remember() {
    QStringList compared;
    for (const auto& column : columns_)
        compared += column->models->currentData().toString() + between +
                    column->samplers->currentData().toString();
    lastCompared.set(compared);
}

}  // namespace daguerre
