#include "ui/workspaces/class_chips.h"

#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr std::size_t mostChips = 64;
constexpr int longestName = 18, popupWidth = 260, popupHeight = 340;

}  // namespace

ClassChips::ClassChips(QWidget* parent) : QWidget(parent), more_(new QToolButton(this)) {
    setFixedHeight(controlHeight);
    more_->setObjectName(QStringLiteral("datasets.more-classes"));
    more_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    more_->setIcon(icon("chevron-down", Token::Dim));
    more_->setAutoRaise(true);
    connect(more_, &QToolButton::clicked, this, &ClassChips::openAll);
    more_->hide();
}

QColor ClassChips::colourOf(int label) {
    if (label < 0) return colour(isDark() ? Token::Raised : Token::Hover);
    constexpr int turn = 137;  // about the golden angle: neighbours differ
    return QColor::fromHsv(label * turn % 360, isDark() ? 90 : 45, isDark() ? 88 : 225);
}

int ClassChips::labelOf(std::size_t place) const {
    return place < std::size_t(names_.size()) ? int(place) : -1;
}

QString ClassChips::textOf(std::size_t place) const {
    const QString name =
        labelOf(place) < 0 ? tr("no class") : shortened(names_[qsizetype(place)], longestName);
    return tr("%1  %2").arg(name, QLocale().toString(qlonglong(counts_[place])));
}

void ClassChips::setClasses(const QStringList& names, const std::vector<std::int64_t>& counts) {
    if (names != names_) chosen_.clear();
    names_ = names;
    counts_ = counts;
    // The last is for images without a class, where there are any.
    if (!counts_.empty() && (counts_.back() == 0 || names_.isEmpty())) counts_.pop_back();
    const std::size_t needed = std::min(counts_.size(), mostChips);
    for (std::size_t i = needed; i < chips_.size(); ++i) delete chips_[i];
    chips_.resize(std::min(chips_.size(), needed));
    while (chips_.size() < needed) {
        auto* chip = new QToolButton(this);
        chip->setCheckable(true);
        chip->setObjectName(QStringLiteral("datasets.class-%1").arg(chips_.size()));
        const std::size_t place = chips_.size();
        connect(chip, &QToolButton::clicked, this,
                [this, place](bool on) { choose(labelOf(place), on); });
        chips_.push_back(chip);
    }
    for (std::size_t i = 0; i < needed; ++i) {
        chips_[i]->setText(textOf(i));
        chips_[i]->setToolTip(labelOf(i) < 0 ? tr("Images without a class") : names_[qsizetype(i)]);
    }
    layOut();
}

void ClassChips::setChosen(std::set<int> labels) {
    chosen_ = std::move(labels);
    layOut();
}

void ClassChips::choose(int label, bool on) {
    on ? (void)chosen_.insert(label) : (void)chosen_.erase(label);
    layOut();
    Q_EMIT changed();
}

void ClassChips::resizeEvent(QResizeEvent*) { layOut(); }

void ClassChips::layOut() {
    more_->setText(tr("%1 more").arg(counts_.size()));
    const int moreWidth = more_->sizeHint().width();
    int x = 0;
    std::size_t shown = 0;
    for (; shown < chips_.size(); ++shown) {
        const int wide = chips_[shown]->sizeHint().width();
        const bool last = shown + 1 == counts_.size();
        if (x + wide + (last ? 0 : gap2 + moreWidth) > width()) break;
        chips_[shown]->setGeometry(x, 0, wide, controlHeight);
        chips_[shown]->setChecked(chosen_.contains(labelOf(shown)));
        chips_[shown]->show();
        x += wide + gap2;
    }
    for (std::size_t i = shown; i < chips_.size(); ++i) chips_[i]->hide();
    const auto hidden = counts_.size() - shown;
    const auto off = std::count_if(chosen_.begin(), chosen_.end(), [&](int label) {
        return (label < 0 ? names_.size() : label) >= int(shown);
    });
    more_->setText(off > 0 ? tr("%1 more, %2 chosen").arg(hidden).arg(off)
                           : tr("%1 more").arg(hidden));
    more_->setGeometry(x, 0, std::min(more_->sizeHint().width(), std::max(width() - x, 0)),
                       controlHeight);
    more_->setVisible(hidden > 0);
    setVisible(counts_.size() > 1);
}

void ClassChips::openAll() {
    auto* popup = new QFrame(this, Qt::Popup);
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setFixedSize(popupWidth, popupHeight);
    popup->setFrameShape(QFrame::StyledPanel);
    auto* field = new QLineEdit(popup);
    field->setObjectName(QStringLiteral("datasets.class-filter"));
    field->setPlaceholderText(tr("Find a class"));
    field->setAccessibleName(tr("Find a class"));
    auto* list = new QListWidget(popup);
    list->setObjectName(QStringLiteral("datasets.class-list"));
    list->setAccessibleName(tr("Classes"));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        auto* item = new QListWidgetItem(textOf(i), list);
        item->setData(Qt::UserRole, labelOf(i));
        item->setCheckState(chosen_.contains(labelOf(i)) ? Qt::Checked : Qt::Unchecked);
    }
    auto* column = new QVBoxLayout(popup);
    column->setContentsMargins(gap2, gap2, gap2, gap2);
    column->setSpacing(gap2);
    column->addWidget(field);
    column->addWidget(list);
    connect(field, &QLineEdit::textChanged, list, [list](const QString& text) {
        for (int i = 0; i < list->count(); ++i)
            list->item(i)->setHidden(!list->item(i)->text().contains(text, Qt::CaseInsensitive));
    });
    connect(list, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        choose(item->data(Qt::UserRole).toInt(), item->checkState() == Qt::Checked);
    });
    popup->move(more_->mapToGlobal(QPoint(more_->width() - popupWidth, more_->height() + gap1)));
    popup->show();
    field->setFocus();
}

}  // namespace daguerre
