// A thread that runs jobs in order.
#pragma once

#include <QObject>
#include <QThread>
#include <deque>
#include <memory>

#include "ui/work/job.h"

namespace daguerre {

/// Of the window's thread; every call is from there and returns at once, but the destructor.
class Worker : public QObject {
    Q_OBJECT
public:
    explicit Worker(const QString& name);
    /// Cancels what runs, drops what waits, joins: at most one network call or file.
    ~Worker() override;

    void run(const std::shared_ptr<Job>& job);

private:
    QThread thread_;
    QObject* place_;  // lives on the thread; its event queue is the line
    std::deque<std::weak_ptr<Job>> line_;
};

}  // namespace daguerre
