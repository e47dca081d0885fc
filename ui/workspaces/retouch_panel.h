// The side panel of Retouch: the mask, what fills it, the one button.
#pragma once

#include <QWidget>
#include <optional>

#include "core/inpaint/fill.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace daguerre {

class Actions;
class EngineList;
class MaskPanel;
struct MaskFacts;

class RetouchPanel : public QWidget {
    Q_OBJECT
public:
    static constexpr int mostVariants = 16;

    explicit RetouchPanel(Actions& actions, QWidget* parent = nullptr);

    MaskPanel* mask() const { return mask_; }
    EngineList* engines() const { return engines_; }
    FillRequest request() const;
    int variants() const;  // 1 for an engine that gives the same for every seed
    void setRequest(const FillRequest& request, int variants);

    /// Costs of all engines for this mask; what is unusual about it stands above the button.
    void showFacts(const MaskFacts& facts);
    /// An engine took so long for this mask.
    void showMeasured(const std::string& engine, double seconds);

    /// running: the button stops. again: it fills the mask of the last fill anew. why: stands above
    /// it while it can't be pressed.
    void showState(bool running, bool again, bool possible, const QString& why);
    void showCompare(int index);
    /// What the photo can be compared with, and which of them it is.
    void showAgainst(const QStringList& titles, int index);

Q_SIGNALS:
    void fillWanted();  // or stop, while it runs
    void compareWanted(int index);
    void againstWanted(int index);
    /// The user changed engine, seed, variants or softness.
    void changed();

private:
    QWidget* makeForm();
    QWidget* makeFoot();
    QSpinBox* addSpin(QGridLayout* grid, int line, const QString& title, const char* name,
                      int least, int most);
    QComboBox* addChoice(QGridLayout* grid, int line, const QString& title, const char* name);
    void engineChanged();
    void showHint();

    MaskPanel* mask_;
    EngineList* engines_;
    QSpinBox *seed_ = nullptr, *variants_ = nullptr;
    QToolButton* dice_ = nullptr;
    QCheckBox* soft_ = nullptr;
    QComboBox *compare_ = nullptr, *against_ = nullptr;
    QLabel* hint_ = nullptr;
    QPushButton* fill_ = nullptr;
    QString why_, crowded_;
    bool running_ = false, again_ = false;
};

}  // namespace daguerre
