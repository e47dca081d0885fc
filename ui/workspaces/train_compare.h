// Runs side by side: their losses, their previews at the same number of images, what differs.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/workspaces/train_dashboard.h"
#include "ui/workspaces/train_timeline.h"

class QTableWidget;

namespace daguerre {

class CompareView : public QWidget {
    Q_OBJECT
public:
    explicit CompareView(Session& session, QWidget* parent = nullptr);
    void setRuns(const std::vector<ShownRun>& runs);

private:
    class Sheets;
    void fillTable();

    std::vector<ShownRun> runs_;
    SheetLoader loader_;
    Chart* chart_;
    Sheets* sheets_;
    QTableWidget* table_;
    StepSlider* slider_;
    QLabel* at_;
};

}  // namespace daguerre
