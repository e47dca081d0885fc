#include "ui/widgets/notice.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <utility>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

Notice::Notice(QWidget* parent) : QFrame(parent) {
    setMark(this, Mark::Card);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(gap3, gap1, gap1, gap1);
    row->setSpacing(gap2);
    sentence_ = new QLabel(this);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    button_ = new QPushButton(this);
    button_->setObjectName(QStringLiteral("notice.button"));
    auto* close = new QToolButton(this);
    close->setAutoRaise(true);
    setIconOnly(close, "x", tr("Close this line"));
    row->addWidget(sentence_, 1);
    row->addWidget(button_);
    row->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(button_, &QPushButton::clicked, this, [this] {
        hide();
        if (onButton_) std::exchange(onButton_, nullptr)();
    });
    hide();
}

void Notice::say(const QString& sentence) { say(sentence, {}, {}); }

void Notice::say(const QString& sentence, const QString& button, std::function<void()> onButton) {
    sentence_->setText(sentence);
    button_->setText(button);
    button_->setVisible(!button.isEmpty());
    onButton_ = std::move(onButton);
    setVisible(!sentence.isEmpty());
}

QString Notice::sentence() const { return isHidden() ? QString() : sentence_->text(); }

}  // namespace daguerre
