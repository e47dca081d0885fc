// The side panel of Retouch: the mask, what fills it, the one button.
#pragma once

#include <QWidget>
#include <optional>

#include "ui/work/retouch_jobs.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace daguerre {

class EngineList;
class FillModel;
class MaskPanel;
class Session;

class RetouchPanel : public QWidget {
    Q_OBJECT
public:
    static constexpr int mostVariants = 16;

    explicit RetouchPanel(Session& session, QWidget* parent = nullptr);

    MaskPanel* mask() const { return mask_; }
    EngineList* engines() const { return engines_; }
    FillRequest request() const;
    /// Why the chosen engine can't fill now; "": it can.
    QString why() const;
    /// With the engine's own settings. Only while why() is "".
    FillSettings settings() const;
    int variants() const;  // 1 for an engine that gives the same for every seed
    void setRequest(const FillRequest& request, const Fields& options);
    /// Of the photo that is open; 0: none is.
    void setChannels(int channels);

    /// Costs of all engines for this mask; what is unusual about it stands above the button.
    void showFacts(const MaskFacts& facts);
    /// Remembers what a fill took.
    void rememberCost(const FillSettings& settings, const FillResult& result);
    /// A fill took so long for this mask.
    void showMeasured(const FillRequest& request, double seconds);

    /// running: the button stops. again: it fills the mask of the last fill anew. why: stands above
    /// it while it can't be pressed.
    void showState(bool running, bool again, bool possible, const QString& why);
    void showCompare(int index);
    /// What the photo can be compared with, and which of them it is.
    void showAgainst(const QStringList& titles, int index);

Q_SIGNALS:
    void fillWanted();            // or stop, while it runs
    void growWanted(int radius);  // photo pixels: a rim of the old thing may be left
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
    void modelChanged();
    void showCosts();
    QString crowdedHint() const;
    void showHint();

    MaskPanel* mask_;
    EngineList* engines_;
    FillModel* model_;
    QSpinBox *seed_ = nullptr, *variants_ = nullptr;
    QToolButton* dice_ = nullptr;
    QCheckBox* soft_ = nullptr;
    QComboBox *compare_ = nullptr, *against_ = nullptr;
    QLabel* hint_ = nullptr;
    QPushButton *fill_ = nullptr, *grow_ = nullptr;
    QString why_;
    bool running_ = false, again_ = false;
    bool modelAwaited_ = false;  // it was the last choice, and can't be chosen yet
    MaskFacts facts_;
};

}  // namespace daguerre
