#include "ui/canvas/background.h"

#include <optional>

#include "core/nn/torch_error.h"

namespace daguerre {

Background::Background(QObject* parent) : QObject(parent) {
    pool_.setMaxThreadCount(2);
    pool_.setThreadPriority(QThread::LowPriority);
}

Background::~Background() {
    pool_.clear();
    pool_.waitForDone();
}

Background::Number& Background::numberOf(const QString& key) {
    Number& number = newest_[key];
    if (!number) number = std::make_shared<std::atomic<int>>(0);
    return number;
}

void Background::run(const QString& key, std::function<Then()> work) {
    const Number newest = numberOf(key);
    const int number = ++*newest;
    ++open_;
    pool_.start([this, newest, number, work = std::move(work)] {
        Then then;
        std::optional<Sentence> why;
        if (*newest == number) try {
                then = work();
            } catch (...) {
                why = sentence_for(std::current_exception());
            }
        const auto end = [this, newest, number, then, why] {
            --open_;
            if (*newest != number) return;
            if (why) Q_EMIT failed(*why);
            if (then) then();
        };
        QMetaObject::invokeMethod(this, end, Qt::QueuedConnection);
    });
}

}  // namespace daguerre
