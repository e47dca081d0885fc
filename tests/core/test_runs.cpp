#include "core/training/runs.h"

#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/base/files.h"
#include "core/training/checkpoint.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

class TestRuns : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/home/runs/" + name;
    }
    std::unique_ptr<TrainingRun> started(const std::string& name) const {
        return TrainingRun::start(folder_.path().toStdString() + "/shapes", "diffusion", path(name),
                                  tiny_settings());
    }
    static void replace_in(const fs::path& file, const std::string& what, const std::string& by) {
        std::string bytes = read_file(file, 1 << 30);
        const std::size_t at = bytes.find(what);
        QVERIFY(at != std::string::npos && what.size() == by.size());
        write_whole(file, bytes.replace(at, what.size(), by));
    }

private Q_SLOTS:
    void initTestCase() {
        qputenv("DAGUERRE_HOME", (folder_.path() + QStringLiteral("/home")).toUtf8());
        write_tiny_dataset(folder_.path().toStdString() + "/shapes");
    }

    void a_run_says_how_it_stands() {
        auto run = started("states");
        RunInfo info = look_at_run(path("states"));
        QVERIFY2(info.trouble.pattern.empty(), info.trouble.text().c_str());
        QVERIFY(info.state == RunState::Running);
        QCOMPARE(info.process, std::int64_t(::getpid()));
        QCOMPARE(info.family, std::string("diffusion"));
        QCOMPARE(info.images_total, std::int64_t(80));
        for (int i = 0; i < 4; ++i) run->advance();
        run->save();
        run.reset();
        info = look_at_run(path("states"));
        QVERIFY(info.state == RunState::Stopped);
        QCOMPARE(info.images_seen, std::int64_t(32));
        QCOMPARE(info.process, std::int64_t(0));
        run = TrainingRun::resume(path("states"));
        while (!run->finished()) run->advance();
        QCOMPARE(look_at_run(path("states")).images_seen, std::int64_t(80));  // by the log
        run->save();
        run.reset();
        QVERIFY(look_at_run(path("states")).state == RunState::Finished);
    }

    void a_failed_run_says_why_until_it_goes_on() {
        auto run = started("failed");
        run->advance();
        run->save();
        std::ofstream(path("failed") / "previews") << "a file where a folder should be";
        const std::string said = refusal([&] { run->make_preview({}); });
        QVERIFY(!said.empty());
        run.reset();
        const RunInfo info = look_at_run(path("failed"));
        QVERIFY(info.state == RunState::Failed);
        QCOMPARE(info.why, said);
        QCOMPARE(info.images_seen, std::int64_t(8));
        { TrainingRun::resume(path("failed")); }
        QVERIFY(look_at_run(path("failed")).state == RunState::Stopped);
        QVERIFY(look_at_run(path("failed")).why.empty());
    }

    void a_newer_run_is_refused_by_name() {
        {
            auto run = started("newer");
            run->advance();
            run->save();
        }
        const auto refused = [&](const char* file) {
            const std::string said = refusal([&] { TrainingRun::resume(path("newer")); });
            const bool same = look_at_run(path("newer")).trouble.text() == said;
            return same && said.find("newer version") != std::string::npos &&
                   said.find(file) != std::string::npos;
        };
        replace_in(path("newer") / "state.safetensors", "\"format_version\":\"1\"",
                   "\"format_version\":\"9\"");
        QVERIFY(refused("state.safetensors"));
        replace_in(path("newer") / "run.json", "\"format\": 1", "\"format\": 7");
        QVERIFY(refused("run.json"));
    }

    void what_lies_in_a_run_is_listed_in_order() {
        const fs::path run = path("listed");
        for (const char* name :
             {"previews/0000001000.png", "previews/0000000064.png", "previews/notes.png",
              "previews/0000000128.part", "checkpoints/0000000064/model/daguerre.json",
              "checkpoints/.0000000128.77.part/model/daguerre.json"})
            write_whole(run / name, "x");
        const auto previews = previews_of(run);
        QCOMPARE(previews.size(), std::size_t(2));
        QCOMPARE(previews[0].images, std::int64_t(64));
        QCOMPARE(previews[1].file, run / "previews/0000001000.png");
        const auto checkpoints = checkpoints_of(run);
        QCOMPARE(checkpoints.size(), std::size_t(1));
        QCOMPARE(checkpoints[0].folder, run / "checkpoints/0000000064/model");
        QVERIFY(!checkpoints[0].newest);
        QVERIFY(previews_of(path("nowhere")).empty() && checkpoints_of(path("nowhere")).empty());
        const auto newest = checkpoints_of(path("states")).back();
        QVERIFY(newest.newest);
        QCOMPARE(newest.images, std::int64_t(80));
        QCOMPARE(newest.folder, path("states"));
    }

    void the_newest_the_best_and_the_marked_checkpoints_stay() {
        const RunFolder run{path("keeping")};
        write_whole(run.model() / "daguerre.json", "{}");
        write_whole(path("keeping/checkpoints/.0000000001.77.part/state.safetensors"), "half");
        const double losses[]{0.5, 0.2, 0.4, 0.3, 0.35, 0.36, 0.37};
        for (std::int64_t i = 0; i < 7; ++i) {
            const std::string header = "{\"__metadata__\":{\"images_seen\":\"" + std::to_string(i) +
                                       "\",\"test_loss\":\"" + text_of(FieldValue(losses[i])) +
                                       "\"}}";
            const std::uint64_t length = header.size();
            write_whole(run.state(),
                        std::string(reinterpret_cast<const char*>(&length), 8) + header);
            run.keep_checkpoint(i);
            if (i == 2) set_kept(checkpoints_of(path("keeping")).at(2), true);
        }
        auto all = checkpoints_of(path("keeping"));
        std::vector<std::int64_t> images;
        for (const CheckpointInfo& each : all) images.push_back(each.images);
        QCOMPARE(images, (std::vector<std::int64_t>{1, 2, 4, 5, 6, 6}));
        for (const CheckpointInfo& each : all) {
            QCOMPARE(each.best, each.images == 1);
            QCOMPARE(each.kept, each.images == 2);
            QCOMPARE(each.test_loss, std::optional(losses[each.images]));
        }
        QVERIFY(!fs::exists(path("keeping/checkpoints/.0000000001.77.part")));
        set_kept(all.at(1), false);
        QVERIFY(!checkpoints_of(path("keeping")).at(1).kept);
        run.keep_checkpoint(6);
        QCOMPARE(checkpoints_of(path("keeping")).at(1).images, std::int64_t(4));
        QVERIFY(says(refusal<std::logic_error>([&] { set_kept(all.back(), true); }), "newest"));
    }

    void notes_come_back() {
        QCOMPARE(notes_of(path("states")), std::string());
        write_notes(path("states"), "lower rate → calmer\n");
        QCOMPARE(notes_of(path("states")), std::string("lower rate → calmer\n"));
        QVERIFY(refusal([&] {
                    write_notes(path("states"), std::string((1 << 20) + 1, 'x'));
                }).find("1048577") != std::string::npos);
    }

    void known_runs_are_those_in_user_data_newest_first() {
        write_whole(path("broken") / "run.json", "{\"format\": 1, \"family\": 3}");
        const auto runs = known_runs();
        std::vector<std::string> names;
        for (const RunInfo& run : runs) {
            names.push_back(run.folder.filename().string());
            if (names.back() == "broken") QVERIFY(!run.trouble.pattern.empty());
        }
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (std::vector<std::string>{"broken", "failed", "keeping", "listed", "newer",
                                                  "states"}));
        for (std::size_t i = 1; i < runs.size(); ++i)
            QVERIFY(runs[i - 1].changed >= runs[i].changed);
    }
};

QTEST_GUILESS_MAIN(TestRuns)
#include "test_runs.moc"
