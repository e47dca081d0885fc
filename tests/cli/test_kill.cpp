#include <algorithm>

#include "cli/program.h"

/// kill -9 at many moments, resumed each time: the end is that of a run which nobody hurt.
class TestKill : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_run_killed_again_and_again_ends_the_same();
};

void TestKill::a_run_killed_again_and_again_ends_the_same() {
    constexpr int images = 4000;
    Bench bench;
    write_idx(bench, QStringLiteral("shapes"));
    const QStringList start =
        training_words(QStringLiteral("killed"), images, words("--set autosave=1 --json"));
    const QStringList resume = words("train --resume --out killed --json");
    Ran ran = bench.interrupted(start, "preview", 1, SIGKILL);
    for (int kill = 0; kill < 25 && ran.status == -1; ++kill)
        ran = bench.interrupted(resume, kill % 2 ? "preview" : "saved", 1 + kill % 3, SIGKILL);
    if (ran.status == -1) ran = bench.run(resume);
    QVERIFY2(ran.status == 0, ran.err);
    QCOMPARE(bench.run(training_words(QStringLiteral("unhurt"), images)).status, 0);
    const QString file = QStringLiteral("/model/unet/diffusion_pytorch_model.safetensors");
    QVERIFY(!bench.read(QStringLiteral("unhurt") + file).isEmpty());
    QVERIFY(bench.read(QStringLiteral("killed") + file) ==
            bench.read(QStringLiteral("unhurt") + file));
}

QTEST_GUILESS_MAIN(TestKill)
#include "test_kill.moc"
