#include "ui/self_check.h"

#include <time.h>

#include <QApplication>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/image/image_file.h"
#include "ui/canvas/canvas.h"
#include "ui/work/retouch_jobs.h"

namespace daguerre {
namespace {

using Json = nlohmann::ordered_json;

constexpr double frameMs = 16;
constexpr int pointerStep = 12;  // screen px between two events of a quick hand

/// Waves and grain: as hard to scale as a photo, made square by square.
Tiles madePhoto(double megapixels) {
    const int width = int(std::sqrt(megapixels * 1e6 * 1.5)), height = int(width / 1.5);
    Tiles photo = Tiles::blank({width, height}, 3);
    for (int row = 0; row < photo.rows(); ++row)
        for (int column = 0; column < photo.columns(); ++column) {
            const Rect r = photo.tile_rect(column, row);
            Image square = Image::blank(r.width, r.height);
            std::uint32_t grain = std::uint32_t(row * 977 + column + 1);
            for (int y = 0; y < r.height; ++y) {
                auto line = square.row<std::uint8_t>(y);
                for (std::size_t i = 0; i < line.size(); ++i) {
                    grain = grain * 1664525 + 1013904223;
                    const unsigned wave = unsigned(r.x + int(i) / 3 + 2 * (r.y + y)) / 16 % 160;
                    line[i] = std::uint8_t(40 + wave + (grain >> 27));
                }
            }
            photo.set_tile(column, row, std::make_shared<const Image>(std::move(square)));
        }
    return photo;
}

/// Counts paints, so that no check measures a window that isn't drawn.
class Paints : public QObject {
public:
    int count = 0;
    bool eventFilter(QObject*, QEvent* event) override {
        count += event->type() == QEvent::Paint;
        return false;
    }
};

class Check {
public:
    Check(double megapixels, int width, int height) : document_(madePhoto(megapixels), {}) {
        canvas_.installEventFilter(&paints_);
        canvas_.resize(width, height);
        canvas_.setDocument(&document_);
        canvas_.show();
        settle();
    }

    Json brush(double zoom, int size, int hardness) {
        look(zoom);
        ToolSettings set = canvas_.settings();
        set.size = size;
        set.hardness = hardness;
        canvas_.setSettings(set);
        send(QEvent::MouseButtonPress, place(0), Qt::LeftButton);
        const Times times =
            timed(300, [&](int i) { send(QEvent::MouseMove, place(i), Qt::NoButton); });
        const auto release = now();
        const double worked = threadMs();
        send(QEvent::MouseButtonRelease, place(300), Qt::LeftButton);
        paintNow();
        Json line = lineOf("brush", times);
        line["size"] = size;
        line["hardness"] = hardness;
        line["release_ms"] = rounded(since(release));
        line["release_work_ms"] = rounded(threadMs() - worked);
        worstBrush_ = std::max(worstBrush_, times.p99);
        worstWork_ = std::max(worstWork_, times.work);
        document_.history().undo();
        return line;
    }

    Json pan(double zoom) {
        look(zoom);
        const Times times = timed(200, [&](int i) {
            canvas_.panBy({i / 50 % 2 ? 9. : -9., i / 25 % 2 ? 5. : -5.});
        });
        return lineOf("pan", times);
    }

    Json zoomIn() {
        look(0);
        const Times times = timed(60, [&](int i) {
            canvas_.zoomAt(canvas_.zoom() * (i < 30 ? 1.12 : 1 / 1.12), place(0));
        });
        return lineOf("zoom", times);
    }

    /// From a file to what one sees of it.
    Json open(const char* suffix) {
        const QTemporaryDir folder;
        const std::filesystem::path file =
            folder.filePath(QStringLiteral("photo")).toStdString() + suffix;
        write_image(file, document_.photo().image());
        const auto start = now();
        double glance = 0;
        const auto photo = readPhoto(file, [&](const Tiles&) { glance = since(start); });
        const double read = since(start);
        Document document(photo->pixels, file);
        canvas_.setDocument(&document);
        settle();
        const double shown = since(start);
        canvas_.setDocument(&document_);
        return {{"check", "open"},
                {"file", suffix},
                {"megabytes", rounded(double(std::filesystem::file_size(file)) / 1e6)},
                {"glance_ms", rounded(glance)},  // 0: none was needed
                {"read_ms", rounded(read)},
                {"shown_ms", rounded(shown)}};
    }

