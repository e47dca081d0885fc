// The window that fills a folder of photos.
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "ui/work/batch_files.h"
#include "ui/work/job.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTreeWidget;

namespace daguerre {

class FillModel;
class Session;

/// Not modal. One photo is a job of its own, so that a fill in the main window comes between.
class Batch : public QWidget {
    Q_OBJECT
public:
    Batch(Session& session, QWidget* window);
    ~Batch() override;

    BatchSettings settings() const;
    const std::vector<BatchRow>& rows() const { return rows_; }

private:
    QWidget* makeForm();
    QLineEdit* addPath(QGridLayout* grid, int line, const QString& title, const char* name,
                       bool orFile);
    QWidget* makeFoot();
    void start(bool failedOnly);
    void listed(std::vector<BatchRow> rows);
    void next();
    void finished(std::size_t at, BatchRow row);
    void pauseOrGoOn();
    void stop();
    void report();
    void showRow(std::size_t at);
    void showState();
    bool fillsByModel() const;
    bool running() const { return job_ != nullptr; }

    Session& session_;
    BatchSettings started_;
    std::vector<BatchRow> rows_;
    std::shared_ptr<Job> job_;
    bool paused_ = false;
    QLineEdit *photos_ = nullptr, *masks_ = nullptr, *out_ = nullptr;
    QComboBox* engine_ = nullptr;
    FillModel* model_ = nullptr;
    QSpinBox* seed_ = nullptr;
    QTreeWidget* table_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* summary_ = nullptr;
    QPushButton *start_ = nullptr, *pause_ = nullptr, *stop_ = nullptr, *retry_ = nullptr;
    QWidget* form_ = nullptr;
};

/// The one such window; made when it is first asked for, raised when it is there.
void showBatch(Session& session, QWidget* window);

}  // namespace daguerre
