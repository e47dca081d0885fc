#include "ui/frame/drop_hint.h"

#include <QFileInfo>
#include <QPainter>

#include "ui/widgets/icons.h"
#include "ui/widgets/style_parts.h"
#include "ui/widgets/theme.h"

namespace daguerre {

DropHint::DropHint(QWidget* window) : QWidget(window) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropHint::announce(const QString& file, bool asPhoto) {
    const QFileInfo info(file);
    title_ = tr("Open “%1”").arg(info.fileName());
    text_ = info.isDir() ? tr("A model opens in Generate, a folder of images in Datasets.")
            : asPhoto    ? tr("As a photo, in a tab of its own.")
                         : tr("A photo opens in Retouch; a picture made here brings its settings.");
    setGeometry(window()->rect());
    raise();
    show();
    update();
}

void DropHint::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QColor veil = colour(Token::Base);
    veil.setAlpha(200);
    painter.fillRect(rect(), veil);
    const QFont strong = daguerre::font(Type::Name);
    const int wide = std::max(360, QFontMetrics(strong).horizontalAdvance(title_) + 4 * gap5);
    QRect card(0, 0, std::min(wide, width() - 2 * gap5), 152);
    card.moveCenter(rect().center());
    paintBox(&painter, card, colour(Token::Raised), colour(Token::Accent));
    const QRect sign(card.center().x() - 16, card.top() + gap5, 32, 32);
    icon("box-arrow-in-down", Token::Accent).paint(&painter, sign);
    painter.setPen(colour(Token::Text));
    painter.setFont(strong);
    painter.drawText(
        QRect(card.left(), card.top() + 68, card.width(), 24), Qt::AlignCenter,
        QFontMetrics(strong).elidedText(title_, Qt::ElideMiddle, card.width() - 2 * gap5));
    painter.setPen(colour(Token::Dim));
    painter.setFont(daguerre::font(Type::Words));
    painter.drawText(QRect(card.left(), card.top() + 100, card.width(), 24), Qt::AlignCenter,
                     text_);
}

}  // namespace daguerre
