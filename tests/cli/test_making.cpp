#include <algorithm>

#include "cli/program.h"
#include "core/image/image_file.h"
#include "core/image/record.h"

/// A model trained and used from the command line.
class TestMaking : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void training_leaves_a_run();
    void one_file_or_a_folder();
    void same_seed_same_pixels_for_any_count();
    void a_grid_holds_its_images();
    void the_record_says_how();
    void steps_are_saved();
    void a_film_is_written();
    void what_the_model_lacks_is_refused();
    void samplers_have_names_elsewhere();
    void stop_keeps_whole_images();
    void stop_keeps_what_was_learned();
    void resume_equals_going_on();
    void kill_costs_no_more_than_the_last_state();

private:
    daguerre::Image image(const char* name) const {
        return daguerre::read_image(bench_.path(QLatin1String(name)).toStdString());
    }
    Ran generate(const char* more) const {
        return bench_.run(words("generate run --steps 2 --threads 1 --json") + words(more));
    }
    QByteArray weights(const char* run) const {
        return bench_.read(QLatin1String(run) +
                           QStringLiteral("/model/unet/diffusion_pytorch_model.safetensors"));
    }
    /// Trains `run` anew or goes on, to this many images; checks that it worked.
    void train(const char* run, int images, const QStringList& more = {}) {
        const Ran ran = bench_.run(training_words(QLatin1String(run), images, more));
        QVERIFY2(ran.status == 0, ran.err);
    }
    void resume(const char* run, int images) {
        const Ran ran = bench_.run(
            words("train --resume --out") +
            QStringList{QLatin1String(run), QStringLiteral("--images"), QString::number(images)});
        QVERIFY2(ran.status == 0, ran.err);
    }

    Bench bench_;
};

void TestMaking::initTestCase() {
    write_idx(bench_, QStringLiteral("shapes"));
    train("run", 96);
}

void TestMaking::training_leaves_a_run() {
    for (const char* file :
         {"run/run.json", "run/log.jsonl", "run/state.safetensors", "run/model/model_index.json",
          "run/model/daguerre.json", "run/model/unet/config.json",
          "run/model/scheduler/scheduler_config.json"})
        QVERIFY2(!bench_.read(QLatin1String(file)).isEmpty(), file);
    QVERIFY(!weights("run").isEmpty());
    QVERIFY(!QDir(bench_.path(QStringLiteral("run/previews")))
                 .entryList({QStringLiteral("*.png")})
                 .isEmpty());
}

void TestMaking::one_file_or_a_folder() {
    QCOMPARE(generate("--out one.png").status, 0);
    QCOMPARE(image("one.png").width, 28);
    const Ran ran = generate("--out folder --count 3");
    QCOMPARE(ran.status, 0);
    const QDir folder(bench_.path(QStringLiteral("folder")));
    QCOMPARE(folder.entryList(QDir::Files), words("0000.png 0001.png 0002.png"));
    const QJsonObject done = ran.json().last();
    QCOMPARE(done[QStringLiteral("files")].toArray().size(), 3);
    QCOMPARE(done[QStringLiteral("seed")].toInt(), 1);
}

void TestMaking::same_seed_same_pixels_for_any_count() {
    QCOMPARE(generate("--out alone --count 1 --seed 12").status, 0);
    QCOMPARE(generate("--out nine --count 9 --seed 4").status, 0);
    QVERIFY(image("alone/0000.png").pixels == image("nine/0008.png").pixels);
    QVERIFY(image("alone/0000.png").pixels != image("nine/0000.png").pixels);
}

void TestMaking::a_grid_holds_its_images() {
    QCOMPARE(generate("--out nine.png --count 9 --seed 4").status, 0);
    const daguerre::Image grid = image("nine.png"), last = image("nine/0008.png");
    QCOMPARE(grid.width, grid.height);
    const daguerre::Rect corner{grid.width - 28, grid.height - 28, 28, 28};
    QVERIFY(daguerre::crop(grid, corner).pixels == last.pixels);
}

void TestMaking::the_record_says_how() {
    QCOMPARE(generate("--out record.png --seed 7 --class 2").status, 0);
    const auto record = daguerre::record_of(image("record.png").metadata);
    QVERIFY(record);
    const auto said = [&](const char* key) {
        for (const auto& [name, value] : record->parameters)
            if (name == key) return value;
        return std::string();
    };
    QCOMPARE(said("Seed"), std::string("7"));
    QCOMPARE(said("Steps"), std::string("2"));
}

