#include "cli/program.h"
#include "core/image/image_file.h"

/// A model and folders of images judged from the command line.
class TestEvaluate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void a_table_for_people();
    void lines_for_scripts();
    void everything_goes_into_a_file();
    void what_was_found_is_kept_with_the_model();
    void a_folder_is_judged_with_broken_files_listed();
    void unknown_words_are_refused();
    void what_cannot_be_had_is_a_sentence();
    void stop_while_images_are_made_leaves_nothing_half();

private:
    Ran evaluate(const char* more) const {
        return bench_.run(words("evaluate run --dataset shapes --count 16 --steps 2 --threads 1") +
                          words(more));
    }

    Bench bench_;
};

void TestEvaluate::initTestCase() {
    write_idx(bench_, QStringLiteral("shapes"));
    const Ran ran = bench_.run(training_words(QStringLiteral("run"), 64));
    QVERIFY2(ran.status == 0, ran.err);
}

void TestEvaluate::a_table_for_people() {
    const Ran ran = evaluate("");
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY2(ran.out.contains("run against"), ran.out);
    QVERIFY2(ran.out.contains("16 images of seed 1 against 16, 28 x 28"), ran.out);
    QVERIFY2(ran.out.contains("steps 2"), ran.out);
    QVERIFY2(ran.out.contains("Sliced Wasserstein distance of patches × 1000"), ran.out);
    QVERIFY2(ran.out.contains("× real"), ran.out);
    // No classifier is known for one's own images: said, and the others are measured.
    QVERIFY2(ran.err.contains("Left out: fcd, kid, precision"), ran.err);
    // Columns end at the same place.
    int end = -1;
    for (const QByteArray& line : ran.out.split('\n')) {
        const QString text = QString::fromUtf8(line);
        if (!text.contains(QStringLiteral(" 16 ")) || text.contains(QStringLiteral("against")))
            continue;
        const auto at = text.indexOf(QStringLiteral(" 16 "));
        QVERIFY(end < 0 || end == at);
        end = int(at);
    }
    QVERIFY(end > 0);
}

void TestEvaluate::lines_for_scripts() {
    const Ran ran = evaluate("--metrics swd,msssim --seed 5 --json");
    QVERIFY2(ran.status == 0, ran.err);
    QStringList ids;
    for (const QJsonObject& line : ran.json()) {
        QVERIFY(!line.isEmpty());
        if (line[QStringLiteral("event")].toString() != QStringLiteral("figure")) continue;
        ids.append(line[QStringLiteral("id")].toString());
        QCOMPARE(line[QStringLiteral("seed")].toInt(), 5);
        QCOMPARE(line[QStringLiteral("n")].toInt(), 16);
        QVERIFY(line[QStringLiteral("value")].isDouble());
        QVERIFY(line[QStringLiteral("error")].isDouble());
        QVERIFY(line[QStringLiteral("real")].isDouble());
        QVERIFY(line[QStringLiteral("blurred")].isDouble());
    }
    QCOMPARE(ids, words("swd swd_28 swd_14 msssim"));
    QCOMPARE(ran.json().last()[QStringLiteral("outcome")].toString(), QStringLiteral("done"));
    const auto figures = [](const Ran& of) {
        QList<QJsonObject> lines = of.json();
        lines.removeIf([](const QJsonObject& line) {
            return line[QStringLiteral("event")].toString() != QStringLiteral("figure");
        });
        return lines;
    };
    QCOMPARE(figures(evaluate("--metrics swd,msssim --seed 5 --json")), figures(ran));
}

void TestEvaluate::everything_goes_into_a_file() {
    const Ran ran = evaluate("--metrics swd,nearest --out e.json --nearest n.png --json");
    QVERIFY2(ran.status == 0, ran.err);
    const QJsonObject found =
        QJsonDocument::fromJson(bench_.read(QStringLiteral("e.json"))).object();
    QCOMPARE(found[QStringLiteral("n")].toInt(), 16);
    QCOMPARE(found[QStringLiteral("figures")].toArray().size(), 5);
    QCOMPARE(found[QStringLiteral("settings")].toObject()[QStringLiteral("steps")].toString(),
             QStringLiteral("2"));
    const daguerre::Image gallery =
        daguerre::read_image(bench_.path(QStringLiteral("n.png")).toStdString());
    QCOMPARE(gallery.width, 4 * (2 * 28 + 1) + 3 * 6);  // four twos a row
    QCOMPARE(gallery.height, 4 * 28 + 3 * 6);
}

void TestEvaluate::what_was_found_is_kept_with_the_model() {
    const Ran ran = evaluate("--metrics swd --json");
    QVERIFY2(ran.status == 0, ran.err);
    const QJsonArray files = ran.json().last()[QStringLiteral("files")].toArray();
    QCOMPARE(files.size(), 1);
    QFile kept(files[0].toString());
    QVERIFY(kept.fileName().contains(QStringLiteral("/evaluations/")));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QVERIFY(QJsonDocument::fromJson(kept.readAll()).isArray());
}

void TestEvaluate::a_folder_is_judged_with_broken_files_listed() {
    const Ran made = bench_.run(words("generate run --steps 2 --count 12 --threads 1 --out made"));
    QVERIFY2(made.status == 0, made.err);
    bench_.write(QStringLiteral("made/0003.png"), "no picture");
    const Ran ran = bench_.run(words("evaluate made --dataset shapes --metrics swd --json"));
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY2(ran.err.contains("0003.png"), ran.err);
    QVERIFY2(ran.err.contains("fewer than 10000"), ran.err);
    for (const QJsonObject& line : ran.json())
        if (line[QStringLiteral("event")].toString() == QStringLiteral("figure"))
            QCOMPARE(line[QStringLiteral("n")].toInt(), 11);
}

void TestEvaluate::unknown_words_are_refused() {
    const Ran metric = evaluate("--metrics msim");
    QCOMPARE(metric.status, 2);
    QVERIFY2(metric.err.contains("“msssim”"), metric.err);
    QCOMPARE(bench_.run(words("evaluate rnn --dataset shapes")).status, 2);
    QCOMPARE(evaluate("--split half").status, 2);
    QCOMPARE(evaluate("--count 1").status, 1);
}

void TestEvaluate::what_cannot_be_had_is_a_sentence() {
    const Ran ran = evaluate("--metrics fcd");
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.err.contains("--family classifier"), ran.err);
    const Ran network = evaluate("--metrics fcd --features run");
    QCOMPARE(network.status, 1);
    QVERIFY2(network.err.contains("a classifier is needed here"), network.err);
    QCOMPARE(evaluate("--nearest n.txt").status, 1);
}

void TestEvaluate::stop_while_images_are_made_leaves_nothing_half() {
    const QStringList before = bench_.listing();
    const Ran ran = bench_.interrupted(
        words("evaluate run --dataset shapes --count 1000000 --steps 1 --threads 1 --metrics swd "
              "--out stopped.json --json"),
        "progress", 1, SIGINT);
    QCOMPARE(ran.status, 130);
    QCOMPARE(ran.json().last()[QStringLiteral("outcome")].toString(), QStringLiteral("stopped"));
    QCOMPARE(bench_.listing(), before);
}

QTEST_GUILESS_MAIN(TestEvaluate)
#include "test_evaluate.moc"
