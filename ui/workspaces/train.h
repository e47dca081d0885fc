// Train: runs, how they go, what they learn.
#pragma once

#include <QTimer>
#include <QWidget>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "ui/session/session.h"
#include "ui/work/run_reader.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace daguerre {

class CompareView;
class ConfusedList;
class Dashboard;
class Errand;
class Notice;
class RunList;
class Timeline;
class TrainSetup;

class TrainPage : public QWidget {
    Q_OBJECT
public:
    explicit TrainPage(Session& session, QWidget* parent = nullptr);

    /// Empty: a new run.
    void showRun(const std::filesystem::path& folder);
    const std::filesystem::path& shown() const { return shown_; }
    /// A file of events for TensorBoard from the run that is shown, into a folder.
    void writeEvents(const std::filesystem::path& folder);
    /// Writes a model into a new folder that diffusers opens too, and reads it back.
    void exportModel(const std::filesystem::path& model, const std::filesystem::path& folder);

protected:
    void showEvent(QShowEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    struct Open {
        std::shared_ptr<RunReader> reader;
        RunData data;
        bool known = false, reading = false;
    };
    QWidget* makeBar();
    QWidget* makeWork();
    QWidget* makeEmpty();
    void connectActions();
    void refreshRuns();
    void takeRuns(const std::vector<RunInfo>& runs);
    void read(const std::filesystem::path& folder);
    void took(const std::filesystem::path& folder, const RunData& data);
    void showData();
    void showState();
    void showFinding(const RunData& data);
    void tell(const RunData& data);
    void showTruth();
    void begun();
    void takeDropped();
    void takeWish();
    void tick();
    void film();
    void showInFolder(const std::filesystem::path& folder);
    void follow(const Errand& job);  // its result, or why it failed, as a notice
    void keep(const CheckpointInfo& checkpoint, bool kept);
    void askExport(const std::filesystem::path& model);
    void exportCharts();
    void exportEvents();
    bool trains() const;  // the run that is shown, here
    const RunData* data() const;

    Session& session_;
    std::filesystem::path shown_;
    std::vector<std::filesystem::path> elsewhere_;  // runs that lie outside of user data
    std::map<std::filesystem::path, Open> open_;
    std::shared_ptr<TrainJob> followed_;
    QTimer second_;
    int ticks_ = 0;
    double waitSeconds_ = 0;
    bool listing_ = false, listed_ = false;
    RunList* runs_;
    TrainSetup* setup_;
    Dashboard* dashboard_;
    Timeline* timeline_;
    CompareView* compare_;
    ConfusedList* confused_;
    QStackedWidget* work_;
    Notice* notice_;
    QLabel *name_, *family_, *dot_, *state_, *finding_;
    QWidget* findingBar_;
    QToolButton *sample_, *save_, *why_;
    QPushButton *pause_, *stop_, *resume_, *fix_;
    Finding found_;
    QString hiddenFinding_, hurdle_;
};

}  // namespace daguerre
