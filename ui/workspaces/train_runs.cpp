#include "ui/workspaces/train_runs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/chart.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"
#include "ui/workspaces/train_checkpoints.h"
#include "ui/workspaces/train_words.h"

namespace daguerre {
namespace {

constexpr int listWidth = 184, rowHeight = 52, boxSize = 16;
enum Role { FolderRole = Qt::UserRole, StateRole, ColourRole };

QString pathOf(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

/// Tick, line as the charts draw it, name over state.
class RunDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {listWidth - 2 * gap2, rowHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool chosen = option.state & QStyle::State_Selected;
        const QRect row = option.rect.adjusted(0, 1, 0, -1);
        paintRow(painter, option, row);
        const bool ticked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        QStyleOptionButton box;
        box.rect = boxOf(option.rect);
        box.state = QStyle::State_Enabled | (ticked ? QStyle::State_On : QStyle::State_Off);
        paintCheck(painter, box);
        const int number = index.data(ColourRole).toInt();
        QPen pen(chartColour(number), 2);
        if (number > 0) pen.setDashPattern({3, 2});
        painter->setPen(pen);
        const int line = option.rect.left() + 30, middle = option.rect.center().y();
        painter->drawLine(line, middle, line + 16, middle);
        const QRect words = option.rect.adjusted(54, 8, -4, -8);
        painter->setPen(colour(Token::Text));
        QFont name = daguerre::font(Type::Words);
        if (chosen) name.setWeight(QFont::DemiBold);
        painter->setFont(name);
        painter->drawText(words, Qt::AlignTop,
                          QFontMetrics(name).elidedText(index.data(Qt::DisplayRole).toString(),
                                                        Qt::ElideMiddle, words.width()));
        painter->setFont(daguerre::font(Type::Caption));
        painter->setPen(colour(chosen ? Token::Text : Token::Dim));
        painter->drawText(words, Qt::AlignBottom,
                          painter->fontMetrics().elidedText(index.data(StateRole).toString(),
                                                            Qt::ElideRight, words.width()));
        painter->restore();
    }

    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override {
        if (event->type() != QEvent::MouseButtonRelease) return false;
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (!boxOf(option.rect).adjusted(-6, -8, 6, 8).contains(mouse->position().toPoint()))
            return false;
        const bool ticked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        return model->setData(index, ticked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
    }

private:
    static QRect boxOf(const QRect& row) {
        return {row.left() + 8, row.center().y() - boxSize / 2, boxSize, boxSize};
    }
};

}  // namespace

RunList::RunList(QWidget* parent) : QWidget(parent), list_(new QListWidget(this)) {
    setFixedWidth(listWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap2, 0, gap2, gap3);
    column->setSpacing(gap2);
    column->addWidget(makeHeading());
    list_->setObjectName(QStringLiteral("train.runs"));
    list_->setAccessibleName(tr("Runs"));
    list_->setItemDelegate(new RunDelegate(list_));
    column->addWidget(list_, 3);
    compare_ = new QPushButton(this);
    compare_->setObjectName(QStringLiteral("train.compare"));
    compare_->setIcon(icon("layout-split"));
    column->addWidget(compare_);
    column->addWidget(hairline(this));
    checkpoints_ = new Checkpoints(this);
    column->addWidget(checkpoints_, 2);
    list_->setFrameShape(QFrame::NoFrame);
    list_->viewport()->setAutoFillBackground(false);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMouseTracking(true);
    connect(list_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item && !filling_) Q_EMIT shown(current());
    });
    connect(list_, &QListWidget::itemChanged, this, [this] {
        if (filling_) return;
        showCompare();
        Q_EMIT tickedChanged();
    });
    connect(compare_, &QPushButton::clicked, this, &RunList::compareWanted);
    showCompare();
}

