// Work for another thread: progress, stop, outcome.
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/image/progress.h"

namespace daguerre {

enum class Outcome { Done, Stopped, Failed };

/// How far a job is. total 0: unknown.
struct Advance {
    qint64 done = 0, total = 0;
    QString what{};    // "step", "file"
    double left = -1;  // seconds, where the job knows it; -1: it doesn't
    QString state{};   // instead of how far it is: "paused"
};

/// Made and held in the window's thread by makeJob(); run() is called once, on a Worker's thread.
/// Signals come from there and arrive queued in objects of the window: connect before the job is
/// handed to a worker.
class Job : public QObject {
    Q_OBJECT
public:
    explicit Job(const QString& title);

    /// What it does, for the list of jobs: "Make 16 pictures with fashion".
    const QString& title() const { return title_; }

    /// Plain and immediate, from any thread. Also before it began: then it never runs.
    virtual void cancel() { cancelled_ = true; }
    bool cancelled() const { return cancelled_; }

    /// Called by the Worker, on its thread: run(), and the one catch.
    void execute();

Q_SIGNALS:
    void started();
    void advanced(const daguerre::Advance& advance);
    /// Once, the last signal. `why` is the sentence of a failure.
    void finished(daguerre::Outcome outcome, const daguerre::Sentence& why);

protected:
    /// On the worker's thread. Gives its results by signals of the class; throws when it can't be
    /// done.
    virtual void run() = 0;
    /// For OnProgress: tells how far it is, at most 20 times a second and at the end of each count.
    /// false: the user stopped it.
    bool report(const Progress& progress);
    /// For a job that counts by itself; as it comes.
    void advance(const Advance& advance) { Q_EMIT advanced(advance); }

private:
    const QString title_;
    std::atomic<bool> cancelled_ = false;
    qint64 reported_ = -1;  // ms of the last report
};

/// The last holder of a job may be the worker, but a QObject must die in its own thread.
template <class T, class... Arguments>
std::shared_ptr<T> makeJob(Arguments&&... arguments) {
    return std::shared_ptr<T>(new T(std::forward<Arguments>(arguments)...),
                              [](T* job) { job->deleteLater(); });
}

}  // namespace daguerre
