#include <cmath>

#include "cli/program.h"
#include "core/image/image_file.h"

/// The measurements of filling, on photos made here.
class TestBenchInpaint : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void every_hole_is_measured_by_every_engine();
    void summaries_are_the_means();
    void gates_decide_the_status();
    void the_same_seed_gives_the_same_figures();
    void variants_are_measured_apart();
    void sheets_are_written();
    void what_is_missing_is_said();
    void stop_ends_it();

private:
    /// The lines of this event.
    static QList<QJsonObject> only(const Ran& ran, const char* event) {
        QList<QJsonObject> lines;
        for (const QJsonObject& line : ran.json())
            if (line[QStringLiteral("event")] == QLatin1String(event)) lines.append(line);
        return lines;
    }
    static double number(const QJsonObject& line, const char* key) {
        return line[QLatin1String(key)].toDouble(std::nan(""));
    }
    static QString text(const QJsonObject& line, const char* key) {
        return line[QLatin1String(key)].toString();
    }
    Ran bench(const char* more) const {
        return bench_.run(words("bench inpaint --photos photos --engines telea") + words(more));
    }

    Bench bench_;
    Ran first_;
};

void TestBenchInpaint::initTestCase() {
    QVERIFY(QDir().mkpath(bench_.path(QStringLiteral("photos"))));
    const auto write = [&](const char* name, int width, int height, int channels) {
        daguerre::Image image = daguerre::Image::blank(width, height, channels);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width * channels; ++x)
                image.row<std::uint8_t>(y)[std::size_t(x)] =
                    std::uint8_t(128 + 60 * std::sin(x / 9.0) * std::cos(y / 7.0) + (x * y) % 31);
        daguerre::write_image(bench_.path(QLatin1String(name)).toStdString(), image);
    };
    write("photos/a.png", 160, 120, 3);
    write("photos/b.png", 96, 140, 1);
    first_ = bench("--masks lines,thin --json");
}

void TestBenchInpaint::every_hole_is_measured_by_every_engine() {
    QStringList seen;
    for (const QJsonObject& line : only(first_, "result")) {
        seen += text(line, "photo") + QLatin1Char(' ') + text(line, "mask") + QLatin1Char(' ') +
                text(line, "engine");
        for (const char* key : {"l1", "psnr_hole", "psnr", "ssim", "grad", "swd", "swdhp", "seam",
                                "seconds", "quiet_ms", "cpu_seconds", "peak_mb", "hole", "seed"})
            if (text(line, "mask") != QLatin1String("lines") || strcmp(key, "grad") != 0)
                QVERIFY2(std::isfinite(number(line, key)), key);
        QCOMPARE(number(line, "outside_changed"), 0.0);
        if (text(line, "mask") == QLatin1String("lines")) QCOMPARE(number(line, "hole"), 0.5);
        QVERIFY(number(line, "peak_mb") > 1);
    }
    QStringList wanted;
    for (const char* photo : {"a.png", "b.png"})
        for (const char* mask : {"lines", "thin"})
            for (const char* engine : {"ns", "telea", "mean"})
                wanted +=
                    QStringLiteral("%1 %2 %3")
                        .arg(QLatin1String(photo), QLatin1String(mask), QLatin1String(engine));
    QCOMPARE(seen, wanted);
}

void TestBenchInpaint::summaries_are_the_means() {
    const QList<QJsonObject> results = only(first_, "result"), lines = only(first_, "summary");
    QCOMPARE(lines.size(), 6);
    for (const QJsonObject& line : lines) {
        QCOMPARE(number(line, "n"), 2.0);
        double sum = 0, telea = 0;
        for (const QJsonObject& result : results) {
            if (text(result, "mask") != text(line, "mask")) continue;
            if (text(result, "engine") == text(line, "engine")) sum += number(result, "l1") / 2;
            if (text(result, "engine") == QLatin1String("telea")) telea += number(result, "l1") / 2;
        }
        QVERIFY(std::abs(number(line, "l1") - sum) < 1e-9);
        const QJsonObject ratios = line[QStringLiteral("by_telea")].toObject();
        QVERIFY(std::abs(number(ratios, "l1") - sum / telea) < 1e-9);
    }
}

