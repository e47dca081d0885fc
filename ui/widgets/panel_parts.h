// What pages and side panels are made of.
#pragma once

#include <QFrame>
#include <QList>

class QAction;
class QLabel;
class QScrollArea;
class QToolButton;

namespace daguerre {

/// A line of 1 px, between rows (HLine) or columns (VLine).
QFrame* hairline(QWidget* parent, QFrame::Shape shape = QFrame::HLine);

/// Small dim words, on several lines where they need them.
QLabel* caption(QWidget* parent);

/// Scrolls upward and down what is higher than the panel. The focus goes to what it holds.
QScrollArea* scrolling(QWidget* inside, QWidget* parent);

/// The button “⋮” with a menu of these actions, which ends where the button ends.
QToolButton* menuButton(const QList<QAction*>& actions, QWidget* parent);

}  // namespace daguerre
