// Short work of the canvas on other threads.
#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <atomic>
#include <functional>
#include <map>
#include <memory>

#include "core/base/error.h"

namespace daguerre {

/// Of the window's thread. The destructor waits for what runs; what waits is dropped.
class Background : public QObject {
    Q_OBJECT
public:
    using Then = std::function<void()>;

    explicit Background(QObject* parent = nullptr);
    ~Background() override;

    /// Does `work` on another thread, and what it returns in this one. Of calls with one key only
    /// the newest counts: an older one that waits never runs, one that runs is not heard.
    void run(const QString& key, std::function<Then()> work);
    /// Nothing of this key is heard any more.
    void forget(const QString& key) { ++*numberOf(key); }
    /// Whether anything is still to come.
    bool busy() const { return open_ > 0; }

Q_SIGNALS:
    void failed(const daguerre::Sentence& why);

private:
    using Number = std::shared_ptr<std::atomic<int>>;
    Number& numberOf(const QString& key);

    QThreadPool pool_;
    std::map<QString, Number> newest_;
    int open_ = 0;
};

}  // namespace daguerre
