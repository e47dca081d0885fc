// The line at the foot of the window: device, memory, what is running.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace daguerre {

class JobsList;

class StatusBar : public QWidget {
    Q_OBJECT
public:
    explicit StatusBar(Session& session, QWidget* parent = nullptr);

    void toggleJobs();

private:
    QWidget* makeRunning();
    void showDevice();
    void showMemory();
    void showJobs();
    std::shared_ptr<Job> shown() const;
    void explainDevice();
    void explainMemory();

    Session& session_;
    QToolButton *device_, *memory_, *jobs_, *pause_, *stop_;
    QLabel *runningTitle_, *runningTime_;
    QProgressBar *meter_, *runningBar_;
    QWidget* running_;
    JobsList* list_;
    QTimer everySecond_, soon_;
};

}  // namespace daguerre
