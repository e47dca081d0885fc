#include "ui/widgets/notice.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <utility>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

Notice::Notice(QWidget* parent) : QFrame(parent), row_(new QHBoxLayout(this)) {
    setMark(this, Mark::Card);
    row_->setContentsMargins(gap3, gap1, gap1, gap1);
    row_->setSpacing(gap2);
    sentence_ = new QLabel(this);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton(this);
    close->setAutoRaise(true);
    setIconOnly(close, "x", tr("Close this line"));
    row_->addWidget(sentence_, 1);
    row_->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void Notice::say(const QString& sentence) { say(sentence, std::vector<Choice>()); }

void Notice::say(const QString& sentence, const QString& button, std::function<void()> onButton) {
    say(sentence, std::vector<Choice>{{button, std::move(onButton)}});
}

void Notice::say(const QString& sentence, const std::vector<Choice>& choices) {
    sentence_->setText(sentence);
    for (QPushButton* old : buttons_) {
        old->hide();
        old->setObjectName({});  // the new ones are called so
        old->deleteLater();
    }
    buttons_.clear();
    for (const Choice& choice : choices) {
        auto* button = new QPushButton(choice.words, this);
        button->setObjectName(QStringLiteral("notice.button"));
        connect(button, &QPushButton::clicked, this, [this, act = choice.act] {
            hide();
            if (act) act();
        });
        row_->insertWidget(1 + int(buttons_.size()), button);
        buttons_.push_back(button);
    }
    setVisible(!sentence.isEmpty());
}

QString Notice::sentence() const { return isHidden() ? QString() : sentence_->text(); }

}  // namespace daguerre
