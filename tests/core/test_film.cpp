#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/film.h"
#include "core/image/image_file.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

/// Grey noise that fades into a disc, every frame different.
std::vector<Image> denoising(int count, int channels = 1, int side = 14) {
    std::vector<Image> frames;
    for (int i = 0; i < count; ++i) {
        Image frame = Image::blank(side, side, channels);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side * channels; ++x)
                frame.row<std::uint8_t>(y)[std::size_t(x)] =
                    std::uint8_t((x * 71 + y * 137 + i * 29) % 251);
        frames.push_back(std::move(frame));
    }
    return frames;
}

Record record() {
    return {"boot", {{"Steps", "8"}, {"Seed", "3"}, {"Class", "ankle boot, “high”"}}, "{\"a\":1}"};
}

struct Gif {
    int width = 0, frames = 0;
    std::vector<std::string> comments;
    std::vector<int> delays;  // centiseconds
};

/// The blocks of a GIF89a file, as its specification lists them (CompuServe 1990).
Gif parsed(const std::string& bytes) {
    const auto at = [&](std::size_t i) { return int(static_cast<unsigned char>(bytes.at(i))); };
    const auto table = [&](int flags) { return flags & 0x80 ? 3u << ((flags & 7) + 1) : 0u; };
    Gif gif;
    gif.width = at(6) + at(7) * 256;
    std::size_t i = 13 + table(at(10));
    const auto blocks = [&] {
        std::string content;
        for (; at(i) != 0; i += std::size_t(at(i)) + 1)
            content += bytes.substr(i + 1, std::size_t(at(i)));
        ++i;
        return content;
    };
    while (at(i) != 0x3B) {
        if (at(i) == 0x2C) {
            ++gif.frames;
            i += 11 + table(at(i + 9));
            blocks();
            continue;
        }
        const int label = at(i + 1);
        i += 2;
        const std::string content = blocks();
        if (label == 0xFE) gif.comments.push_back(content);
        if (label == 0xF9)
            gif.delays.push_back(static_cast<unsigned char>(content[1]) +
                                 static_cast<unsigned char>(content[2]) * 256);
    }
    return gif;
}

/// A program of this name that does what `script` says, alone in PATH for as long as it lives.
struct OnlyProgram {
    QByteArray path = qgetenv("PATH");
    OnlyProgram(const fs::path& folder, const std::string& name, const std::string& script) {
        fs::create_directories(folder);
        if (!name.empty()) {
            std::ofstream(folder / name) << "#!/bin/sh\n" << script << "\n";
            fs::permissions(folder / name, fs::perms::owner_all);
        }
        qputenv("PATH", folder.c_str());
    }
    ~OnlyProgram() { qputenv("PATH", path); }
};

bool has_ffmpeg() { return !QStandardPaths::findExecutable(QStringLiteral("ffmpeg")).isEmpty(); }

}  // namespace

class TestFilm : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    fs::path made(const char* name, std::span<const Image> frames, FilmOptions options = {},
                  const Record* about = nullptr) {
        write_film(folder_ / name, frames, options, about, {});
        return folder_ / name;
    }
    int left_over() const {
        return int(std::distance(fs::directory_iterator(temporary_.path().toStdString() + "/tmp"),
                                 fs::directory_iterator()));
    }