void TestMaking::steps_are_saved() {
    QCOMPARE(generate("--out s.png --count 2 --sampler euler --save-steps steps").status, 0);
    for (const char* each : {"0000", "0001"}) {
        const QDir folder(bench_.path(QStringLiteral("steps/") + QLatin1String(each)));
        QCOMPARE(folder.entryList(QDir::Files),
                 words("denoised-000.png denoised-001.png x-000.png x-001.png"));
    }
    QCOMPARE(image("steps/0001/x-001.png").width, 28);
}

void TestMaking::a_film_is_written() {
    const Ran ran = generate("--out f.png --count 2 --film film.gif");
    if (ran.err.contains("ffmpeg, which isn't installed")) QSKIP("ffmpeg isn't installed");
    QCOMPARE(ran.status, 0);
    QVERIFY(bench_.read(QStringLiteral("film.gif")).startsWith("GIF89a"));
}

void TestMaking::what_the_model_lacks_is_refused() {
    const Ran ran = generate("--out x.png --sampler dpmpp_2n");
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.err.contains("“dpmpp_2m”"), ran.err);
    const Ran idle = generate("--out x.png --sampler heun --eta 0.5");
    QCOMPARE(idle.status, 2);
    QVERIFY2(idle.err.contains("doesn't follow eta"), idle.err);
}

void TestMaking::samplers_have_names_elsewhere() {
    const Ran ran = bench_.run(
        words("generate run --steps 2 --threads 1 --json --out named.png") +
        QStringList{QStringLiteral("--sampler"), QStringLiteral("DPM++ 2M SDE Exponential")});
    QVERIFY2(ran.status == 0, ran.err);
    QCOMPARE(generate("--out plain.png --sampler dpmpp_2m_sde --schedule exponential").status, 0);
    QVERIFY(image("named.png").pixels == image("plain.png").pixels);
    QCOMPARE(generate("--out other.png --sampler dpmpp_2m_sde --schedule linspace-b").status, 0);
    QVERIFY(image("other.png").pixels != image("plain.png").pixels);
}

void TestMaking::stop_keeps_whole_images() {
    // Ctrl-C when the first image is there; far more were asked for than can be made by then.
    const Ran ran = bench_.interrupted(
        words("generate run --steps 1 --count 100000 --threads 1 --out many --json"), "file", 1,
        SIGINT);
    QCOMPARE(ran.status, 130);
    const QJsonObject done = ran.json().last();
    QCOMPARE(done[QStringLiteral("outcome")].toString(), QStringLiteral("stopped"));
    const QJsonArray files = done[QStringLiteral("files")].toArray();
    QCOMPARE(QDir(bench_.path(QStringLiteral("many"))).entryList(QDir::Files | QDir::Hidden).size(),
             files.size());
    for (const auto& file : files) QCOMPARE(image(file.toString().toUtf8().constData()).width, 28);
}

void TestMaking::stop_keeps_what_was_learned() {
    const Ran ran =
        bench_.interrupted(training_words(QStringLiteral("stopped"), 10'000'000, words("--json")),
                           "preview", 1, SIGINT);
    QCOMPARE(ran.status, 130);
    QCOMPARE(ran.json().last()[QStringLiteral("outcome")].toString(), QStringLiteral("stopped"));
    QVERIFY(!weights("stopped").isEmpty());
    QCOMPARE(bench_.run(words("generate stopped --steps 1 --out stopped.png")).status, 0);
}

void TestMaking::resume_equals_going_on() {
    train("twice", 16);
    resume("twice", 48);
    train("once", 48);
    QVERIFY(!weights("once").isEmpty());
    QVERIFY(weights("once") == weights("twice"));
}

void TestMaking::kill_costs_no_more_than_the_last_state() {
    const Ran ran = bench_.interrupted(
        training_words(QStringLiteral("killed"), 256, words("--set autosave=1 --json")), "preview",
        1, SIGKILL);
    QCOMPARE(ran.status, -1);
    resume("killed", 256);
    train("unhurt", 256);
    QVERIFY(weights("killed") == weights("unhurt"));
}

QTEST_GUILESS_MAIN(TestMaking)
#include "test_making.moc"
