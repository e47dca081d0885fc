#include <sys/resource.h>

#include <algorithm>

#include "cli/program.h"
#include "core/image/image_file.h"
#include "core/inpaint/fill.h"

namespace {

using daguerre::Image;

constexpr int width = 70, height = 50;

Image scenery(int depth = 8, int seed = 0) {
    Image image = Image::blank(width, height, 3, depth);
    for (int y = 0; y < height; ++y)
        for (int i = 0; i < width * 3; ++i) {
            const int value = 60 + y * 2 + (i * 7 + seed * 13 + y * 3) % 23;
            if (depth == 8)
                image.row<std::uint8_t>(y)[std::size_t(i)] = std::uint8_t(value);
            else
                image.row<std::uint16_t>(y)[std::size_t(i)] = std::uint16_t(value * 257);
        }
    return image;
}

Image hole(int w = width, int h = height) {
    Image mask = Image::blank(w, h, 1);
    for (int y = 20; y < 32; ++y)
        for (int x = 15; x < 30; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

}  // namespace

/// `daguerre inpaint` as its users start it.
class TestInpaint : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void one_photo_is_filled();
    void a_folder_keeps_names_formats_and_depth();
    void a_broken_photo_is_told_and_the_rest_goes_on();
    void done_ones_are_left_out();
    void pieces_come_from_where_they_may();
    void variants_count_up();
    void a_film_is_written();
    void every_engine_fills();
    void a_model_fills();
    void json_is_all_that_stdout_has();
    void wrong_words_and_files_are_refused();
    void the_disk_may_be_full();
    void stopped_and_killed_work_goes_on();

private:
    void put(const char* name, const Image& image) const {
        const QString file = bench_->path(QLatin1String(name));
        QDir().mkpath(QFileInfo(file).path());
        daguerre::write_image(file.toStdString(), image);
    }
    Image image(const char* name) const {
        return daguerre::read_image(bench_->path(QLatin1String(name)).toStdString());
    }
    Ran inpaint(const char* more) const { return bench_->run(words("inpaint") + words(more)); }
    QJsonObject report(const char* name) const {
        return QJsonDocument::fromJson(bench_->read(QLatin1String(name))).object();
    }
    static int count(const QJsonObject& report, const char* what) {
        return report[QLatin1String(what)].toInt(-1);
    }

    std::unique_ptr<Bench> bench_;
};

void TestInpaint::init() {
    bench_ = std::make_unique<Bench>();
    put("photo.png", scenery(16));
    put("mask.png", hole());
}

void TestInpaint::one_photo_is_filled() {
    const Ran ran = inpaint("--image photo.png --mask mask.png --out filled.png --engine telea");
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY2(ran.out.contains("Outside the mask: 0 of 19920 bytes changed"), ran.out);
    const Image before = image("photo.png"), after = image("filled.png"), mask = hole();
    QCOMPARE(after.depth, 16);
    int changed = 0;
    for (std::size_t i = 0; i < after.pixels.size(); ++i) {
        const bool differs = after.pixels[i] != before.pixels[i];
        QVERIFY(!differs || mask.pixels[i / 6] == std::byte(255));
        changed += differs;
    }
    QVERIFY(changed > 100);
    const Ran jpeg = inpaint("--image photo.png --mask mask.png --out b.jpg --engine telea");
    QVERIFY2(jpeg.err.contains("JPEG encodes every pixel anew"), jpeg.err);
}

void TestInpaint::a_folder_keeps_names_formats_and_depth() {
    const char* names[]{"a.png", "b.jpg", "c.tif", "d.webp"};
    for (const char* name : names) put((std::string("p/") + name).c_str(), scenery(16));
    for (const char* mask : {"m/a.png", "m/b.tif", "m/c.png", "m/d.png"}) put(mask, hole());
    const Ran ran =
        inpaint("--image p --mask m --out out/deep --engine ns --report r.json --quiet");
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY2(ran.out.endsWith("4 done, 0 skipped, 0 failed\n"), ran.out);
    for (const char* name : names) {
        const Image before = image((std::string("p/") + name).c_str());
        const Image after = image((std::string("out/deep/") + name).c_str());
        QCOMPARE(after.metadata.format, before.metadata.format);
        QCOMPARE(after.depth, before.depth);
        QVERIFY(after.pixels != before.pixels);
    }
    const QJsonObject all = report("r.json");
    QCOMPARE(count(all, "done"), 4);
    for (const QJsonValue& row : all[QLatin1String("files")].toArray()) {
        QCOMPARE(row[QLatin1String("engine")].toString(), QStringLiteral("ns"));
        QCOMPARE(row[QLatin1String("hole_pixels")].toInt(), 180);
        QCOMPARE(row[QLatin1String("outside_changed")].toInt(-1), 0);
        QVERIFY(row[QLatin1String("seconds")].toDouble() > 0);
    }
}

void TestInpaint::a_broken_photo_is_told_and_the_rest_goes_on() {
    for (const char* name : {"p/a.png", "p/b.png", "p/c.png", "p/d.png", "p/e.png"})
        put(name, scenery());
    for (const char* name : {"m/a.png", "m/b.png", "m/d.png"}) put(name, hole());
    put("m/c.png", hole(40, 60));
    const QByteArray whole = bench_->read(QStringLiteral("p/b.png"));
    bench_->write(QStringLiteral("p/b.png"), whole.left(whole.size() / 2));
    const Ran ran = inpaint("--image p --mask m --out out --engine telea --report r.json");
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.out.contains("2 done, 0 skipped, 2 failed"), ran.out);
    QVERIFY2(ran.err.contains("b.png: ") && ran.err.contains("ends too soon"), ran.err);
    QVERIFY2(ran.err.contains("c.png: The mask is 40 x 60, the photo 70 x 50."), ran.err);
    QVERIFY2(ran.err.contains("“e.png” was left out"), ran.err);
    QVERIFY2(ran.err.contains("2 of 4 photos could not be filled."), ran.err);
    QCOMPARE(QDir(bench_->path(QStringLiteral("out"))).entryList(QDir::Files),
             words("a.png d.png"));
    const QJsonArray rows = report("r.json")[QLatin1String("files")].toArray();
    QStringList states;
    for (const QJsonValue& row : rows) states.append(row[QLatin1String("state")].toString());
    QCOMPARE(states, words("done failed failed done"));
    QVERIFY(rows[2][QLatin1String("error")].toString().contains(QStringLiteral("40 x 60")));
}

