// Home's card for photos: a bundled one with a suggested mask, and the way to one's own.
#pragma once

#include <QFrame>

class QGridLayout;
class QLabel;
class QPushButton;

namespace daguerre {

class Session;

class RepairCard : public QFrame {
    Q_OBJECT
public:
    /// Width from which all buttons stand in one row, px.
    static constexpr int wideFrom = 500, leastWidth = 336;

    explicit RepairCard(Session& session, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    void makeButtons();
    void openBundled(bool mask);
    void arrange();

    Session& session_;
    QGridLayout* buttons_;
    QPushButton *remove_, *brush_, *open_;
    QLabel* caption_;
    bool wide_ = false;
};

}  // namespace daguerre
