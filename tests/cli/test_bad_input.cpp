#include <sys/resource.h>

#include "cli/program.h"

/// Broken files and impossible wishes: one sentence, status 1, nothing left behind.
class TestBadInput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void broken_data_is_refused();
    void broken_models_are_refused();
    void impossible_wishes_are_refused();
    void outputs_that_cannot_be_written_are_refused();
    void a_full_disk_leaves_nothing();

private:
    /// Status 1, one sentence that holds `said`, and the bench as it was before.
    void refused(const QStringList& line, const char* said, const Bench::Prepare& prepare = {});
    /// A copy of the model with one file changed.
    void broken_model(const QString& name, const QString& file,
                      const std::function<QByteArray(QByteArray)>& change);

    Bench bench_;
};

void TestBadInput::initTestCase() {
    write_idx(bench_, QStringLiteral("shapes"));
    const Ran ran = bench_.run(training_words(QStringLiteral("run"), 16));
    QVERIFY2(ran.status == 0, ran.err);
}

void TestBadInput::refused(const QStringList& line, const char* said,
                           const Bench::Prepare& prepare) {
    const QStringList before = bench_.listing();
    const Ran ran = bench_.run(line + QStringList{QStringLiteral("--quiet")}, prepare);
    const QByteArray shown = line.join(u' ').toUtf8() + ": " + ran.err;
    QVERIFY2(ran.status == 1, shown);
    QVERIFY2(ran.err.count('\n') == 1 && ran.err.contains(said), shown);
    QCOMPARE(bench_.listing(), before);
}

void TestBadInput::broken_data_is_refused() {
    const QByteArray images = bench_.read(QStringLiteral("shapes/train-images-idx3-ubyte"));
    const QByteArray labels = bench_.read(QStringLiteral("shapes/train-labels-idx1-ubyte"));
    bench_.write(QStringLiteral("short/train-images-idx3-ubyte"), images.left(images.size() / 2));
    bench_.write(QStringLiteral("short/train-labels-idx1-ubyte"), labels);
    bench_.write(QStringLiteral("short.zip"),
                 QByteArray("PK\x03\x04").append(QByteArray(60, '\1')));
    bench_.write(QStringLiteral("words/read.me"), "no image");
    for (const char* name : {"short", "short.zip", "words"}) {
        refused({QStringLiteral("inspect"), QLatin1String(name)}, name);
        refused(words("train --family diffusion --out r2") + QStringList{QLatin1String(name)},
                name);
        refused(words("fetch mine --from") + QStringList{QLatin1String(name)}, name);
    }

    // The header of a grey PNG of 100,000 x 100,000; checksums are never reached.
    const QByteArray giant = QByteArray("\x89PNG\r\n\x1a\n") + big_endian(13) + "IHDR" +
                             big_endian(100000) + big_endian(100000) +
                             QByteArray("\x08\0\0\0\0", 5) + big_endian(0xab4f5b5a) +
                             big_endian(0) + "IDAT" + big_endian(0x35af061e);
    bench_.write(QStringLiteral("giant.png"), giant);
    refused(words("inspect giant.png"), "giant.png");
    bench_.write(QStringLiteral("text.png"), "no image");
    refused(words("inspect text.png"), "text.png");
    refused(words("inspect not-there.png"), "not-there.png");
}

void TestBadInput::broken_model(const QString& name, const QString& file,
                                const std::function<QByteArray(QByteArray)>& change) {
    const QString model = QStringLiteral("run/model/");
    QDirIterator each(bench_.path(model), QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        const QString inner = QDir(bench_.path(model)).relativeFilePath(each.next());
        const QByteArray bytes = bench_.read(model + inner);
        bench_.write(name + u'/' + inner, inner == file ? change(bytes) : bytes);
    }
}