void TestInpaint::done_ones_are_left_out() {
    for (const char* name : {"p/a.png", "p/b.jpg", "p/c.tif"}) put(name, scenery());
    const char* start = "--image p --mask mask.png --out out --engine telea --skip-done";
    QVERIFY(inpaint(start).out.endsWith("3 done, 0 skipped, 0 failed\n"));
    const QStringList before = bench_->listing();
    QVERIFY(inpaint(start).out.endsWith("0 done, 3 skipped, 0 failed\n"));
    QCOMPARE(bench_->listing(), before);
    QVERIFY(QFile::remove(bench_->path(QStringLiteral("out/b.jpg"))));
    put("p/c.tif", scenery(8, 5));
    QVERIFY(inpaint(start).out.endsWith("2 done, 1 skipped, 0 failed\n"));
    const QByteArray other = QByteArray(start) + " --seed 9";
    QVERIFY(inpaint(other.constData()).out.endsWith("3 done, 0 skipped, 0 failed\n"));
}

void TestInpaint::pieces_come_from_where_they_may() {
    using namespace daguerre;
    const auto box = [](QRect where) {
        Image mask = Image::blank(width, height, 1);
        for (int y = where.top(); y <= where.bottom(); ++y)
            for (int x = where.left(); x <= where.right(); ++x)
                mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
        return mask;
    };
    const QRect right(40, 0, 30, 50);
    put("only.png", box(right));
    put("never.png", box(right));
    put("small.png", hole(30, 40));
    const auto limited = [&](const QRect& where, bool only) {
        CopyLimits limits;
        (only ? limits.only_from : limits.never_from) = Tiles(box(where));
        return limits;
    };
    const InpainterRow& heal = row_named(inpainters(), "heal", "engine");
    const auto wanted = [&](const CopyLimits& limits) {
        const auto go_on = [](const Progress&) { return true; };
        return fill(Tiles(image("photo.png")), Tiles(hole()), limits, heal.make({}), {}, go_on)
            .photo.image()
            .pixels;
    };
    const std::string line = "--image photo.png --mask mask.png --out ";
    const auto filled = [&](const char* out, const char* more) {
        const Ran ran = inpaint((line + out + more).c_str());
        return ran.status == 0 ? image(out).pixels : std::vector<std::byte>();
    };
    const auto only = wanted(limited(right, true)), never = wanted(limited(right, false));
    QVERIFY(only != never && only != wanted({}) && never != wanted({}));
    QVERIFY(filled("only-out.png", " --copy-from only.png") == only);
    QVERIFY(filled("never-out.png", " --never-copy never.png") == never);
    // Done is what has the same limits.
    const std::string again = line + "only-out.png --skip-done --json";
    QVERIFY(
        inpaint((again + " --copy-from only.png").c_str()).out.contains("\"state\":\"skipped\""));
    QVERIFY(
        inpaint((again + " --never-copy never.png").c_str()).out.contains("\"state\":\"done\""));
    for (const char* wrong : {"--engine telea --copy-from only.png", "--never-copy small.png",
                              "--copy-from none.png"}) {
        const Ran ran = inpaint((line + "no.png " + wrong).c_str());
        QCOMPARE(ran.status, 1);
        QCOMPARE(ran.err.count('\n'), 1);
    }
}

