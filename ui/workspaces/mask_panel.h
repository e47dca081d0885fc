// What one does to a whole mask: the upper part of Retouch's side panel.
#pragma once

#include <QWidget>

#include "core/image/journal.h"

class QComboBox;
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
    /// The layer that is painted on: all buttons act on it. copies: whether there is a choice.
    void showLayer(Layer layer, bool copies);

private:
    QWidget* makeHeading(Actions& actions);
    QSpinBox* addNumber(QGridLayout* grid, int line, const QString& title, int least, int most,
                        const char* name, QAction* apply);

    QWidget* makeLayers(Actions& actions);

    QLabel *title_ = nullptr, *facts_ = nullptr;
    QWidget* choice_ = nullptr;
    QComboBox* layers_ = nullptr;
    QSpinBox *grow_ = nullptr, *feather_ = nullptr;
};

}  // namespace daguerre
