// Work without a class of its own.
#pragma once

#include <functional>
#include <utility>

#include "ui/work/job.h"

namespace daguerre {

/// Does something on the worker and gives what the window shall do with the result:
///   const auto job = makeJob<Errand>(tr("Save"), [=](const OnProgress&) -> Errand::Then {
///       write_image(file, *image);
///       return [=] { Q_EMIT saved(file); };
///   });
///   connect(job.get(), &Errand::ready, this, Errand::call);
class Errand : public Job {
    Q_OBJECT
public:
    using Then = std::function<void()>;
    using Work = std::function<Then(const OnProgress&)>;

    Errand(const QString& title, Work work) : Job(title), work_(std::move(work)) {}

    static void call(const Then& then) {
        if (then) then();
    }

Q_SIGNALS:
    void ready(const std::function<void()>& then);

protected:
    void run() override {
        Q_EMIT ready(work_([this](const Progress& progress) { return report(progress); }));
    }

private:
    const Work work_;
};

}  // namespace daguerre