void TestInpaint::variants_count_up() {
    const Ran ran = inpaint(
        "--image photo.png --mask mask.png --out v.png --engine telea --variants 3 --seed "
        "4294967295 "
        "--report r.json --json");
    QVERIFY2(ran.status == 0, ran.err);
    QStringList seeds;
    for (const QJsonValue& row : report("r.json")[QLatin1String("files")].toArray())
        seeds.append(QString::number(row[QLatin1String("seed")].toInteger()));
    QCOMPARE(seeds, words("4294967295 0 1"));
    for (const char* name : {"v-0.png", "v-1.png", "v-2.png"}) QCOMPARE(image(name).width, width);
    QVERIFY(!QFile::exists(bench_->path(QStringLiteral("v.png"))));
    QVERIFY2(ran.err.contains("of 255 greys"), ran.err);
}

void TestInpaint::a_film_is_written() {
    const Ran ran =
        inpaint("--image photo.png --mask mask.png --out f.png --film f.gif --engine heal --json");
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY(bench_->read(QStringLiteral("f.gif")).startsWith("GIF8"));
    QCOMPARE(ran.json().last()[QLatin1String("files")].toArray().size(), 2);
}

void TestInpaint::every_engine_fills() {
    for (const daguerre::InpainterRow& row : daguerre::inpainters()) {
        if (!row.make) continue;
        const QByteArray line =
            "--image photo.png --mask mask.png --out e.png --engine " + QByteArray(row.id.c_str());
        const Ran ran = inpaint(line.constData());
        QVERIFY2(ran.status == 0, ran.err);
        QVERIFY(image("e.png").pixels != image("photo.png").pixels);
    }
    QCOMPARE(inpaint("--image photo.png --mask mask.png --out e.png").status, 0);  // the default
}