void TestBadInput::broken_models_are_refused() {
    const QString weights = QStringLiteral("unet/diffusion_pytorch_model.safetensors");
    const QString config = QStringLiteral("unet/config.json");
    const auto replaced = [](const QByteArray& from, const QByteArray& to) {
        return [=](QByteArray bytes) { return bytes.replace(from, to); };
    };
    // Same length, so that the header's own length stays right.
    broken_model(QStringLiteral("lacks"), weights, replaced("conv_in.bias", "conv_in.bian"));
    broken_model(QStringLiteral("bent"), config, replaced("_channels\": 1", "_channels\": 3"));
    broken_model(QStringLiteral("cut"), weights, [](QByteArray all) { return all.left(5000); });
    broken_model(QStringLiteral("odd"), config,
                 replaced("\"in_channels\"", "\"colour_of_hat\": 1, \"in_channels\""));
    broken_model(QStringLiteral("torn"), config, [](QByteArray all) { return all.left(40); });
    struct Case {
        const char *model, *said;
    };
    for (const Case& each : {Case{"lacks", "conv_in.bias"},
                             {"bent", "conv_in.weight"},
                             {"cut", "diffusion_pytorch_model.safetensors"},
                             {"odd", "colour_of_hat"},
                             {"torn", "config.json"}}) {
        const QString name = QLatin1String(each.model);
        refused(words("generate --out x.png") + QStringList{name}, each.said);
        refused({QStringLiteral("inspect"), name}, each.said);
    }
}

void TestBadInput::impossible_wishes_are_refused() {
    bench_.write(QStringLiteral("keys.json"), "{\"btch\": 8}");
    bench_.write(QStringLiteral("list.json"), "[8]");
    bench_.write(QStringLiteral("torn.json"), "{\"batch\": ");
    struct Case {
        const char *line, *said;
    };
    for (const Case& each : {
             Case{"generate run --out x.png --steps 0", "steps"},
             {"generate run --out x.png --steps ten", "steps"},
             {"generate run --out x.png --class 4", "4"},
             {"generate run --out x.png --class giraffe", "giraffe"},
             {"generate run --out x.png --seed -1", "seed"},
             {"generate run --out x.png --seed 4294967296", "4294967295"},
             {"generate run --out x.png --count 0", "count"},
             {"generate run --out x.png --guidance -1", "guidance"},
             {"generate run --out x.png --device cuda:63", "cuda"},
             {"generate run --out x.png --film x.avi", "x.avi"},
             {"generate run --out x.gif.png --film x.gif.png", "x.gif.png"},
             {"train shapes --family diffusion --out r2 --config keys.json", "“batch”"},
             {"train shapes --family diffusion --out r2 --config list.json", "list.json"},
             {"train shapes --family diffusion --out r2 --config torn.json", "torn.json"},
             {"train shapes --family diffusion --out r2 --config gone.json", "gone.json"},
             {"train shapes --family diffusion --out run", "run"},
             {"train --resume --out r2", "r2"},
             {"bench sample --config keys.json", "btch"},
         })
        refused(words(each.line), each.said);
}

void TestBadInput::outputs_that_cannot_be_written_are_refused() {
    bench_.write(QStringLiteral("file"), "in the way");
    refused(words("generate run --out file/x.png"), "file");
    refused(words("generate run --out file/folder"), "file");
    refused(words("generate run --out file"), "file");
    refused(words("generate run --out shapes.png --film file/x.gif"), "file");
    refused(words("generate run --out run/model/x.png"), "run/model");
    refused(words("train shapes --family diffusion --out file/r2"), "file");
}

/// No file of this process may grow over `bytes`: writing then fails as on a full disk.
void TestBadInput::a_full_disk_leaves_nothing() {
    const auto small_disk = [](QProcess& process) {
        process.setChildProcessModifier([] {
            const rlimit limit{64, 64};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
    };
    refused(words("generate run --out x.png --steps 1"), "full", small_disk);
    refused(words("train shapes --family diffusion --out r2 --images 8"), "full", small_disk);
}

QTEST_GUILESS_MAIN(TestBadInput)
#include "test_bad_input.moc"
