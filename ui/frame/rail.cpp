#include "ui/frame/rail.h"

#include <QButtonGroup>
#include <QPainter>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {

namespace {

constexpr int railWidth = 76, itemHeight = 56, itemInset = 4;

}  // namespace

RailButton::RailButton(const char* icon, const QString& word, QWidget* parent)
    : QAbstractButton(parent), icon_(icon) {
    setText(word);
    setCheckable(true);
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_Hover);
}

QSize RailButton::sizeHint() const {
    QFont strong = daguerre::font(Type::Caption);
    strong.setWeight(QFont::DemiBold);
    const int words = QFontMetrics(strong).horizontalAdvance(text());
    return {std::max(railWidth, words + 2 * gap2 + 2 * itemInset), itemHeight};
}

void RailButton::setDot(bool dot) {
    dot_ = dot;
    update();
}

void RailButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect item = rect().adjusted(itemInset, 2, -itemInset, -2);
    if (isChecked())
        paintBox(&painter, item, colour(Token::Selection));
    else if (underMouse())
        paintBox(&painter, item, colour(Token::Hover));
    if (isChecked())
        painter.fillRect(style()->visualRect(layoutDirection(), rect(),
                                             {0, item.top() + 8, 3, item.height() - 16}),
                         colour(Token::Accent));
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(&painter, item);
    const QRect sign((width() - railIconSize) / 2, 10, railIconSize, railIconSize);
    daguerre::icon(icon_, isChecked() ? Token::Text : Token::Dim).paint(&painter, sign);
    QFont words = daguerre::font(Type::Caption);
    if (isChecked()) words.setWeight(QFont::DemiBold);
    painter.setFont(words);
    painter.setPen(colour(isChecked() ? Token::Text : Token::Dim));
    painter.drawText(QRect(0, 33, width(), 16), Qt::AlignCenter, text());
    if (!dot_) return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Token::Good));
    painter.drawEllipse(QRectF(sign.right() + 2, sign.top() - 1, 6, 6));
}

Rail::Rail(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), group_(new QButtonGroup(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, gap1, 0, gap1);
    column->setSpacing(0);
    for (const ActionRow& row : actionRows()) {
        const QString id = QLatin1String(row.id);
        if (!id.startsWith(QLatin1String("go-"))) continue;
        QAction* action = session.actions()[row.id];
        auto* button = new RailButton(row.icon, action->text(), this);
        button->setObjectName(QLatin1String("rail.") + id.mid(3));
        button->setToolTip(session.actions().tip(row.id));
        group_->addButton(button);
        column->addWidget(button);
        connect(button, &QAbstractButton::clicked, action, &QAction::trigger);
    }
    column->addStretch();
    // Tab goes to the one that is chosen, arrows to the others.
    connect(group_, &QButtonGroup::buttonToggled, this, [](QAbstractButton* button, bool on) {
        button->setFocusPolicy(on ? Qt::TabFocus : Qt::NoFocus);
    });
    connect(&session, &Session::jobsChanged, this, &Rail::showDots);
}

QWidget* Rail::last() const { return group_->buttons().last(); }

void Rail::setCurrent(const QString& workspace) {
    for (QAbstractButton* button : group_->buttons())
        if (button->objectName() == QLatin1String("rail.") + workspace) button->setChecked(true);
}

void Rail::showDots() {
    const auto& jobs = session_.jobs();
    for (QAbstractButton* button : group_->buttons()) {
        const QString workspace = button->objectName().mid(5);
        static_cast<RailButton*>(button)->setDot(
            std::any_of(jobs.begin(), jobs.end(), [&](const JobEntry& entry) {
                return entry.state == JobEntry::State::Running && entry.workspace == workspace;
            }));
    }
}

}  // namespace daguerre
