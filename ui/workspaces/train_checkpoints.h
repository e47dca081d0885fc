// The saved states of the run that is shown: which there are, and what can be done with each.
#pragma once

#include <QWidget>
#include <filesystem>
#include <vector>

#include "ui/work/run_reader.h"

class QListWidget;
class QPushButton;

namespace daguerre {

class Checkpoints : public QWidget {
    Q_OBJECT
public:
    explicit Checkpoints(QWidget* parent = nullptr);

    /// The newest stands on top, and is chosen until another one is. training: the run is trained
    /// here, so that its newest weights can be tried before they are saved.
    void setCheckpoints(const std::vector<KeptState>& states, bool training);

Q_SIGNALS:
    void tryWanted(const std::filesystem::path& model);  // empty: the newest of what is trained
    void exportWanted(const std::filesystem::path& model);
    void folderWanted(const std::filesystem::path& folder);
    void keepWanted(const daguerre::CheckpointInfo& checkpoint, bool kept);

private:
    QAction* add(const QString& words, const char* icon, const char* name);
    const KeptState* chosen() const;
    void fill();
    void showKeep();

    std::vector<KeptState> states_;  // newest first
    bool training_ = false;
    QListWidget* list_;
    QAction *tryIt_, *export_, *folder_, *keep_;
    QPushButton* try_;
};

}  // namespace daguerre
