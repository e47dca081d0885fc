#include <QAction>
#include <QEvent>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <algorithm>

#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_dashboard.h"

namespace daguerre {
namespace {

constexpr int cardHeight = 132, wideFrom = 760, menuSize = 22;

}  // namespace

Dashboard::Card Dashboard::makeCard(const QString& key, const QString& title) {
    Card card;
    card.key = key;
    card.frame = new QFrame(inside_);
    card.frame->setAutoFillBackground(true);
    card.frame->setBackgroundRole(QPalette::Base);
    card.frame->setMinimumHeight(cardHeight);
    card.frame->installEventFilter(this);
    card.column = new QVBoxLayout(card.frame);
    card.column->setContentsMargins(gap2, gap1, gap1, gap1);
    card.column->setSpacing(gap1);
    card.row = new QHBoxLayout;
    card.row->setContentsMargins(gap1, 0, gap1, 0);
    card.row->setSpacing(gap2);
    auto* name = new QLabel(title, card.frame);
    name->setFont(daguerre::font(Type::Section));
    card.note = caption(card.frame);
    card.note->setWordWrap(false);
    card.note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // it may be cut
    card.value = new QLabel(card.frame);
    card.value->setFont(fixedFont());
    card.row->addWidget(name);
    card.row->addWidget(card.note, 1);
    card.row->addWidget(card.value);
    card.row->addWidget(makeMenu(card));
    card.column->addLayout(card.row);
    return card;
}

/// The menu of a card, which a right click opens too.
QToolButton* Dashboard::makeMenu(const Card& card) {
    const auto add = [&](const QString& words, const char* id, auto act) {
        auto* action = new QAction(words, card.frame);
        action->setObjectName(QStringLiteral("train.card.%1.%2").arg(card.key, QLatin1String(id)));
        connect(action, &QAction::triggered, this, act);
        card.frame->addAction(action);
    };
    add(tr("Only this card, or all again"), "full", [this, frame = card.frame] { enlarge(frame); });
    if (card.key != QLatin1String(lossKey)) {
        add(tr("Move left"), "left", [this, key = card.key] { moveCard(key, -1); });
        add(tr("Move right"), "right", [this, key = card.key] { moveCard(key, 1); });
        add(tr("Hide"), "hide", [this, key = card.key] { hideCard(key); });
    }
    add(tr("Show all cards"), "all", [this] { setHidden({}); });
    card.frame->setContextMenuPolicy(Qt::ActionsContextMenu);
    QToolButton* menu = menuButton(card.frame->actions(), card.frame);
    menu->setFixedSize(menuSize, menuSize);
    return menu;
}

/// A double click beside the chart; on it, the whole axes come back.
bool Dashboard::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonDblClick) {
        enlarge(static_cast<QFrame*>(watched));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

bool Dashboard::isShown(const Card& card) const {
    return card.wanted && !hidden_.contains(card.key);
}

/// Those below the loss, in the order in which they stand; new ones come last.
std::vector<Dashboard::Card*> Dashboard::ordered() {
    std::vector<Card*> all{&levels_, &confusion_, &reconstructions_, &quality_};
    for (const QString& name : order_) all.push_back(&cards_[name]);
    std::ranges::stable_sort(all, {}, [&](const Card* card) {
        const auto place = places_.indexOf(card->key);
        return place < 0 ? places_.size() : place;
    });
    return all;
}

void Dashboard::moveCard(const QString& key, int by) {
    std::vector<Card*> all = ordered();
    std::vector<std::size_t> seen;  // places of those that are shown
    std::size_t own = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i]->key == key) own = seen.size();
        if (isShown(*all[i])) seen.push_back(i);
    }
    const std::size_t other = own + std::size_t(by);  // wraps round where there is none
    if (own >= seen.size() || other >= seen.size()) return;
    std::swap(all[seen[own]], all[seen[other]]);
    places_.clear();
    for (const Card* card : all) places_ += card->key;
    cardPlaces.set(places_);
    arrange();
}

void Dashboard::hideCard(const QString& key) { setHidden(hidden_ + QStringList(key)); }

void Dashboard::setHidden(const QStringList& keys) {
    hidden_ = keys;
    hiddenCards.set(keys);
    large_ = nullptr;
    arrange();
}

/// The loss over the whole width; below it as many cards in a row as there is room for.
void Dashboard::arrange() {
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    const std::vector<Card*> all = ordered();
    for (const Card* card : all)
        card->frame->setVisible(large_ ? card->frame == large_ : isShown(*card));
    loss_.frame->setVisible(!large_ || large_ == loss_.frame);
    const int columns = large_ ? 1 : area_->width() >= wideFrom ? 3 : 2;
    for (int row = 0; row < grid_->rowCount(); ++row) grid_->setRowStretch(row, 0);
    for (int column = 0; column < 3; ++column)
        grid_->setColumnStretch(column, column < columns ? 1 : 0);
    if (large_) return grid_->addWidget(large_, 0, 0);
    grid_->addWidget(loss_.frame, 0, 0, 1, columns);
    grid_->setRowStretch(0, 2);
    int place = 0;
    for (const Card* card : all) {
        if (card->frame->isHidden()) continue;
        grid_->addWidget(card->frame, 1 + place / columns, place % columns);
        grid_->setRowStretch(1 + place / columns, 1);
        ++place;
    }
}

void Dashboard::enlarge(QFrame* frame) {
    large_ = large_ ? nullptr : frame;
    show();
}

}  // namespace daguerre
