#include "ui/workspaces/engine_list.h"

#include <QButtonGroup>
#include <QPainter>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "core/inpaint/inpainter.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

constexpr int radioSize = 14, textLeft = 30, titleTop = 5, titleHeight = 19, foot = 6;

/// Of the table: the default first, then what can do most, then what can't be used here.
std::vector<const InpainterRow*> ordered() {
    std::vector<const InpainterRow*> rows;
    for (const InpainterRow& row : inpainters()) rows.insert(rows.begin(), &row);
    std::stable_sort(rows.begin(), rows.end(), [](const InpainterRow* a, const InpainterRow* b) {
        const auto rank = [](const InpainterRow* row) {
            return row->id == default_inpainter ? 0 : row->make ? 1 : 2;
        };
        return rank(a) < rank(b);
    });
    return rows;
}

void paintRadio(QPainter* painter, const QRect& where, bool on, bool enabled) {
    painter->setRenderHint(QPainter::Antialiasing);
    const QColor ink = colour(!enabled ? Token::Groove : on ? Token::Accent : Token::Control);
    painter->setPen(QPen(ink, on ? 4 : 1.2));
    painter->setBrush(colour(Token::Base));
    const double inset = on ? 2 : 0.6;
    painter->drawEllipse(QRectF(where).adjusted(inset, inset, -inset, -inset));
    painter->setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace

EngineButton::EngineButton(const QString& title, const QString& sentence, QWidget* parent)
    : QAbstractButton(parent), sentence_(sentence) {
    setText(title);
    setCheckable(true);
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_Hover);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleDescription(sentence);
    connect(this, &QAbstractButton::toggled, this, &EngineButton::showWords);
    showWords();
}

/// A row that isn't chosen keeps to one line; the pointer brings its sentence.
void EngineButton::showWords() {
    setToolTip(!isEnabled() ? why_ : isChecked() ? QString() : sentence_);
    updateGeometry();
    update();
}

void EngineButton::setSentence(const QString& sentence) {
    if (sentence == sentence_) return;
    sentence_ = sentence;
    setAccessibleDescription(sentence_ + QLatin1Char(' ') + cost_);
    showWords();
}

void EngineButton::setCost(const QString& cost) {
    if (cost == cost_) return;
    cost_ = cost;
    setAccessibleDescription(sentence_ + QLatin1Char(' ') + cost);
    update();
}

void EngineButton::setPossible(bool possible, const QString& why) {
    if (possible == isEnabled() && why == why_) return;
    setEnabled(possible);
    why_ = why;
    showWords();
}

int EngineButton::heightForWidth(int width) const {
    const QFontMetrics metrics(daguerre::font(Type::Caption));
    const QRect room(0, 0, std::max(width - textLeft - gap2, 40), 1000);
    if (words().isEmpty()) return titleTop + titleHeight + titleTop;
    return titleTop + titleHeight + metrics.boundingRect(room, Qt::TextWordWrap, words()).height() +
           foot;
}

QSize EngineButton::sizeHint() const { return {220, heightForWidth(268)}; }

void EngineButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (isChecked())
        paintBox(&painter, rect(), colour(Token::Selection), colour(Token::Accent));
    else if (underMouse() && isEnabled())
        paintBox(&painter, rect(), colour(Token::Hover));
    const auto mirrored = [&](const QRect& where) {
        return QStyle::visualRect(layoutDirection(), rect(), where);
    };
    paintRadio(&painter, mirrored({gap2, titleTop + 3, radioSize, radioSize}), isChecked(),
               isEnabled());
    const QRect title(textLeft, titleTop, width() - textLeft - gap2, titleHeight);
    const QFont small = daguerre::font(Type::Caption);
    painter.setFont(daguerre::font(Type::Section));
    painter.setPen(colour(isEnabled() ? Token::Text : Token::Control));
    painter.drawText(mirrored(title), Qt::AlignVCenter | Qt::AlignLeading, text());
    painter.setFont(small);
    const Token quiet = isChecked() ? Token::Text : isEnabled() ? Token::Dim : Token::Control;
    painter.setPen(colour(quiet));
    if (isEnabled()) painter.drawText(mirrored(title), Qt::AlignVCenter | Qt::AlignTrailing, cost_);
    const QRect line(textLeft, titleTop + titleHeight, width() - textLeft - gap2,
                     height() - titleTop - titleHeight);
    painter.drawText(mirrored(line), Qt::TextWordWrap, words());
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(&painter, rect());
}

EngineList::EngineList(QWidget* parent) : QWidget(parent), group_(new QButtonGroup(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    // Tab goes to the one that is chosen, arrows to the others.
    connect(group_, &QButtonGroup::buttonToggled, this, [](QAbstractButton* button, bool on) {
        button->setFocusPolicy(on ? Qt::TabFocus : Qt::NoFocus);
    });
    for (const InpainterRow* row : ordered()) {
        auto* button = new EngineButton(words(row->title), words(row->sentence), this);
        button->setObjectName(QStringLiteral("retouch.engine.") + QString::fromStdString(row->id));
        group_->addButton(button);
        buttons_[row->id] = button;
        order_.push_back(row->id);
        column->addWidget(button);
        connect(button, &QAbstractButton::toggled, this, [this, id = row->id](bool on) {
            if (!on || current_ == id) return;
            current_ = id;
            Q_EMIT chosen(id);
        });
        if (row->make && current_.empty()) button->setChecked(true);
    }
}

void EngineList::setCurrent(const std::string& id) {
    EngineButton* found = button(id);
    if (found && found->isEnabled()) found->setChecked(true);
}

EngineButton* EngineList::button(const std::string& id) const {
    const auto found = buttons_.find(id);
    return found == buttons_.end() ? nullptr : found->second;
}

}  // namespace daguerre
