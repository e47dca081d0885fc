#include "cli/program.h"

/// Models and numbers in and out on the command line, by the bundled digits.
class TestConvert : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbers_start_pictures();
    void numbers_that_do_not_fit_are_refused();
    void a_model_becomes_a_folder_and_a_file();
    void the_bare_network_answers();

private:
    /// A .safetensors file of one tensor of zeros in float32.
    void write_zeros(const QString& name, const QByteArray& tensors, int values) const {
        QByteArray length(8, '\0');
        for (int i = 0; i < 4; ++i) length[i] = char(tensors.size() >> (8 * i));
        bench_.write(name, length + tensors + QByteArray(4 * values, '\0'));
    }
    Ran generate(const char* more) const {
        return bench_.run(words("generate digits --steps 2 --threads 1 --out o.png") + words(more));
    }

    Bench bench_;
};

void TestConvert::numbers_start_pictures() {
    write_zeros(QStringLiteral("start.safetensors"),
                R"({"x":{"dtype":"F32","shape":[3,1,28,28],"data_offsets":[0,9408]}})", 2352);
    const Ran ran =
        bench_.run(words("generate digits --steps 2 --threads 1 --out folder --json "
                         "--start start.safetensors --save-tensors s.safetensors"));
    QVERIFY2(ran.status == 0, ran.err);
    QCOMPARE(QDir(bench_.path(QStringLiteral("folder"))).entryList(QDir::Files).size(), 3);
    const QJsonArray files = ran.json().last()[QStringLiteral("files")].toArray();
    QCOMPARE(files.last().toString(), QStringLiteral("s.safetensors"));
    const QByteArray saved = bench_.read(QStringLiteral("s.safetensors"));
    for (const char* name : {"\"x.0\"", "\"x.2\"", "\"denoised.1\"", "[3,1,28,28]"})
        QVERIFY2(saved.contains(name), name);
    QVERIFY(!saved.contains("\"x.3\"") && !saved.contains("\"denoised.2\""));
}

void TestConvert::numbers_that_do_not_fit_are_refused() {
    const std::pair<const char*, const char*> cases[]{
        {"--start start.safetensors --count 2", "starts 3 images"},
        {"--start start.safetensors --sampler ddpm", "the sampler draws 1"},
        {"--start absent.safetensors", "isn't there"},
        {"--save-tensors steps.bin", ".safetensors"},
        {"--start start.safetensors --save-tensors start.safetensors", "both name"}};
    for (const auto& [more, said] : cases) {
        const Ran ran = generate(more);
        QVERIFY2(ran.status == 1 && ran.err.contains(said), ran.err);
        QVERIFY(bench_.read(QStringLiteral("o.png")).isEmpty());
    }
    QVERIFY2(
        generate("--start start.safetensors --count 3 --clamp off --schedule linspace-b").status ==
            0,
        "what fits is made");
}

void TestConvert::a_model_becomes_a_folder_and_a_file() {
    for (const char* out : {"folder-model", "model.safetensors"}) {
        const QStringList there = words(out);
        const Ran ran = bench_.run(words("convert digits --threads 1 --out") + there);
        QVERIFY2(ran.status == 0, ran.err);
        QVERIFY2(ran.err.contains("byte for byte"), ran.err);
        const Ran about = bench_.run(words("inspect --json") + there);
        QVERIFY2(about.status == 0, about.err);
        QCOMPARE(about.json().first()[QStringLiteral("family")].toString(),
                 QStringLiteral("diffusion"));
        QCOMPARE(bench_.run(words("convert digits --out") + there).status, 1);  // it exists
    }
}

void TestConvert::the_bare_network_answers() {
    write_zeros(QStringLiteral("in.safetensors"),
                R"({"t":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                R"("x":{"dtype":"F32","shape":[1,1,28,28],"data_offsets":[4,3140]},)"
                R"("class_labels":{"dtype":"I32","shape":[1],"data_offsets":[3140,3144]}})",
                786);
    const Ran ran =
        bench_.run(words("convert digits --probe in.safetensors --out out.safetensors"));
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY(bench_.read(QStringLiteral("out.safetensors")).contains("[1,1,28,28]"));
    const Ran gan =
        bench_.run(words("convert digits-gan --probe in.safetensors --out g.safetensors"));
    QVERIFY2(gan.status == 1 && gan.err.contains("gan"), gan.err);
}

QTEST_GUILESS_MAIN(TestConvert)
#include "test_convert.moc"
