#include <time.h>

#include <QApplication>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QThread>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/image/image_file.h"
#include "ui/self_check.h"
#include "ui/session/session.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/thumbnail_loader.h"
#include "ui/workspaces/datasets.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double frameMs = 16;
constexpr int flings = 400, settleMs = 2, filesAFolder = 1000, linksAFile = 30'000;

double since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}
double rounded(double ms) { return std::round(ms * 100) / 100; }
/// What this thread has worked: on a busy machine less than the time that passed.
double threadMs() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

/// Small pictures in folders of a thousand; most are links to one, which cost no room.
void makeFiles(const fs::path& folder, int files) {
    Image image = Image::blank(28, 28, 1);
    for (std::size_t k = 0; k < image.pixels.size(); ++k) image.pixels[k] = std::byte(k * 3);
    fs::path original;
    for (int i = 0; i < files; ++i) {
        const fs::path place = folder / ("class" + std::to_string(i / filesAFolder));
        if (i % filesAFolder == 0) fs::create_directories(place);
        const fs::path file = place / (std::to_string(i) + ".png");
        if (i % linksAFile == 0)
            write_image(original = file, image);
        else
            fs::create_hard_link(original, file);
    }
}

struct Times {
    std::vector<double> all, work;

    Json line(const char* check) {
        std::ranges::sort(all);
        std::ranges::sort(work);
        const auto at = [](const std::vector<double>& sorted, double share) {
            return sorted.empty() ? 0
                                  : rounded(sorted[std::size_t(share * double(sorted.size() - 1))]);
        };
        return {{"check", check},          {"events", all.size()}, {"p50_ms", at(all, 0.5)},
                {"p99_ms", at(all, 0.99)}, {"max_ms", at(all, 1)}, {"work_p99_ms", at(work, 0.99)}};
    }
};

template <class Act>
void timed(Times& times, Act act) {
    const auto start = Clock::now();
    const double worked = threadMs();
    act();
    times.all.push_back(since(start));
    times.work.push_back(threadMs() - worked);
}

}  // namespace

void runDatasetsCheck(const std::string& folder, int files, int width, int height,
                      const std::function<void(const std::string&)>& print) {
    const QTemporaryDir made;
    const fs::path place =
        folder.empty() ? fs::path(made.path().toStdString()) / "images" : fs::path(folder);
    if (folder.empty()) makeFiles(place, files);
    Session session;
    Datasets page(session);
    page.resize(width, height);
    page.show();
    const auto process = [&](Times& times) {
        timed(times, [] { QCoreApplication::processEvents(); });
        QThread::msleep(settleMs);
    };
    Times start, listing, flinging;
    while (!page.settled()) process(start);
    auto* grid = page.findChild<PictureGrid*>();
    const auto* loader = page.findChild<ThumbnailLoader*>();
    const int before = loader->made();
    const auto opened = Clock::now();
    page.openFolder(QString::fromStdString(place.string()));
    double first = 0;
    while (!page.settled()) {
        process(listing);
        if (first == 0 && loader->made() > before) first = since(opened);
    }
    Json line = listing.line("datasets-open");
    line["images"] = grid->images().size();
    line["first_thumbnails_ms"] = rounded(first);
    line["whole_ms"] = rounded(since(opened));
    print(line.dump());
    QScrollBar* bar = grid->verticalScrollBar();
    for (int i = 0; i < flings; ++i)
        timed(flinging, [&] {
            bar->setValue(int(qint64(bar->maximum()) * (i * 37 % flings) / flings));
            QCoreApplication::processEvents();
        });
    Json fling = flinging.line("datasets-fling");
    fling["target_ms"] = frameMs;
    print(fling.dump());
}

}  // namespace daguerre
