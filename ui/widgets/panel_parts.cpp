#include "ui/widgets/panel_parts.h"

#include <QCoreApplication>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QToolButton>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace daguerre {

QFrame* hairline(QWidget* parent, QFrame::Shape shape) {
    auto* line = new QFrame(parent);
    line->setFrameShape(shape);
    shape == QFrame::HLine ? line->setFixedHeight(1) : line->setFixedWidth(1);
    return line;
}

QLabel* caption(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setFont(daguerre::font(Type::Caption));
    label->setForegroundRole(dimRole);
    label->setWordWrap(true);
    return label;
}

QScrollArea* scrolling(QWidget* inside, QWidget* parent) {
    auto* area = new QScrollArea(parent);
    area->setFocusPolicy(Qt::NoFocus);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(inside);
    return area;
}

QToolButton* menuButton(const QList<QAction*>& actions, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setAutoRaise(true);
    setIconOnly(button, "three-dots-vertical",
                QCoreApplication::translate("PanelParts", "More actions"));
    auto* menu = new QMenu(button);
    menu->addActions(actions);
    QObject::connect(button, &QToolButton::clicked, menu, [button, menu] {
        menu->popup(button->mapToGlobal(
            QPoint(button->width() - menu->sizeHint().width(), button->height() + gap1)));
    });
    return button;
}

}  // namespace daguerre