void TestBenchInpaint::gates_decide_the_status() {
    bool all = true;
    for (const QJsonObject& gate : only(first_, "gate")) {
        all = all && gate[QStringLiteral("pass")].toBool();
        QVERIFY(gate[QStringLiteral("limit")].toArray().size() == 2);
    }
    QCOMPARE(only(first_, "gate").last()[QStringLiteral("name")].toString(),
             QStringLiteral("outside_changed"));
    QVERIFY2(first_.status == (all ? 0 : 1), first_.err);
    QCOMPARE(only(first_, "done").size(), 1);
}

void TestBenchInpaint::the_same_seed_gives_the_same_figures() {
    const auto figures = [](const Ran& ran) {
        QJsonArray kept;
        for (QJsonObject line : only(ran, "result")) {
            for (const char* key : {"seconds", "quiet_ms", "cpu_seconds", "peak_mb"})
                line.remove(QLatin1String(key));
            kept.append(line);
        }
        return kept;
    };
    QCOMPARE(figures(bench("--masks lines,thin --json --threads 1")), figures(first_));
    QVERIFY(figures(bench("--masks lines,thin --json --seed 2")) != figures(first_));
}

void TestBenchInpaint::variants_are_measured_apart() {
    const QList<QJsonObject> lines = only(bench("--masks thin --variants 2"), "result");
    QCOMPARE(lines.size(), 12);
    QCOMPARE(number(lines[0], "seed"), 1.0);
    QCOMPARE(number(lines[1], "seed"), 2.0);
    QCOMPARE(number(lines[0], "spread"), 0.0);  // ns is the same for every seed
}

void TestBenchInpaint::sheets_are_written() {
    QVERIFY(!bench("--masks lines --sheet sheets").out.isEmpty());
    const auto image =
        daguerre::read_image(bench_.path(QStringLiteral("sheets/lines-a.png")).toStdString());
    QCOMPARE(image.width, 3 * 120 + 2 * 4);  // photo, hole, telea; the central square
    QCOMPARE(image.height, 120 + 20);
    QVERIFY(QFile::exists(bench_.path(QStringLiteral("sheets/lines-b.png"))));
}

void TestBenchInpaint::what_is_missing_is_said() {
    struct Case {
        const char *line, *said;
        int status;
    };
    bench_.write(QStringLiteral("broken.png"), "no picture");
    for (const Case& each : {
             Case{"bench inpaint", "--data names", 1},
             {"bench inpaint --photos nowhere.png", "“nowhere.png”", 1},
             {"bench inpaint --photos broken.png", "“broken.png”", 1},
             {"bench inpaint --photos home", "“home”", 1},
             {"bench inpaint --photos photos --masks thni", "“thin”", 2},
             {"bench inpaint --photos photos --engines tele", "“telea”", 2},
             {"bench inpaint --photos photos --engines model", "--model", 1},
             {"bench inpaint --masks none --scenes", "“bench.png”", 1},
             {"bench inpaint --batch 2", "“--batch”", 2},
             {"bench start --scenes", "“--scenes”", 2},
         }) {
        const Ran ran = bench_.run(words(each.line));
        QVERIFY2(ran.status == each.status, each.line + ran.err);
        QVERIFY2(ran.err.contains(each.said), ran.err);
    }
}

void TestBenchInpaint::stop_ends_it() {
    const Ran ran = bench_.interrupted(
        words("bench inpaint --photos photos --masks thin --variants 9 --engines telea --json"),
        "result", 1, SIGINT);
    QCOMPARE(ran.status, 130);
    QVERIFY(only(ran, "summary").isEmpty());
    QCOMPARE(text(only(ran, "done").first(), "outcome"), QStringLiteral("stopped"));
}

QTEST_GUILESS_MAIN(TestBenchInpaint)
#include "test_bench_inpaint.moc"
