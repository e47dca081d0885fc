#include "ui/widgets/segments.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

#include "ui/widgets/theme.h"

namespace daguerre {

Segments::Segments(const QStringList& words, QWidget* parent)
    : QWidget(parent), group_(new QButtonGroup(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (const QString& word : words) {
        auto* button = new QToolButton(this);
        button->setText(word);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::NoFocus);
        setMark(button, Mark::Segment);
        group_->addButton(button, int(group_->buttons().size()));
        row->addWidget(button);
    }
    // Tab goes to the one that is chosen, arrows to the others.
    connect(group_, &QButtonGroup::buttonToggled, this, [](QAbstractButton* button, bool on) {
        button->setFocusPolicy(on ? Qt::TabFocus : Qt::NoFocus);
    });
    setCurrent(0);
    connect(group_, &QButtonGroup::idClicked, this, &Segments::chosen);
}

int Segments::current() const { return group_->checkedId(); }

void Segments::setCurrent(int index) {
    if (QAbstractButton* button = group_->button(index)) button->setChecked(true);
}

bool Segments::possible(int index) const { return group_->button(index)->isEnabled(); }

void Segments::setPossible(int index, bool possible, const QString& why) {
    QAbstractButton* button = group_->button(index);
    button->setEnabled(possible);
    button->setToolTip(possible ? QString() : why);
}

}  // namespace daguerre