QWidget* RunList::makeHeading() {
    auto* heading = new QWidget(this);
    auto* row = new QHBoxLayout(heading);
    row->setContentsMargins(gap1, gap2, 0, 0);
    auto* title = new QLabel(tr("Runs"), heading);
    title->setFont(daguerre::font(Type::Section));
    auto* add = new QToolButton(heading);
    add->setObjectName(QStringLiteral("train.new"));
    add->setAutoRaise(true);
    setIconOnly(add, "plus-lg", tr("New run"));
    connect(add, &QToolButton::clicked, this, &RunList::newWanted);
    row->addWidget(title, 1);
    row->addWidget(add);
    return heading;
}

void RunList::fill(QListWidgetItem* item, const RunInfo& run) {
    const bool here = run.folder == training_;
    item->setText(pathOf(run.folder.filename()));
    item->setData(FolderRole, pathOf(run.folder));
    item->setData(StateRole, here ? trainingWords_ : stateWords(run));
    item->setToolTip(!run.trouble.pattern.empty()    ? words(run.trouble)
                     : run.state == RunState::Failed ? QString::fromStdString(run.why)
                                                     : pathOf(run.folder));
}

void RunList::setRuns(const std::vector<RunInfo>& runs) {
    filling_ = true;
    const std::filesystem::path shown = current();
    const std::vector<std::filesystem::path> before = ticked();
    runs_ = runs;
    while (list_->count() > int(runs.size())) delete list_->takeItem(list_->count() - 1);
    while (list_->count() < int(runs.size())) list_->addItem(new QListWidgetItem);
    for (int i = 0; i < list_->count(); ++i) {
        QListWidgetItem* item = list_->item(i);
        item->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        fill(item, runs[std::size_t(i)]);
        const bool on = std::ranges::find(before, runs[std::size_t(i)].folder) != before.end();
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
    setCurrent(shown);
    filling_ = false;
    showCompare();
}

void RunList::setTraining(const std::filesystem::path& folder, const QString& words) {
    training_ = folder;
    trainingWords_ = words;
    filling_ = true;
    for (int i = 0; i < list_->count(); ++i) fill(list_->item(i), runs_[std::size_t(i)]);
    filling_ = false;
}

void RunList::setCurrent(const std::filesystem::path& folder) {
    const bool before = std::exchange(filling_, true);
    int row = -1;
    for (std::size_t i = 0; i < runs_.size(); ++i)
        if (runs_[i].folder == folder) row = int(i);
    list_->setCurrentRow(row);
    if (row < 0) list_->clearSelection();
    // The run that is shown has the first line of the look, the others theirs in order.
    for (int i = 0, next = 1; i < list_->count(); ++i)
        list_->item(i)->setData(ColourRole, i == row ? 0 : next++);
    filling_ = before;
}

std::filesystem::path RunList::current() const {
    const QListWidgetItem* item = list_->currentItem();
    return item ? item->data(FolderRole).toString().toStdString() : std::string();
}

std::vector<std::filesystem::path> RunList::ticked() const {
    std::vector<std::filesystem::path> all;
    for (int i = 0; i < list_->count(); ++i)
        if (list_->item(i)->checkState() == Qt::Checked)
            all.emplace_back(list_->item(i)->data(FolderRole).toString().toStdString());
    return all;
}

int RunList::colourOf(const std::filesystem::path& folder) const {
    for (int i = 0; i < list_->count(); ++i)
        if (list_->item(i)->data(FolderRole).toString().toStdString() == folder)
            return list_->item(i)->data(ColourRole).toInt();
    return 0;
}

void RunList::showCompare() {
    const auto count = int(ticked().size());
    compare_->setText(comparing_  ? tr("Back to the charts")
                      : count > 1 ? tr("Compare %n run(s)", nullptr, count)
                                  : tr("Compare"));
    compare_->setEnabled(comparing_ || count > 1);
    compare_->setToolTip(count > 1 ? QString() : tr("Tick two runs or more."));
}

void RunList::setComparing(bool comparing) {
    comparing_ = comparing;
    showCompare();
}

}  // namespace daguerre
