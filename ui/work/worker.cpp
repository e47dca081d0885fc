#include "ui/work/worker.h"

#include <QMetaObject>

namespace daguerre {

Worker::Worker(const QString& name) : place_(new QObject) {
    place_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, place_, &QObject::deleteLater);
    thread_.setObjectName(name);
    thread_.start(QThread::LowPriority);
}

Worker::~Worker() {
    for (const std::weak_ptr<Job>& waiting : line_)
        if (const std::shared_ptr<Job> job = waiting.lock()) job->cancel();
    thread_.quit();
    thread_.wait();
}

void Worker::run(const std::shared_ptr<Job>& job) {
    std::erase_if(line_, [](const std::weak_ptr<Job>& ended) { return ended.expired(); });
    line_.push_back(job);
    QMetaObject::invokeMethod(
        place_, [job] { job->execute(); }, Qt::QueuedConnection);
}

}  // namespace daguerre
