#include "core/training/checkpoint.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/base/files.h"
#include "core/training/run_log.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Losses losses(double value) {
    return {{{"loss", value}}, 2 * value, false, std::vector<LevelLoss>(level_bins, {value, 1})};
}

void add(RunLog& log, int from, int to, double value) {
    for (int step = from; step <= to; ++step)
        log.add(losses(value), {.images = 8 * step, .learning_rate = 1e-3});
}

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }

private Q_SLOTS:
    void a_line_sums_up_ten_steps() {
        RunLog log(path("sums"));
        for (int step = 1; step <= 20; ++step) log.add(losses(step), {.images = 8 * step});
        const std::vector<LogLine> lines = read_log(path("sums"));
        QCOMPARE(lines.size(), std::size_t(2));
        const LogLine& line = lines[1];
        QCOMPARE(line.images, std::int64_t(160));
        QCOMPARE(line.steps, std::int64_t(10));
        const LogValue& loss = line.curves.at(0).second;
        QCOMPARE(loss.mean, 15.5);
        QCOMPARE(loss.min, 11.0);
        QCOMPARE(loss.max, 20.0);
        QCOMPARE(line.norm.mean, 31.0);
        QCOMPARE(line.levels.at(3).sum, 155.0);
        QCOMPARE(line.levels.at(3).count, std::int64_t(10));
    }

    void what_is_no_number_is_marked() {
        RunLog log(path("nan"));
        add(log, 1, 4, 1);
        log.add(losses(std::numeric_limits<double>::quiet_NaN()), {.images = 40, .skipped = 1});
        add(log, 6, 10, 1);
        QVERIFY(std::isnan(read_log(path("nan")).at(0).curves.at(0).second.mean));
    }

    void gathered_steps_survive_a_resume() {
        std::string gathered;
        {
            RunLog log(path("cut"));
            add(log, 1, 13, 2);
            gathered = log.gathered();
            add(log, 14, 22, 100);  // lost: the state was saved after step 13
        }
        RunLog log(path("cut"));
        log.restore(gathered);
        add(log, 14, 30, 2);
        const std::vector<LogLine> lines = read_log(path("cut"));
        QCOMPARE(lines.size(), std::size_t(3));
        for (const LogLine& line : lines) {
            QCOMPARE(line.curves.at(0).second.max, 2.0);
            QCOMPARE(line.steps, std::int64_t(10));
        }
        QCOMPARE(lines[0].segment, std::int64_t(0));
        QCOMPARE(lines[2].segment, std::int64_t(1));
    }

    void waiting_for_data_is_logged() {
        {
            RunLog log(path("wait"));
            for (int i = 1; i <= 10; ++i)
                log.add(losses(1), {.images = 4 * i, .data_wait = 0.03 * i});
        }
        QCOMPARE(read_log(path("wait")).at(0).data_wait, 0.3);
        std::string line;
        std::getline(std::ifstream(path("wait")) >> std::ws, line);
        const auto at = line.find("\"data_wait\"");
        line.erase(at, line.find(',', at) + 1 - at);  // as older runs have it
        std::ofstream(path("older")) << line << "\n";
        QCOMPARE(read_log(path("older")).at(0).data_wait, 0.0);
    }

    void a_torn_line_is_left_out() {
        {
            RunLog log(path("torn"));
            add(log, 1, 10, 1);
        }
        std::ofstream(path("torn"), std::ios::app) << "{\"images\": 16";
        RunLog log(path("torn"));
        add(log, 11, 20, 1);
        QCOMPARE(read_log(path("torn")).size(), std::size_t(2));
        QVERIFY(read_log(path("missing")).empty());
    }

    void run_json_comes_back() {
        RunRequest request{.dataset = "mnist",
                           .family = "diffusion",
                           .dataset_sha256 = "abc",
                           .given = {{"batch", "32"}},
                           .settings = train_fields("diffusion")};
        set_field(request.settings, "batch", std::int64_t(32));
        set_field(request.settings, "learning_rate", 0.1 + 0.2);
        write_run(path("run"), request);
        const RunRequest read = read_run(path("run"));
        QCOMPARE(read.dataset, request.dataset);
        QCOMPARE(read.given, request.given);
        for (std::size_t i = 0; i < request.settings.size(); ++i)
            QVERIFY2(read.settings[i].value == request.settings[i].value,
                     request.settings[i].key.c_str());
        QCOMPARE(
            command_of(request, path("digits")),
            std::string("daguerre train mnist --family diffusion --out digits --set batch=32"));
        QVERIFY(refusal([&] { read_run(path("nothing")); }).find("holds no run") !=
                std::string::npos);
        write_whole(path("run") / "run.json",
                    "{\"dataset\":\"mnist\",\"dataset_sha256\":\"\",\"family\":\"diffusion\","
                    "\"given\":{},\"settings\":{\"btach\":3}}");
        const std::string said = refusal([&] { read_run(path("run")); });
        QVERIFY2(said.find("batch") != std::string::npos, said.c_str());
    }

    void only_the_newest_checkpoints_are_kept() {
        const RunFolder run{path("kept")};
        write_whole(run.state(), "state");
        write_whole(run.model() / "unet" / "config.json", "{}");
        for (const std::int64_t images : {8, 16, 24, 32, 1000}) run.keep_checkpoint(images);
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(path("kept") / "checkpoints"))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (std::vector<std::string>{"0000000024", "0000000032", "0000001000"}));
        QVERIFY(fs::exists(path("kept") / "checkpoints" / "0000001000" / "model" / "unet" /
                           "config.json"));
    }
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "test_checkpoint.moc"