    Json summary(double megapixels) const {
        return {{"check", "summary"},
                {"megapixels", megapixels},
                {"window", {canvas_.width(), canvas_.height()}},
                {"worst_brush_p99_ms", rounded(worstBrush_)},
                {"worst_brush_work_p99_ms", rounded(worstWork_)},
                {"target_ms", frameMs},
                {"reached", worstBrush_ < frameMs}};
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Times {
        int count = 0, painted = 0;
        double p50 = 0, p99 = 0, worst = 0, work = 0;
    };

    static Clock::time_point now() { return Clock::now(); }
    static double since(Clock::time_point start) {
        return std::chrono::duration<double, std::milli>(now() - start).count();
    }
    /// What this thread has worked: on a busy machine less than the time that passed.
    static double threadMs() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
    }
    static double rounded(double ms) { return std::round(ms * 100) / 100; }

    /// Along a curve over the middle of the window.
    QPointF place(int i) const {
        const double t = i * pointerStep / 400.;
        return {canvas_.width() * (0.5 + 0.4 * std::sin(t)),
                canvas_.height() * (0.5 + 0.4 * std::sin(1.7 * t + 0.6))};
    }

    void send(QEvent::Type type, QPointF at, Qt::MouseButton button) {
        const Qt::MouseButtons held =
            type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
        QMouseEvent event(type, at, canvas_.mapToGlobal(at), button, held, Qt::NoModifier);
        QCoreApplication::sendEvent(&canvas_, &event);
    }

    /// What was asked to be painted is painted and handed over.
    void paintNow() { QCoreApplication::sendPostedEvents(&canvas_, QEvent::UpdateRequest); }

    void settle() {
        do {
            QCoreApplication::processEvents();
            QThread::msleep(2);
        } while (!canvas_.ready());
        QCoreApplication::processEvents();
    }

    void look(double zoom) {
        zoom > 0 ? canvas_.setZoom(zoom) : canvas_.fit();
        settle();
    }

    template <class Act>
    Times timed(int count, Act act) {
        std::vector<double> all, work;
        const int before = paints_.count;
        for (int i = 1; i <= count; ++i) {
            const auto start = now();
            const double worked = threadMs();
            act(i);
            paintNow();
            all.push_back(since(start));
            work.push_back(threadMs() - worked);
            QCoreApplication::processEvents();
        }
        std::ranges::sort(all);
        std::ranges::sort(work);
        const auto at = [&](const std::vector<double>& sorted, double share) {
            return sorted[std::size_t(share * double(count - 1))];
        };
        return {count,      paints_.count - before, at(all, 0.5), at(all, 0.99),
                all.back(), at(work, 0.99)};
    }

    Json lineOf(const char* check, const Times& times) const {
        return {{"check", check},
                {"zoom", std::round(canvas_.zoom() * 1000) / 1000},
                {"events", times.count},
                {"paints", times.painted},
                {"p50_ms", rounded(times.p50)},
                {"p99_ms", rounded(times.p99)},
                {"max_ms", rounded(times.worst)},
                {"work_p99_ms", rounded(times.work)}};
    }

    Document document_;
    Paints paints_;
    Canvas canvas_;
    double worstBrush_ = 0, worstWork_ = 0;
};

}  // namespace

void runSelfCheck(double megapixels, int width, int height,
                  const std::function<void(const std::string&)>& print) {
    Check check(megapixels, width, height);
    print(check.open(".jpg").dump());
    for (const double zoom : {0., 0.25, 1., 4.})  // 0: the whole photo
        for (const int size : {60, 300, 2000})
            for (const int hardness : {100, 50}) print(check.brush(zoom, size, hardness).dump());
    for (const double zoom : {0., 0.25, 1.}) print(check.pan(zoom).dump());
    print(check.zoomIn().dump());
    print(check.summary(megapixels).dump());
}

}  // namespace daguerre
