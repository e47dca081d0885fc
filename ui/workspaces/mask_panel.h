// What one does to a whole mask: the upper part of Retouch's side panel.
#pragma once

#include <QWidget>

class QGridLayout;
class QLabel;
class QSpinBox;

namespace daguerre {

class Actions;
struct MaskFacts;

class MaskPanel : public QWidget {
    Q_OBJECT
public:
    explicit MaskPanel(Actions& actions, QWidget* parent = nullptr);

    /// "0.52 %, 1 part"; the numbers of photo pixels to grow and feather by.
    void showFacts(const MaskFacts& facts);
    int growth() const;   // negative: shrink
    int feather() const;  // px
    void setGrowth(int pixels);

private:
    QWidget* makeHeading(Actions& actions);
    QSpinBox* addNumber(QGridLayout* grid, int line, const QString& title, int least, int most,
                        const char* name, QAction* apply);

    QLabel* facts_;
    QSpinBox *grow_ = nullptr, *feather_ = nullptr;
};

}  // namespace daguerre
