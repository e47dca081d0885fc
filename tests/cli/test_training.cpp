#include <sys/resource.h>

#include "cli/program.h"

/// What training says and bears, beside making a model.
class TestTraining : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_full_disk_leaves_the_last_state_whole();
    void what_it_took_stands_beside_what_was_estimated();
};

void TestTraining::a_full_disk_leaves_the_last_state_whole() {
    Bench bench;
    write_idx(bench, QStringLiteral("shapes"));
    QCOMPARE(bench.run(training_words(QStringLiteral("full"), 80)).status, 0);
    const QString state = QStringLiteral("full/state.safetensors");
    const QByteArray before = bench.read(state);
    // Files can't grow to the size of a state: as on a full disk, but for this process alone.
    const auto narrow = [size = rlim_t(before.size() / 2)](QProcess& process) {
        process.setChildProcessModifier([size] {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{size, size};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
    };
    const Ran ran = bench.run(words("train --resume --out full --images 160"), narrow);
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.err.contains("” is full: “state.safetensors” could not be written. Training "
                              "stopped, and the last saved state is whole. Free some space, then "
                              "resume."),
             ran.err);
    QVERIFY(!before.isEmpty() && bench.read(state) == before);
    QVERIFY(bench.read(QStringLiteral("full/failed.json")).contains("is full"));
    for (const QString& entry : bench.listing())
        QVERIFY2(!entry.contains(QStringLiteral(".part")), qPrintable(entry));
    QCOMPARE(bench.run(words("train --resume --out full")).status, 0);
    QVERIFY(bench.read(QStringLiteral("full/failed.json")).isEmpty());
    QCOMPARE(bench.run(training_words(QStringLiteral("roomy"), 160)).status, 0);
    const QString model = QStringLiteral("/model/unet/diffusion_pytorch_model.safetensors");
    QVERIFY(bench.read(QStringLiteral("full") + model) ==
            bench.read(QStringLiteral("roomy") + model));
}

void TestTraining::what_it_took_stands_beside_what_was_estimated() {
    Bench bench;
    write_idx(bench, QStringLiteral("shapes"));
    const Ran ran = bench.run(training_words(QStringLiteral("run"), 80, words("--json")));
    QCOMPARE(ran.status, 0);
    QJsonObject bill;
    for (const QJsonObject& object : ran.json())
        if (object[QStringLiteral("event")] == QStringLiteral("bill")) bill = object;
    QVERIFY(bill[QStringLiteral("bytes")].toDouble() > 1e8);
    QVERIFY(bill[QStringLiteral("estimated_bytes")].toDouble() > 3e8);
    QVERIFY(bill[QStringLiteral("seconds")].toDouble() > 0);
    QVERIFY2(ran.err.contains("of memory (estimated: "), ran.err);
    QVERIFY(!bench.read(QStringLiteral("run/floor.json")).isEmpty());
}

QTEST_GUILESS_MAIN(TestTraining)
#include "test_training.moc"
