#include "cli/program.h"

/// What every command owes its user, found by reading its own help.
class TestCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void every_command_has_help();
    void every_command_refuses_an_unknown_option();
    void a_wrong_word_gives_2_and_the_nearest();
    void a_value_out_of_range_gives_1();
    void json_is_pure_and_ends_with_done();
    void quiet_says_nothing_but_the_result();
    void training_keys_are_listed();
    void a_full_output_is_an_error();

private:
    QStringList commands() const;
    Bench bench_;
};

QStringList TestCommands::commands() const {
    const QString help = QString::fromUtf8(bench_.run(words("--help")).out);
    QStringList names;
    for (const QString& line : help.section(QStringLiteral("Subcommands:"), 1).split(u'\n'))
        if (line.startsWith(QStringLiteral("  ")) && line.size() > 2 && line[2] != u' ')
            names.append(line.trimmed().section(u' ', 0, 0));
    return names;
}

void TestCommands::every_command_has_help() {
    QCOMPARE(
        commands(),
        words(
            "datasets fetch models train generate inpaint evaluate convert inspect devices bench"));
    for (const QString& name : commands()) {
        const Ran ran = bench_.run({name, QStringLiteral("--help")});
        QVERIFY2(ran.status == 0 && ran.err.isEmpty(), qPrintable(name));
        for (const char* option :
             {"--device", "--precision", "--threads", "--json", "--quiet", "--help"})
            QVERIFY2(ran.out.contains(option), qPrintable(name + QLatin1String(option)));
    }
}

void TestCommands::every_command_refuses_an_unknown_option() {
    for (const QString& name : commands()) {
        const Ran ran = bench_.run({name, QStringLiteral("--thraeds"), QStringLiteral("1")});
        QVERIFY2(ran.status == 2, qPrintable(name));
        QVERIFY2(ran.out.isEmpty(), ran.out);
        QCOMPARE(ran.err.count('\n'), 1);
        QVERIFY2(ran.err.contains("“--thraeds”") && ran.err.contains("“--threads”"), ran.err);
    }
}

void TestCommands::a_wrong_word_gives_2_and_the_nearest() {
    struct Case {
        const char *line, *said;
    };
    for (const Case& each : {
             Case{"", "command"},
             {"genrate digits --out x.png", "“generate”"},
             {"train mnist --out run", "--family"},
             {"train mnist --family difusion --out run", "“diffusion”"},
             {"train mnist --family diffusion", "--out"},
             {"train mnist --family diffusion --out run --set btch=8", "“batch”"},
             {"train mnist --family diffusion --out run --set batch", "KEY=VALUE"},
             {"train mnist --family diffusion --out run --precision bf61", "“bf16”"},
             {"train mnist --resume --out run", "--resume"},
             {"generate digits", "--out"},
             {"generate --out x.png", "MODEL"},
             {"generate digits --out", "needs a value"},
             {"generate digits more --out x.png", "“more”"},
             {"generate digits --out x.png --stesp 3", "“--steps”"},
             {"inspect", "FILE|DIR"},
             {"fetch mnits", "“mnist”"},
             {"bench smaple", "“sample”"},
         }) {
        const Ran ran = bench_.run(words(each.line));
        QVERIFY2(ran.status == 2, each.line + ran.err);
        QVERIFY2(ran.err.contains(each.said) && ran.out.isEmpty(), ran.err);
    }
    QVERIFY(!QFile::exists(bench_.path(QStringLiteral("run"))));
}

void TestCommands::a_value_out_of_range_gives_1() {
    struct Case {
        const char *line, *said;
    };
    for (const Case& each : {
             Case{"train mnist --family diffusion --out run --set batch=0", "batch"},
             {"train mnist --family diffusion --out run --set batch=many", "batch"},
             {"train mnist --family diffusion --out run --set seed=-1", "seed"},
             {"train mnist --family diffusion --out run --images 0", "images"},
             {"models --threads 5000", "threads"},
             {"bench sample --batch 0", "batch"},
             {"fetch shapes --from nowhere", "nowhere"},
         }) {
        const Ran ran = bench_.run(words(each.line));
        QVERIFY2(ran.status == 1, each.line + ran.err);
        QVERIFY2(ran.err.contains(each.said), ran.err);
        QCOMPARE(ran.err.count('\n'), 1);
    }
    QVERIFY(!QFile::exists(bench_.path(QStringLiteral("run"))));
}

void TestCommands::json_is_pure_and_ends_with_done() {
    struct Case {
        const char *line, *outcome;
    };
    for (const Case& each : {
             Case{"datasets --json", "done"},
             {"models --json", "done"},
             {"inspect mnist --json", "done"},
             {"inspect nothing-there --json", "failed"},
             {"models --jsno --json", "failed"},
             {"train mnist --json", "failed"},
             {"fetch celeba --json", "failed"},
         }) {
        const QList<QJsonObject> objects = bench_.run(words(each.line)).json();
        QVERIFY2(!objects.isEmpty(), each.line);
        for (const QJsonObject& object : objects)
            QVERIFY2(object.contains(QStringLiteral("event")), each.line);
        const QJsonObject last = objects.last();
        QCOMPARE(last[QStringLiteral("event")].toString(), QStringLiteral("done"));
        QCOMPARE(last[QStringLiteral("outcome")].toString(), QLatin1String(each.outcome));
        for (const char* key : {"files", "seconds", "seed"})
            QVERIFY2(last.contains(QLatin1String(key)), each.line);
    }
}

void TestCommands::quiet_says_nothing_but_the_result() {
    const Ran ran = bench_.run(words("inspect mnist --quiet"));
    QCOMPARE(ran.status, 0);
    QVERIFY(ran.err.isEmpty());
    QVERIFY(ran.out.contains("60000"));
}

void TestCommands::training_keys_are_listed() {
    const Ran ran = bench_.run(words("train mnist --family diffusion --help"));
    QCOMPARE(ran.status, 0);
    for (const char* key : {"preset=", "batch=", "learning_rate=", "base_channels=", "images=",
                            "seed=", "ema=", "precision=", "autosave=", "objective=", "nano-28:"})
        QVERIFY2(ran.out.contains(key), key);
    QVERIFY(ran.out.contains("1 to 65536; default 64"));
}

void TestCommands::a_full_output_is_an_error() {
    if (!QFile::exists(QStringLiteral("/dev/full"))) QSKIP("this system has no /dev/full");
    const Ran ran = bench_.run(words("datasets"), [](QProcess& process) {
        process.setStandardOutputFile(QStringLiteral("/dev/full"));
    });
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.err.contains("full"), ran.err);
}

QTEST_GUILESS_MAIN(TestCommands)
#include "test_commands.moc"