void TestInpaint::a_model_fills() {
    Image grey = daguerre::to_channels(scenery(8), 1);
    grey.row<std::uint8_t>(25)[20] = 255;  // a speck to be gone
    put("grey.png", grey);
    const char* line =
        "--mask mask.png --engine model --model digits --model-steps 3 --threads 1 --image";
    const Ran ran =
        bench_->run(words("inpaint") + words(line) + words("grey.png --out g.png --report r.json"));
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY2(ran.err.contains("digits was trained on mnist"), ran.err);
    QVERIFY(image("g.png").row<std::uint8_t>(25)[20] < 200);
    QCOMPARE(report("r.json")[QLatin1String("request")][QLatin1String("model")].toString(),
             QStringLiteral("digits"));
    // The class is one of the settings that --skip-done compares.
    for (const char* more : {"", "--class 3"}) {
        const Ran again =
            bench_->run(words("inpaint") + words(line) +
                        words("grey.png --out g.png --report r.json --skip-done") + words(more));
        QVERIFY2(again.status == 0, again.err);
        QCOMPARE(count(report("r.json"), "skipped"), *more ? 0 : 1);
    }
    const Ran colour = bench_->run(words("inpaint") + words(line) + words("photo.png --out c.png"));
    QCOMPARE(colour.status, 1);
    QVERIFY2(colour.err.contains("digits makes grey pictures"), colour.err);
}

void TestInpaint::json_is_all_that_stdout_has() {
    const Ran ran =
        inpaint("--image photo.png --mask mask.png --out j.png --engine telea --seed 5 --json");
    QCOMPARE(ran.status, 0);
    const QList<QJsonObject> objects = ran.json();
    for (const QJsonObject& object : objects) QVERIFY(object.contains(QLatin1String("event")));
    const auto file = std::find_if(objects.begin(), objects.end(), [](const QJsonObject& object) {
        return object[QLatin1String("event")] == QLatin1String("file");
    });
    QVERIFY(file != objects.end());
    QCOMPARE((*file)[QLatin1String("file")].toString(), QStringLiteral("j.png"));
    QCOMPARE((*file)[QLatin1String("outside_bytes")].toInt(), (width * height - 180) * 6);
    const QJsonObject done = objects.last();
    QCOMPARE(done[QLatin1String("event")].toString(), QStringLiteral("done"));
    QCOMPARE(done[QLatin1String("outcome")].toString(), QStringLiteral("done"));
    QCOMPARE(done[QLatin1String("seed")].toInt(), 5);
    QCOMPARE(done[QLatin1String("files")].toArray().size(), 1);
}

