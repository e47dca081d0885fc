#include "ui/workspaces/photo_history.h"

#include <QLabel>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QUndoView>
#include <QVBoxLayout>

#include "ui/canvas/document.h"
#include "ui/session/actions.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int listWidth = 220, rowHeight = 26;

/// Steps that were taken back are dim.
class StepRow : public QStyledItemDelegate {
public:
    explicit StepRow(const QUndoView* steps, QObject* parent)
        : QStyledItemDelegate(parent), steps_(steps) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {0, rowHeight};
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        if (steps_->stack() && index.row() > steps_->stack()->index())
            option->palette.setColor(QPalette::Text, colour(Token::Dim));
    }

private:
    const QUndoView* steps_;
};

}  // namespace

PhotoHistory::PhotoHistory(Actions& actions, QWidget* parent) : QWidget(parent) {
    setFixedWidth(listWidth);
    auto* title = new QLabel(tr("History"), this);
    title->setFont(daguerre::font(Type::Section));
    count_ = new QLabel(this);
    count_->setObjectName(QStringLiteral("retouch.history-count"));
    count_->setFont(daguerre::font(Type::Caption));
    count_->setForegroundRole(dimRole);
    auto* close = new QToolButton(this);
    close->setAutoRaise(true);
    close->setObjectName(QStringLiteral("retouch.history-close"));
    setIconOnly(close, "x-lg", tr("Close the history"),
                actions["history"]->shortcut().toString(QKeySequence::NativeText));
    connect(close, &QToolButton::clicked, actions["history"], &QAction::trigger);
    steps_ = new QUndoView(this);
    steps_->setObjectName(QStringLiteral("retouch.history"));
    steps_->setAccessibleName(title->text());
    steps_->setEmptyLabel(tr("The opened photo"));
    steps_->setFrameShape(QFrame::NoFrame);
    steps_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    steps_->setUniformItemSizes(true);
    steps_->setItemDelegate(new StepRow(steps_, steps_));
    auto* heading = new QHBoxLayout;
    heading->setContentsMargins(gap1, gap2, 0, 0);
    heading->setSpacing(gap1);
    heading->addWidget(title);
    heading->addStretch();
    heading->addWidget(count_);
    heading->addWidget(close);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(gap2, 0, gap2, gap2);
    column->setSpacing(gap1);
    all->addWidget(hairline(this, QFrame::VLine));
    all->addLayout(column, 1);
    column->addLayout(heading);
    column->addWidget(steps_, 1);
}

void PhotoHistory::setDocument(Document* document) {
    if (history_) history_->disconnect(this);
    history_ = document ? &document->history() : nullptr;
    steps_->setStack(history_);
    if (history_) connect(history_, &QUndoStack::indexChanged, this, &PhotoHistory::count);
    count();
}

void PhotoHistory::count() {
    count_->setText(history_ ? tr("%n step(s)", nullptr, history_->count()) : QString());
}

}  // namespace daguerre
