// The list of runs at the edge of Train, and the checkpoints of the one that is shown.
#pragma once

#include <QListWidget>
#include <QWidget>
#include <filesystem>
#include <vector>

#include "core/training/runs.h"
#include "ui/work/train_job.h"

class QPushButton;

namespace daguerre {

class Checkpoints;

class RunList : public QWidget {
    Q_OBJECT
public:
    explicit RunList(QWidget* parent = nullptr);

    /// Ticks and the choice stay.
    void setRuns(const std::vector<RunInfo>& runs);
    const std::vector<RunInfo>& runs() const { return runs_; }
    /// The run that is trained here, with its words; an empty path: none.
    void setTraining(const std::filesystem::path& folder, const QString& words);
    /// Empty: a new run.
    void setCurrent(const std::filesystem::path& folder);
    std::filesystem::path current() const;
    /// Those that are ticked, in the order of the list. A run's colour is its place there.
    std::vector<std::filesystem::path> ticked() const;
    int colourOf(const std::filesystem::path& folder) const;
    Checkpoints* checkpoints() const { return checkpoints_; }
    void setComparing(bool comparing);

Q_SIGNALS:
    void shown(const std::filesystem::path& folder);
    void newWanted();
    void tickedChanged();
    void compareWanted();

private:
    QWidget* makeHeading();
    void showCompare();
    void fill(QListWidgetItem* item, const RunInfo& run);

    std::vector<RunInfo> runs_;
    std::filesystem::path training_;
    QString trainingWords_;
    bool comparing_ = false, filling_ = false;
    QListWidget* list_;
    Checkpoints* checkpoints_;
    QPushButton* compare_;
};

}  // namespace daguerre
