#include "ui/workspaces/train_checkpoints.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int rowHeight = 26;
constexpr int RestRole = Qt::UserRole;      // what stands at the end of the row
constexpr int BestRole = Qt::UserRole + 1;  // whether a star stands before it
constexpr int starSide = 12;

/// Images seen, and at the end of the row what else is known.
class PointDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {0, rowHeight};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const bool chosen = option.state & QStyle::State_Selected;
        paintRow(painter, option, option.rect);
        QRect words = option.rect.adjusted(gap2, 0, -gap2, 0);
        if (index.data(BestRole).toBool()) {
            const QRect star(words.left(), words.center().y() - starSide / 2, starSide, starSide);
            icon("star-fill", Token::Accent).paint(painter, star);
            words.setLeft(star.right() + gap1);
        }
        painter->setPen(colour(Token::Text));
        painter->setFont(daguerre::font(Type::Words));
        painter->drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
                          index.data(Qt::DisplayRole).toString());
        painter->setPen(colour(chosen ? Token::Text : Token::Dim));
        painter->setFont(daguerre::font(Type::Caption));
        painter->drawText(words, Qt::AlignVCenter | Qt::AlignRight,
                          index.data(RestRole).toString());
    }
};

}  // namespace

Checkpoints::Checkpoints(QWidget* parent) : QWidget(parent), list_(new QListWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap2);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(gap1, 0, 0, 0);
    auto* title = new QLabel(tr("Checkpoints"), this);
    title->setFont(daguerre::font(Type::Section));
    row->addWidget(title, 1);
    column->addLayout(row);
    tryIt_ = add(tr("Try in Generate"), "stars", "try-point");
    export_ = add(tr("Export…"), "download", "export-point");
    folder_ = add(tr("Show in folder"), "folder2", "show-point");
    keep_ = add(tr("Keep"), "", "keep-point");
    keep_->setCheckable(true);
    keep_->setToolTip(tr("Stays in the run's folder, however many follow"));
    const QList<QAction*> actions{tryIt_, keep_, export_, folder_};
    row->addWidget(menuButton(actions, this));
    list_->setObjectName(QStringLiteral("train.checkpoints"));
    list_->setAccessibleName(title->text());
    list_->setItemDelegate(new PointDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->viewport()->setAutoFillBackground(false);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMouseTracking(true);
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);
    list_->addActions(actions);
    column->addWidget(list_, 1);
    try_ = new QPushButton(icon("stars"), tr("Try in Generate"), this);
    try_->setObjectName(QStringLiteral("train.try"));
    column->addWidget(try_);
    connect(tryIt_, &QAction::triggered, this, [this] {
        const KeptState* state = chosen();
        const bool live = training_ && (!state || state->info.newest);
        if (live || state) Q_EMIT tryWanted(live ? std::filesystem::path() : state->info.folder);
    });
    connect(export_, &QAction::triggered, this, [this] {
        if (const KeptState* state = chosen()) Q_EMIT exportWanted(state->info.folder);
    });
    connect(folder_, &QAction::triggered, this, [this] {
        if (const KeptState* state = chosen()) Q_EMIT folderWanted(state->info.folder);
    });
    connect(keep_, &QAction::triggered, this, [this](bool kept) {
        if (const KeptState* state = chosen()) Q_EMIT keepWanted(state->info, kept);
    });
    connect(list_, &QListWidget::currentRowChanged, this, &Checkpoints::showKeep);
    connect(try_, &QPushButton::clicked, tryIt_, &QAction::trigger);
    connect(list_, &QListWidget::itemActivated, tryIt_, &QAction::trigger);
    setCheckpoints({}, false);
}

QAction* Checkpoints::add(const QString& words, const char* sign, const char* name) {
    auto* action = new QAction(words, this);
    if (*sign) action->setIcon(icon(sign));
    action->setObjectName(QLatin1String("train.") + QLatin1String(name));
    return action;
}

const KeptState* Checkpoints::chosen() const {
    const int row = list_->currentRow();
    return row < 0 || row >= int(states_.size()) ? nullptr : &states_[std::size_t(row)];
}

void Checkpoints::fill() {
    while (list_->count() > int(states_.size())) delete list_->takeItem(list_->count() - 1);
    while (list_->count() < int(states_.size())) list_->addItem(new QListWidgetItem);
    for (int i = 0; i < list_->count(); ++i) {
        const KeptState& state = states_[std::size_t(i)];
        const QString age = tr("%1 ago").arg(spanWords(state.age));
        QStringList rest;
        if (state.info.newest) rest << tr("newest");
        if (state.info.kept) rest << tr("kept");
        rest << age;
        QString said = tr("%1 images, saved %2").arg(countWords(state.info.images), age);
        if (state.info.test_loss)
            said += tr(", test loss %1").arg(*state.info.test_loss, 0, 'g', 4);
        if (state.info.best) said += tr(", the best");
        QListWidgetItem* item = list_->item(i);
        item->setText(countWords(state.info.images));
        item->setData(RestRole, rest.join(QStringLiteral(", ")));
        item->setData(BestRole, state.info.best);
        item->setData(Qt::AccessibleTextRole, said);
        item->setToolTip(said);
    }
    showKeep();
}

void Checkpoints::showKeep() {
    const KeptState* state = chosen();
    keep_->setEnabled(state && !state->info.newest);
    keep_->setChecked(state && state->info.kept);
}

void Checkpoints::setCheckpoints(const std::vector<KeptState>& states, bool training) {
    const KeptState* before = chosen();
    const bool stays = before && !before->info.newest;
    const std::filesystem::path folder = before ? before->info.folder : std::filesystem::path();
    training_ = training;
    states_.assign(states.rbegin(), states.rend());
    fill();
    const auto found = std::ranges::find_if(
        states_, [&](const KeptState& state) { return stays && state.info.folder == folder; });
    list_->setCurrentRow(found != states_.end() ? int(found - states_.begin())
                         : states_.empty()      ? -1
                                                : 0);
    for (QAction* action : {export_, folder_}) action->setEnabled(!states_.empty());
    setVisible(!states_.empty() || training);
}

}  // namespace daguerre
