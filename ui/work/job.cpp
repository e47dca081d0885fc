#include "ui/work/job.h"

#include <QMetaType>
#include <chrono>

#include "core/nn/torch_error.h"

namespace daguerre {

namespace {

constexpr qint64 report_interval_ms = 50;

qint64 now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Job::Job(const QString& title) : title_(title) {}

void Job::execute() {
    Outcome outcome = Outcome::Done;
    Sentence why;
    if (!cancelled_) {
        Q_EMIT started();
        try {
            run();
        } catch (...) {
            outcome = Outcome::Failed;
            why = sentence_for(std::current_exception());
        }
    }
    if (outcome == Outcome::Done && cancelled_) outcome = Outcome::Stopped;
    Q_EMIT finished(outcome, why);
}

bool Job::report(const Progress& progress) {
    const qint64 time = now();
    const bool last = progress.total > 0 && progress.done == progress.total;
    if (reported_ < 0 || last || time - reported_ >= report_interval_ms) {
        reported_ = time;
        Q_EMIT advanced({progress.done, progress.total, QString::fromStdString(progress.what)});
    }
    return !cancelled_;
}

}  // namespace daguerre
