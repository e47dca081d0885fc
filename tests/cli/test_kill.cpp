#include <algorithm>
#include <random>

#include "cli/program.h"

namespace {

constexpr int kills = 44, late_kills = 6;  // 50 in all
constexpr int images = 480;
constexpr double autosave = 1;  // seconds, the least there is

/// Where a run stands by its last saved state.
struct Saved {
    double images = 0, seconds = 0;  // of training
};

/// The header of a safetensors file, and what follows it.
std::pair<QJsonObject, QByteArray> parts_of(const QByteArray& file) {
    qint64 length = 0;
    if (file.size() < qint64(sizeof length)) return {};
    std::memcpy(&length, file.constData(), sizeof length);
    return {QJsonDocument::fromJson(file.mid(sizeof length, length)).object(),
            file.mid(qint64(sizeof length) + length)};
}

Saved saved_in(const Bench& bench, const QString& run) {
    const QJsonObject about = parts_of(bench.read(run + QStringLiteral("/state.safetensors")))
                                  .first[QStringLiteral("__metadata__")]
                                  .toObject();
    return {about[QStringLiteral("images_seen")].toString().toDouble(),
            about[QStringLiteral("active_seconds")].toString().toDouble()};
}

QList<QJsonObject> log_of(const Bench& bench, const QString& run) {
    QList<QJsonObject> lines;
    for (const QByteArray& line : bench.read(run + QStringLiteral("/log.jsonl")).split('\n'))
        if (const QJsonObject object = QJsonDocument::fromJson(line).object(); !object.isEmpty())
            lines.append(object);
    return lines;
}

/// Small, so that most of the time goes to starting.
QStringList tiny_words(const QString& run, int count) {
    return training_words(run, count,
                          words("--set autosave=1 --set size=8 --set base_channels=4"
                                " --set groups=4 --set multiples=1,2 --set attention=none"
                                " --set batch=4"));
}

using Moment = std::function<bool()>;

qint64 log_size(const QString& run) { return QFileInfo(run + QStringLiteral("/log.jsonl")).size(); }
QDateTime state_time(const QString& run) {
    return QFileInfo(run + QStringLiteral("/state.safetensors")).lastModified();
}

/// When the log has grown by so many bytes.
Moment while_steps_are_made(const QString& run, qint64 more) {
    return [run, to = log_size(run) + more] { return log_size(run) > to; };
}

/// When a state was saved, and the log has grown by so many bytes since; -1: at once.
Moment after_a_save(const QString& run, qint64 more) {
    return [run, more, before = state_time(run), to = qint64(-1)]() mutable {
        if (state_time(run) == before) return false;
        if (to < 0) to = log_size(run) + more;
        return log_size(run) > to;
    };
}

/// Between model and state, or within writing one of them.
Moment within_a_save(const QString& run) {
    return [run] {
        return !QDir(run)
                    .entryList({QStringLiteral(".*.part*")}, QDir::AllEntries | QDir::Hidden)
                    .isEmpty();
    };
}

Moment moment(const QString& run, std::mt19937& random) {
    const qint64 more = random() % 3000;
    switch (random() % 4) {
        case 0:
            return while_steps_are_made(run, more);
        case 1:
            return within_a_save(run);
        case 2:
            return after_a_save(run, -1);
        default:
            return after_a_save(run, more);
    }
}

/// Starts and kills once `moment` says so; -1 then, else how it ended by itself.
Ran killed_when(const Bench& bench, const QStringList& words, const Moment& moment) {
    QProcess process;
    bench.start(process, words);
    while (!process.waitForFinished(1) && process.state() != QProcess::NotRunning)
        if (moment()) {
            process.kill();
            break;
        }
    return Bench::finished(process);
}

/// Training after the last saved state that the log tells of: the seconds until each of its lines
/// but the last, whose final step may have taken long. A step begins only where the state is
/// younger than autosave says.
double lost_seconds(const Bench& bench, const QString& run, double segment) {
    const Saved saved = saved_in(bench, run);
    QList<double> lost;
    for (const QJsonObject& line : log_of(bench, run))
        if (line[QStringLiteral("segment")].toDouble() >= segment &&
            line[QStringLiteral("images")].toDouble() > saved.images)
            lost.append(line[QStringLiteral("seconds")].toDouble() - saved.seconds);
    return lost.size() < 2 ? 0 : lost[lost.size() - 2];
}

double next_segment(const Bench& bench, const QString& run) {
    const QList<QJsonObject> lines = log_of(bench, run);
    return lines.isEmpty() ? 0 : lines.last()[QStringLiteral("segment")].toDouble() + 1;
}

/// The weights and all else that training goes on from, but for the seconds that it took.
QByteArray what_counts(const Bench& bench, const QString& run) {
    auto [header, values] = parts_of(bench.read(run + QStringLiteral("/state.safetensors")));
    header.remove(QStringLiteral("__metadata__"));
    return QJsonDocument(header).toJson() + values +
           bench.read(run + QStringLiteral("/model/unet/diffusion_pytorch_model.safetensors"));
}

}  // namespace

