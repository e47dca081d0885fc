// The held-out images of a cell of a classifier's matrix.
#pragma once

#include <QDialog>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/training/judged.h"
#include "core/training/runs.h"

class QLabel;
class QListWidget;

namespace daguerre {

class Errand;
class Session;

class ConfusedList : public QDialog {
    Q_OBJECT
public:
    explicit ConfusedList(Session& session, QWidget* parent);
    ~ConfusedList() override;

    /// Shows the images of a cell of a run's matrix; what it listed before goes away. The newest
    /// weights judge the held-out images on the making worker, once for each matrix.
    void list(const std::filesystem::path& run, const Confusion& confusion, int shows, int taken);

protected:
    void hideEvent(QHideEvent*) override;

private:
    void stop();
    void take(const std::vector<ConfusedImage>& images);
    void say(const Confusion& confusion, int shows, int taken);

    Session& session_;
    std::filesystem::path run_;             // that was judged
    std::int64_t measured_ = -1;            // images that its matrix had seen
    std::shared_ptr<const Judged> judged_;  // by its weights; null: not yet
    std::shared_ptr<Errand> reading_;       // the newest; or null
    int number_ = 0;                        // of what is listed: results of others come too late
    QLabel *heading_, *state_;
    QListWidget* images_;
};

}  // namespace daguerre
