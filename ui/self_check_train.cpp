#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/files.h"
#include "ui/main_window.h"
#include "ui/self_check.h"
#include "ui/widgets/chart.h"

namespace daguerre {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr auto everyTick = std::chrono::milliseconds(5);
constexpr int startedAfter = 2000;  // ms, until the dataset was read and steps are made

double msSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// How late events come that another thread posts every 5 ms while the loop runs.
Json lateness(const char* check, int seconds) {
    std::vector<double> late;
    QObject here;
    std::atomic<bool> ends = false;
    std::thread watcher([&] {
        while (!ends) {
            const auto posted = Clock::now();
            QMetaObject::invokeMethod(
                &here, [&late, posted] { late.push_back(msSince(posted)); }, Qt::QueuedConnection);
            std::this_thread::sleep_for(everyTick);
        }
    });
    QEventLoop loop;
    QTimer::singleShot(seconds * 1000, &loop, &QEventLoop::quit);
    loop.exec();
    ends = true;
    watcher.join();
    std::ranges::sort(late);
    const auto at = [&](double share) {
        const double ms = late.empty() ? 0 : late[std::size_t(share * double(late.size() - 1))];
        return std::round(ms * 100) / 100;
    };
    return {{"check", check},     {"events", late.size()}, {"p50_ms", at(0.5)},
            {"p99_ms", at(0.99)}, {"max_ms", at(1)},       {"target_ms", 16}};
}

void wait(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

}  // namespace

void runTrainCheck(int seconds, const std::function<void(const std::string&)>& print) {
    ModelSource source;
    source.list = [] { return std::vector<ModelEntry>(); };
    Session session(source);
    MainWindow window(session, QStringLiteral("train"));
    window.show();
    session.begin();
    wait(startedAfter);
    print(lateness("train-at-rest", seconds).dump());
    session.train({home_folder() / "runs" / "self-check", "mnist", "diffusion", {}});
    wait(startedAfter);
    // A hand that wanders over the loss.
    auto* chart = window.findChild<Chart*>(QStringLiteral("train.loss"));
    QTimer hand;
    int moves = 0;
    QObject::connect(&hand, &QTimer::timeout, chart,
                     [&] { Q_EMIT chart->hovered(double(++moves % 100) * 1e4); });
    hand.start(33);
    Json line = lateness("train-at-full-load", seconds);
    line["images_seen"] = session.trainStatus().report.images_seen;
    line["cost_percent"] = std::round(session.trainStatus().cost * 1000) / 10;
    if (session.training()) session.training()->pause();
    for (int i = 0; session.trainStatus().phase != TrainStatus::Phase::Paused && i < 500; ++i)
        wait(20);
    line["pause_ms"] = std::round(session.trainStatus().tookSeconds * 1e5) / 100;
    print(line.dump());
}

}  // namespace daguerre