/// kill -9 at many moments, resumed each time: the end is that of a run which nobody hurt.
class TestKill : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void no_more_than_an_autosave_is_lost();
    void a_run_killed_again_and_again_ends_the_same();
};

void TestKill::no_more_than_an_autosave_is_lost() {
    Bench bench;
    write_idx(bench, QStringLiteral("shapes"));
    const QString run = QStringLiteral("long");  // so that it isn't saved after a tenth
    QStringList start = tiny_words(run, 100'000'000);
    std::mt19937 random(21);
    double segment = 0, most_lost = 0;
    for (int killed = 0; killed < late_kills; ++killed) {
        const Ran ran = killed_when(bench, start, after_a_save(bench.path(run), random() % 12000));
        QVERIFY2(ran.status == -1, ran.err);
        const double lost = lost_seconds(bench, run, segment);
        QVERIFY2(lost < autosave, qPrintable(QString::number(lost)));
        most_lost = std::max(most_lost, lost);
        segment = next_segment(bench, run);
        start = words("train --resume --out long");
    }
    qInfo("%d kills, %.2f s of training lost at most", late_kills, most_lost);
    QVERIFY(most_lost > 0);
}

void TestKill::a_run_killed_again_and_again_ends_the_same() {
    Bench bench;
    write_idx(bench, QStringLiteral("shapes"));
    QCOMPARE(bench.run(tiny_words(QStringLiteral("unhurt"), images)).status, 0);
    const QByteArray unhurt = what_counts(bench, QStringLiteral("unhurt"));
    QVERIFY(unhurt.size() > 50000);
    std::mt19937 random(20);
    int killed = 0, ended = 0;
    double most_lost = 0;
    // A fast machine ends a run after few kills, so that there are as many runs as it takes.
    for (; killed < kills || ended == 0; ++ended) {
        QVERIFY2(ended < kills, "runs end before they can be killed");
        const QString run = QStringLiteral("killed-%1").arg(ended);
        QStringList start = tiny_words(run, images);
        double segment = 0;
        for (;;) {
            const auto never = [] { return false; };
            const Ran ran =
                killed_when(bench, start, killed < kills ? moment(bench.path(run), random) : never);
            if (ran.status != -1) {
                QVERIFY2(ran.status == 0, ran.err);
                break;
            }
            ++killed;
            const double lost = lost_seconds(bench, run, segment);
            QVERIFY2(lost < autosave, qPrintable(QString::number(lost)));
            most_lost = std::max(most_lost, lost);
            segment = next_segment(bench, run);
            // Without a run.json nothing was begun.
            if (QFileInfo::exists(bench.path(run + QStringLiteral("/run.json"))))
                start = words("train --resume --out") + QStringList{run};
        }
        QVERIFY(what_counts(bench, run) == unhurt);
    }
    qInfo("%d kills of %d runs, %.2f s of training lost at most", killed, ended, most_lost);
}

QTEST_GUILESS_MAIN(TestKill)
#include "test_kill.moc"