void TestInpaint::wrong_words_and_files_are_refused() {
    put("small.png", hole(30, 40));
    put("whole.png", [] {
        Image mask = hole();
        std::ranges::fill(mask.pixels, std::byte(255));
        return mask;
    }());
    put("p/a.png", scenery());
    put("p/b.png", scenery());
    bench_->write(QStringLiteral("file"), "in the way");
    struct Row {
        const char* line;
        int status;
        const char* said;
    };
    for (const Row& row : {
             Row{"--mask mask.png --out a.png", 2, "--image"},
             Row{"--image photo.png --mask mask.png --out a.png --engine tela", 2, "“telea”"},
             Row{"--image photo.png --mask mask.png --out a.png --varants 2", 2, "“--variants”"},
             Row{"--image photo.png --mask mask.png --out a.png --variants 0", 1,
                 "between 1 and 1000"},
             Row{"--image photo.png --mask mask.png --out a.png --seed -1", 1,
                 "between 0 and 4294967295"},
             Row{"--image photo.png --mask mask.png --out photo.png", 1, "originals"},
             Row{"--image photo.png --mask mask.png --out ./mask.png", 1, "originals"},
             Row{"--image p --mask mask.png --out p", 1, "originals"},
             Row{"--image p --mask mask.png --out a.png", 1, "Name a folder"},
             Row{"--image p --mask mask.png --out o --film f.gif", 1, "one photo"},
             Row{"--image photo.png --mask mask.png --out a.png --film f.bmp", 1, ".gif"},
             Row{"--image photo.png --mask mask.png --out a.png --film a.png", 1, "--film"},
             Row{"--image photo.png --mask mask.png --out a.png --report photo.png", 1, "--report"},
             Row{"--image none.png --mask mask.png --out a.png", 1, "none.png"},
             Row{"--image photo.png --mask none.png --out a.png", 1, "none.png"},
             Row{"--image photo.png --mask small.png --out a.png", 1,
                 "The mask is 30 x 40, the photo 70 x 50."},
             Row{"--image photo.png --mask whole.png --out a.png", 1, "covers the whole photo"},
             Row{"--image photo.png --mask file --out a.png", 1, "isn't an image"},
             Row{"--image photo.png --mask mask.png --out file/a.png", 1, "file"},
             Row{"--image photo.png --mask mask.png --out file", 1, "file"},
             Row{"--image photo.png --mask mask.png --out a.png --engine telea --model x", 1,
                 "without a model"},
             {"--image photo.png --mask mask.png --out a.png --engine model", 1, "--model"},
             {"--image photo.png --mask mask.png --out a.png --engine model --model digts", 2,
              "“digits”"},
             {"--image photo.png --mask mask.png --out a.png --engine telea --jump 3", 2, "--jump"},
             {"--image photo.png --mask mask.png --out a.png --engine telea --class 3", 2,
              "--class"},
         }) {
        const QStringList before = bench_->listing();
        const Ran ran = inpaint(row.line);
        QVERIFY2(ran.status == row.status, row.line + QByteArray("\n") + ran.err);
        QVERIFY2(ran.err.contains(row.said), row.line + QByteArray("\n") + ran.err);
        QCOMPARE(ran.err.count('\n'), 1);
        QCOMPARE(bench_->listing(), before);
    }
}

void TestInpaint::the_disk_may_be_full() {
    const QStringList before = bench_->listing();
    const Ran ran =
        bench_->run(words("inpaint --image photo.png --mask mask.png --out a.png --engine telea"),
                    [](QProcess& process) {
                        process.setChildProcessModifier([] {
                            const rlimit limit{64, 64};
                            ::setrlimit(RLIMIT_FSIZE, &limit);
                        });
                    });
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.err.contains("full"), ran.err);
    QCOMPARE(bench_->listing(), before);
}

void TestInpaint::stopped_and_killed_work_goes_on() {
    constexpr int photos = 60;
    for (int i = 0; i < photos; ++i)
        put(("p/" + std::to_string(100 + i) + ".png").c_str(), scenery(16, i));
    const QStringList start =
        words("inpaint --image p --mask mask.png --out out --engine telea --skip-done --json");
    const Ran stopped = bench_->interrupted(start, "file", 2, SIGINT);
    QCOMPARE(stopped.status, 130);
    QCOMPARE(stopped.json().last()[QLatin1String("outcome")].toString(), QStringLiteral("stopped"));
    const Ran killed = bench_->interrupted(start, "file", 9, SIGKILL);
    QCOMPARE(killed.status, -1);
    const Ran rest = bench_->run(start);
    QVERIFY2(rest.status == 0, rest.err);
    int done = 0, skipped = 0;
    for (const QJsonObject& object : rest.json()) {
        done += object[QLatin1String("state")] == QLatin1String("done");
        skipped += object[QLatin1String("state")] == QLatin1String("skipped");
    }
    QCOMPARE(done + skipped, photos);
    QVERIFY(done > 0 && skipped >= 2);
    QCOMPARE(
        bench_->run(words("inpaint --image p --mask mask.png --out unhurt --engine telea")).status,
        0);
    for (int i = 0; i < photos; ++i) {
        const QString name = QLatin1Char('/') + QString::number(100 + i) + QStringLiteral(".png");
        QVERIFY(bench_->read(QStringLiteral("out") + name) ==
                bench_->read(QStringLiteral("unhurt") + name));
    }
}

QTEST_GUILESS_MAIN(TestInpaint)
#include "test_inpaint.moc"