private Q_SLOTS:
    void initTestCase() {
        fs::create_directories(temporary_.path().toStdString() + "/tmp");
        qputenv("TMPDIR", temporary_.path().toUtf8() + "/tmp");
    }
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }
    void cleanup() { QCOMPARE(left_over(), 0); }

    void a_gif_has_every_frame_and_the_record() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        const Record about = record();
        const auto file =
            made("a.gif", denoising(9), {.frames_per_second = 20, .scale = 3}, &about);
        const Gif gif = parsed(read_file(file, 1 << 24));
        QCOMPARE(gif.frames, 9);
        QCOMPARE(gif.width, 42);
        QCOMPARE(gif.delays.front(), 5);
        QCOMPARE(gif.delays.back(), 150);
        QCOMPARE(gif.comments.size(), std::size_t(2));
        QCOMPARE(gif.comments[0], parameters_text(about));
        QCOMPARE(gif.comments[1], std::string("daguerre {\"a\":1}"));
    }

    void frames_larger_than_a_film_needs_are_made_smaller() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        Image frame = Image::blank(1200, 600, 3);
        std::fill_n(frame.pixels.begin(), frame.pixels.size() / 2, std::byte(200));
        const Gif gif = parsed(read_file(made("a.gif", std::vector{frame, frame}, {}), 1 << 24));
        QCOMPARE(gif.width, 512);
        QCOMPARE(gif.frames, 2);
    }

    void a_gif_shows_up_to_256_colours_exactly() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        const auto frames = denoising(3);
        const auto file = made("a.gif", frames, {.scale = 1});
        QProcess ffmpeg;
        ffmpeg.start(
            QStringLiteral("ffmpeg"),
            {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-i"),
             QString::fromStdString(file), QStringLiteral("-pix_fmt"), QStringLiteral("rgb24"),
             QStringLiteral("-f"), QStringLiteral("rawvideo"), QStringLiteral("-")});
        QVERIFY(ffmpeg.waitForFinished());
        const QByteArray raw = ffmpeg.readAllStandardOutput();
        const std::size_t size = 14 * 14 * 3;
        QVERIFY(raw.size() >= qsizetype(3 * size));
        for (std::size_t i = 0; i < 3; ++i) {
            const Image colour = to_channels(frames[i], 3);
            QVERIFY(std::equal(colour.pixels.begin(), colour.pixels.end(),
                               reinterpret_cast<const std::byte*>(raw.data()) + i * size));
        }
    }

    void an_apng_is_a_png_with_frames_and_record() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        const Record about = record();
        for (const char* name : {"a.png", "a.APNG"}) {
            const auto frames = denoising(7, 3);
            const auto file = made(name, frames, {}, &about);
            QCOMPARE(peek(file).frames, 7);
            const Image first = read_image(file);
            QCOMPARE(first.width, 14 * 36);  // as many times as fit into 512
            const auto expected = contact_sheet(std::span(frames).first(1), 1, 36);
            QCOMPARE(first.pixels, expected.pixels);
            const auto back = record_of(first.metadata);
            QVERIFY(back && back->title == "boot" && back->parameters == about.parameters &&
                    back->daguerre == about.daguerre);
        }
    }

    void an_mp4_has_its_record_beside() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        const Record about = record();
        // Odd sides, which H.264 doesn't have.
        const auto file = made("a.mp4", denoising(6, 1, 15), {.scale = 1}, &about);
        QCOMPARE(read_file(file, 1 << 24).substr(4, 4), std::string("ftyp"));
        const Json beside = read_json(folder_ / "a.json");
        QCOMPARE(beside["parameters"].get<std::string>(), parameters_text(about));
        QCOMPARE(beside["daguerre"]["a"].get<int>(), 1);
        if (QStandardPaths::findExecutable(QStringLiteral("ffprobe")).isEmpty()) return;
        QProcess probe;
        probe.start(
            QStringLiteral("ffprobe"),
            {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-count_frames"),
             QStringLiteral("-show_entries"), QStringLiteral("stream=width,height,nb_read_frames"),
             QStringLiteral("-of"), QStringLiteral("csv=p=0"), QString::fromStdString(file)});
        QVERIFY(probe.waitForFinished());
        // 6 frames at 10 a second, and 1.5 s of the last.
        QCOMPARE(probe.readAllStandardOutput().trimmed(), QByteArray("16,16,21"));
    }

    void the_same_frames_give_the_same_bytes() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        for (const char* name : {".gif", ".png", ".mp4"}) {
            const std::string a = std::string("a") + name, b = std::string("b") + name;
            QCOMPARE(read_file(made(a.c_str(), denoising(4)), 1 << 24),
                     read_file(made(b.c_str(), denoising(4)), 1 << 24));
        }
    }

    void one_frame_is_a_film() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        QCOMPARE(parsed(read_file(made("a.gif", denoising(1)), 1 << 24)).frames, 1);
        QCOMPARE(peek(made("a.png", denoising(1))).frames, 1);
    }

    void progress_counts_and_stop_leaves_nothing() {
        if (!has_ffmpeg()) QSKIP("ffmpeg isn't installed");
        const auto frames = denoising(5);
        std::int64_t most = 0;
        write_film(folder_ / "a.gif", frames, {}, nullptr, [&](const Progress& progress) {
            most = std::max(most, progress.done);
            return progress.total == 5 && progress.what == "frame";
        });
        QCOMPARE(most, std::int64_t(5));
        write_whole(folder_ / "b.gif", "old");
        for (const char* name : {"b.gif", "c.gif", "c.mp4"})
            for (const int last : {1, 5}) {
                const Record about = record();
                write_film(folder_ / name, frames, {}, &about,
                           [&](const Progress& progress) { return progress.done < last; });
            }
        QCOMPARE(read_file(folder_ / "b.gif", 10), std::string("old"));
        QCOMPARE(int(std::distance(fs::directory_iterator(folder_), fs::directory_iterator())), 2);
    }

    void nonsense_is_refused() {
        const auto frames = denoising(2);
        for (const FilmOptions& options : {FilmOptions{.frames_per_second = 0},
                                           {.frames_per_second = 61},
                                           {.scale = -1},
                                           {.scale = 65},
                                           {.hold_last_seconds = -1},
                                           {.frames_per_second = std::nan("")}})
            QVERIFY(!refusal([&] {
                         write_film(folder_ / "a.gif", frames, options, nullptr, {});
                     }).empty());
        QVERIFY(!refusal([&] { write_film(folder_ / "a.gif", {}, {}, nullptr, {}); }).empty());
        const std::string why =
            refusal([&] { write_film(folder_ / "a.avi", frames, {}, nullptr, {}); });
        QVERIFY(why.find(".mp4") != std::string::npos);
        const std::vector<Image> wide{Image::blank(1000, 1, 1)};
        QVERIFY(!refusal([&] {
                     write_film(folder_ / "a.gif", wide, {.scale = 20}, nullptr, {});
                 }).empty());
        QVERIFY(is_film("A.GIF") && is_film("x.mp4") && !is_film("x.jpg"));
        QVERIFY(fs::is_empty(folder_));
    }

    void a_missing_ffmpeg_is_a_sentence() {
        const OnlyProgram none(folder_ / "bin", "", "");
        QCOMPARE(refusal([&] { write_film(folder_ / "a.gif", denoising(2), {}, nullptr, {}); }),
                 std::string("Films need the program ffmpeg, which isn't installed. The contact "
                             "sheet and PNG steps work without."));
    }

    void a_missing_encoder_is_a_sentence() {
        const OnlyProgram old(folder_ / "bin", "ffmpeg",
                              "echo \"Unknown encoder 'libx264'\" >&2; exit 1");
        QCOMPARE(refusal([&] { write_film(folder_ / "a.mp4", denoising(2), {}, nullptr, {}); }),
                 std::string("This ffmpeg can't write MP4; GIF and APNG it can."));
    }

    void a_dying_ffmpeg_is_a_sentence() {
        // It reads nothing: more frames than any buffer holds meet a closed pipe.
        const OnlyProgram broken(folder_ / "bin", "ffmpeg", "echo No space left >&2; exit 3");
        const std::vector<Image> many(20, Image::blank(400, 400, 3));
        const std::string why =
            refusal([&] { write_film(folder_ / "a.gif", many, {}, nullptr, {}); });
        QVERIFY2(why.find("a.gif") != std::string::npos, why.c_str());
        QVERIFY2(why.find("No space left") != std::string::npos, why.c_str());
        QVERIFY(!fs::exists(folder_ / "a.gif"));
    }

    void a_stuck_ffmpeg_can_be_stopped() {
        const OnlyProgram stuck(folder_ / "bin", "ffmpeg", "exec /bin/sleep 1000");
        for (const int frames : {1, 20}) {  // waiting for its end, waiting for room
            int asked = 0;
            const std::vector<Image> many(std::size_t(frames), Image::blank(400, 400, 3));
            write_film(folder_ / "a.gif", many, {}, nullptr,
                       [&](const Progress&) { return ++asked < 4; });
            QCOMPARE(asked, 4);
        }
        QVERIFY(!fs::exists(folder_ / "a.gif"));
    }

    void a_contact_sheet_is_a_grid_of_enlarged_steps() {
        const auto frames = denoising(5, 3);
        const Image sheet = contact_sheet(frames, 3, 2);
        QCOMPARE(sheet.width, 3 * 28 + 2 * 2);
        QCOMPARE(sheet.height, 2 * 28 + 2);
        const Image last = crop(sheet, {30, 30, 28, 28});
        for (int y = 0; y < 28; ++y)
            for (std::size_t x = 0; x < 28; ++x)
                QCOMPARE(last.row<std::uint8_t>(y)[x * 3],
                         frames[4].row<std::uint8_t>(y / 2)[x / 2 * 3]);
    }
};

QTEST_GUILESS_MAIN(TestFilm)
#include "test_film.moc"
