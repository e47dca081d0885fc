// The column of workspaces at the edge of the window.
#pragma once

#include <QAbstractButton>
#include <QWidget>
#include <vector>

#include "ui/session/session.h"

class QButtonGroup;

namespace daguerre {

/// One workspace: icon above word; the one shown is filled, with an accent at its edge. A dot says
/// that work started there is running.
class RailButton : public QAbstractButton {
    Q_OBJECT
public:
    RailButton(const char* icon, const QString& word, QWidget* parent);

    QSize sizeHint() const override;
    void setDot(bool dot);

protected:
    void paintEvent(QPaintEvent*) override;
    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }

private:
    const char* icon_;
    bool dot_ = false;
};

class Rail : public QWidget {
    Q_OBJECT
public:
    /// A button an action of the menu Go, in its order.
    explicit Rail(Session& session, QWidget* parent = nullptr);

    void setCurrent(const QString& workspace);
    QWidget* last() const;  // of its buttons

private:
    void showDots();

    Session& session_;
    QButtonGroup* group_;
};

}  // namespace daguerre
