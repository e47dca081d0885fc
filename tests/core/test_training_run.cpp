#include "core/training/training_run.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstdio>

#include "core/base/files.h"
#include "core/data/preprocess.h"
#include "core/diffusion/noise_schedule.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/models/open_model.h"
#include "core/nn/safetensors.h"
#include "core/training/checkpoint.h"
#include "core/training/run_curves.h"
#include "core/training/run_log.h"
#include "core/training/runs.h"
#include "refusal.h"
#include "states.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// Lines of the log without what hangs on the clock and on resuming.
std::vector<std::vector<double>> learned(const fs::path& run) {
    std::vector<std::vector<double>> lines;
    for (const LogLine& line : read_log(run / "log.jsonl")) {
        std::vector<double> values{double(line.images), double(line.steps), line.norm.mean,
                                   line.learning_rate};
        for (const auto& [name, value] : line.curves)
            values.insert(values.end(), {value.mean, value.min, value.max});
        for (const LevelLoss& level : line.levels)
            values.insert(values.end(), {level.sum, double(level.count)});
        lines.push_back(std::move(values));
    }
    return lines;
}

QString text(const fs::path& path) { return QString::fromStdString(path.string()); }

std::int64_t images_in(const fs::path& run) {
    return std::stoll(read_safetensors(run / "state.safetensors").metadata.at("images_seen"));
}

}  // namespace

class TestTrainingRun : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path path(const std::string& name) const {
        return folder_.path().toStdString() + "/" + name;
    }
    std::string data() const { return path("shapes").string(); }

    std::unique_ptr<TrainingRun> started(const std::string& name, const Settings& more = {}) const {
        return TrainingRun::start(data(), "diffusion", path(name), tiny_settings(more));
    }

private Q_SLOTS:
    void initTestCase() { write_tiny_dataset(data()); }

    void resume_is_exact() {
        for (const auto& [precision, objective] :
             {std::pair{"fp32", "v"}, {"bf16", "v"}, {"fp32", "edm"}}) {
            // 10 steps a line of the log: 7 + 8 + 6 steps cut lines in two.
            const Settings settings{{"images", "168"},
                                    {"precision", precision},
                                    {"objective", objective},
                                    {"dropout", "0.1"},
                                    {"flips", "on"}};
            const std::string kind = std::string("-") + precision + objective,
                              whole = "whole" + kind, parts = "parts" + kind;
            {
                const auto run = started(whole, settings);
                advance(*run, 21);
                run->save();
                QVERIFY(run->finished());
            }
            {
                const auto run = started(parts, settings);
                advance(*run, 7);
                run->save();
                advance(*run, 4);  // lost, as after a kill
            }
            {
                const auto run = TrainingRun::resume(path(parts));
                advance(*run, 8);
                run->make_preview({});  // must not disturb what follows
                run->save();
            }
            {
                const auto run = TrainingRun::resume(path(parts));
                advance(*run, 100);
                QVERIFY(run->finished());
                run->save();
            }
            QCOMPARE(difference(path(whole), path(parts)), std::string());
            QCOMPARE(learned(path(parts)), learned(path(whole)));
        }
    }

    void a_longer_total_goes_on_exactly() {
        {
            const auto run = started("long", {{"images", "128"}});
            advance(*run, 100);
            run->save();
        }
        {
            const auto run = started("short", {{"images", "61"}});  // rounded up to 64
            advance(*run, 100);
            run->save();
        }
        {
            const auto run = TrainingRun::resume(path("short"), 128);
            QVERIFY(!run->finished());
            advance(*run, 100);
            run->save();
        }
        QCOMPARE(difference(path("long"), path("short")), std::string());
        QCOMPARE(images_in(path("short")), std::int64_t(128));
    }

    void parts_of_a_batch_learn_what_the_whole_learns() {
        double loss = 0;
        const auto slopes = [&](const std::string& name, const char* parts) {
            const auto run =
                started(name, {{"batch", "10"}, {"micro_batch", parts}, {"clip", "1e6"}});
            loss = run->advance().losses.at(0).second;
            run->save();
            return read_safetensors(path(name) / "state.safetensors").weights;
        };
        const Weights whole = slopes("at-once", "0");
        const double whole_loss = loss;
        for (const std::string parts : {"1", "4", "10"}) {
            const Weights other = slopes("parts-" + parts, parts.c_str());
            QVERIFY(std::abs(loss - whole_loss) < 1e-6);
            for (const auto& [name, tensor] : whole) {
                if (!name.starts_with("opt.exp_avg.")) continue;
                const at::Tensor far = (tensor - other.at(name)).abs().max();
                QVERIFY2(far.item<float>() < 1e-6f, name.c_str());
            }
        }
    }

    void memory_that_runs_out_makes_parts_smaller() {
        struct Narrow : c10::Allocator {
            c10::Allocator* inner = c10::GetAllocator(at::kCPU);
            std::size_t most = 0;
            c10::DataPtr allocate(std::size_t n) override {
                if (n > most)
                    TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory: you tried ", n);
                return inner->allocate(n);
            }
            c10::DeleterFnPtr raw_deleter() const override { return inner->raw_deleter(); }
            void copy_data(void* to, const void* from, std::size_t n) const override {
                default_copy_data(to, from, n);
            }
        };
        static Narrow narrow;
        const auto run = started("narrow", {{"batch", "16"}, {"images", "160"}});
        QVERIFY(run->remarks().size() == 1);  // of the few images
        narrow.most = 16 * 16 * 16 * 16 * 4 / 2;
        c10::SetAllocator(at::kCPU, &narrow, 1);
        const auto back = qScopeGuard([] { c10::SetAllocator(at::kCPU, narrow.inner, 1); });
        advance(*run, 2);
        QCOMPARE(run->remarks().size(), std::size_t(2));
        QVERIFY2(run->remarks().back().find("Memory ran out, so every step works through its "
                                            "batch of 16 images in ") == 0,
                 run->remarks().back().c_str());
        const auto settled = options_from<TrainRequest>(read_run(path("narrow")).settings);
        QVERIFY(settled.micro_batch > 0 && settled.micro_batch < 16);
        narrow.most = 17000;  // a batch of images, but not what the network makes of a single one
        const std::string unsaved = refusal([&] { run->advance(); });
        QVERIFY(says(unsaved,
                     "This computer ran out of memory at step 3. Smaller pieces were "
                     "tried down to a single image. No state was saved yet. "));
        narrow.most = std::numeric_limits<std::size_t>::max();
        run->save();
        narrow.most = 17000;
        QVERIFY(
            says(refusal([&] { run->advance(); }), "Nothing is lost: the last saved state is "));
    }

    void a_kill_leaves_the_last_good_state() {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--train-until-killed"), text(path("killed")), text(data())});
        for (int saved = 0; saved < 5;) {
            QVERIFY(child.waitForReadyRead(-1));
            saved += int(child.readAll().count('\n'));
        }
        child.kill();  // somewhere between, or within, a step and a save
        child.waitForFinished(-1);
        const std::int64_t total = images_in(path("killed")) + 80;
        {
            const auto run = TrainingRun::resume(path("killed"), total);
            advance(*run, 1000);
            run->save();
        }
        {
            const auto run = started("unkilled", {{"images", std::to_string(total)}});
            advance(*run, 1000);
            run->save();
        }
        QCOMPARE(difference(path("unkilled"), path("killed")), std::string());
        QCOMPARE(learned(path("killed")), learned(path("unkilled")));
    }

    void moving_a_run_is_remarked_on() {
        {
            const auto run = started("moved", {{"device", "cpu"}});
            advance(*run, 3);
            run->save();
        }
        const auto threads = options_from<TrainRequest>(read_run(path("moved")).settings).threads;
        const auto moved = [&](int count) {
            const auto run = TrainingRun::resume(path("moved"), 0, "cpu", count);
            const StepReport report = run->advance();
            if (report.data_wait < 0 || report.data_wait > 1) return std::string("data_wait");
            return run->remarks().empty() ? "" : run->remarks().back();
        };
        QVERIFY(moved(int(threads)).find("Resumed on") == std::string::npos);
        QVERIFY(moved(int(threads) + 1).find("Resumed on cpu with") == 0);
        QVERIFY(moved(0).find("Resumed on") == std::string::npos);  // it was written down
        QVERIFY(!refusal([&] { TrainingRun::resume(path("moved"), 0, "cuda:99"); }).empty());
    }

    void a_run_without_a_state_starts_again() {
        { started("stillborn"); }
        const auto run = TrainingRun::resume(path("stillborn"));
        QCOMPARE(run->advance().images_seen, std::int64_t(8));
    }

    void what_a_start_that_was_killed_at_once_leaves_is_no_run() {
        write_whole(path("barely/lock"), "1");
        write_whole(path("barely/.run.123.part.json"), "{");
        QVERIFY(says(refusal([&] { TrainingRun::resume(path("barely")); }), "no run.json"));
        advance(*started("barely"), 1);
        QVERIFY(says(refusal([&] { started("barely"); }), "exists already"));
    }

    void the_first_loss_is_the_mean_square_of_the_target() {
        const auto run = started("first", {{"objective", "eps"}, {"batch", "64"}});
        // An untrained network answers 0, and noise has variance 1.
        QVERIFY(std::abs(run->advance().losses.at(0).second - 1) < 0.02);
    }

    // One of EDM says D = skip·x at first. Its target has the variance 1 where images have the mean
    // 0; for others, (mean square / σ_data²)·σ²/(σ² + σ_data²) + σ_data²/(σ² + σ_data²).
    void the_first_loss_of_edm_is_that_of_its_skip() {
        const auto run = started("first-edm", {{"objective", "edm"}, {"batch", "64"}});
        const auto images = tiny_dataset();
        const PixelBlock views = network_views(*images, 16, 1, {});
        double square = 0;
        for (const std::uint8_t value : views.pixels) square += std::pow(value / 127.5 - 1, 2);
        square /= double(views.pixels.size());
        const double variance = views.deviation * views.deviation;
        const NoiseSchedule edm = noise_schedule({.id = "edm"});
        double expected = 0;
        for (int i = 0; i < 1000; ++i) {
            const double noise = std::pow(edm.learned_at((i + 0.5) / 1000), 2);
            expected += (square / variance * noise + variance) / (noise + variance) / 1000;
        }
        const double first = run->advance().losses.at(0).second;
        QVERIFY2(std::abs(first / expected - 1) < 0.03,
                 qPrintable(QStringLiteral("%1, not %2").arg(first).arg(expected)));
        QCOMPARE(text_of(find_field(run->request(), "noise_schedule")->value), std::string("edm"));
    }

    void edm_is_chosen_by_either_word() {
        const auto other = started("by-schedule", {{"noise_schedule", "edm"}});
        QCOMPARE(text_of(find_field(other->request(), "objective")->value), std::string("edm"));
        QVERIFY(says(refusal([&] {
                         started("apart", {{"objective", "edm"}, {"noise_schedule", "linear"}});
                     }),
                     "edm goes with edm"));
        QVERIFY(says(refusal([&] {
                         started("apart", {{"objective", "edm"}, {"zero_terminal_snr", "on"}});
                     }),
                     "zero terminal SNR"));
        QVERIFY(!fs::exists(path("apart")));
        // Another objective leaves the preset's schedule.
        const auto eps = started("eps", {{"objective", "eps"}});
        QCOMPARE(text_of(find_field(eps->request(), "noise_schedule")->value),
                 std::string("squaredcos_cap_v2"));
    }

    void a_tiny_model_halves_its_loss() {
        const auto run = started("learns", {{"images", "3200"}, {"learning_rate", "3e-3"}});
        std::vector<double> losses;
        while (!run->finished()) losses.push_back(run->advance().losses.at(0).second);
        double first = 0, last = 0;
        for (std::size_t i = 0; i < 10; ++i) {
            first += losses[i];
            last += losses[losses.size() - 1 - i];
        }
        QVERIFY2(last < first / 2, qPrintable(QStringLiteral("%1 → %2").arg(first).arg(last)));
    }

    void the_folder_holds_what_it_should() {
        const auto run = started("whole", {{"preset", "nano-28"}, {"size", "16"}});
        advance(*run, 10);
        const fs::path preview = run->make_preview({});
        run->save();
        for (const char* file :
             {"run.json", "log.jsonl", "state.safetensors", "model/daguerre.json",
              "model/model_index.json", "model/README.md"})
            QVERIFY2(fs::is_regular_file(path("whole") / file), file);
        const Image sheet = read_image(preview);
        QCOMPARE(sheet.width, 4 * 16 + 3 * 2);
        const auto record = record_of(sheet.metadata);
        QVERIFY(record && record->daguerre.find("\"kind\":\"preview\"") != std::string::npos);
        const auto model = open_model(path("whole").string());
        QCOMPARE(model->info().id, std::string("whole"));
        QCOMPARE(model->info().images_seen, std::int64_t(80));
        QCOMPARE(model->info().classes.size(), std::size_t(4));
        QVERIFY(model->info().null_class);
        QCOMPARE(fs::exists(path("whole") / "checkpoints" / "0000000080" / "state.safetensors"),
                 true);
    }

    void what_cannot_be_is_refused() {
        const struct {
            Settings settings;
            const char* sentence;
        } cases[]{
            {{{"batches", "8"}}, "“batches”"},
            {{{"preset", "nano-27"}}, "Did you mean “nano-28”?"},
            {{{"batch", "0"}}, "batch"},
            {{{"images", "many"}}, "images"},
            {{{"multiples", "1,x"}}, "multiples is “1,x”"},
            {{{"multiples", "1,2,2,2,2,2"}}, "16 x 16"},
            {{{"groups", "3"}}, "doesn't divide"},
            {{{"batch", "65536"}, {"base_channels", "512"}, {"groups", "32"}}, "memory"},
            {{{"seed", "-1"}}, "seed"},
            {{{"precision", "fp16"}}, "fp16"},
        };
        for (const auto& [settings, sentence] : cases) {
            const std::string said = refusal([&] { started("refused", settings); });
            QVERIFY2(said.find(sentence) != std::string::npos, said.c_str());
            QVERIFY2(!fs::exists(path("refused")), sentence);
        }
        const auto run = started("twice");
        QVERIFY(refusal([&] { started("twice"); }).find("exists already") != std::string::npos);
        QVERIFY(refusal([&] { TrainingRun::resume(path("twice")); }).find("being used") !=
                std::string::npos);
        QVERIFY(refusal([&] { TrainingRun::resume(path("nowhere")); }).find("run.json") !=
                std::string::npos);
    }

    void a_broken_state_is_named() {
        {
            const auto run = started("broken");
            run->advance();
            run->save();
        }
        const fs::path state = path("broken") / "state.safetensors";
        const std::string bytes = read_file(state, 1 << 30);
        write_whole(state, bytes.substr(0, bytes.size() / 2));
        const std::string said = refusal([&] { TrainingRun::resume(path("broken")); });
        QVERIFY2(said.find("state.safetensors") != std::string::npos, said.c_str());
    }

    void losses_that_are_no_numbers_are_skipped_then_refused() {
        {
            const auto run = started("unstable", {{"images", "800"}});
            run->advance();
            run->save();
        }
        const fs::path file = path("unstable") / "state.safetensors";
        const TensorFile state = read_safetensors(file);
        state.weights.at("net.conv_out.bias").fill_(NAN);
        write_safetensors(file, state.weights, state.metadata);
        const auto run = TrainingRun::resume(path("unstable"));
        std::int64_t skipped = 0;
        const std::string said = refusal([&] {
            while (!run->finished()) skipped = run->advance().skipped;
        });
        QVERIFY2(said.find("became unstable at image 176") != std::string::npos, said.c_str());
        QCOMPARE(skipped, std::int64_t(20));
    }
};

/// Trains and saves after every third step until killed; a line for each save.
int train_until_killed(const char* folder, const char* dataset) {
    const auto run =
        TrainingRun::start(dataset, "diffusion", folder, tiny_settings({{"images", "1000000"}}));
    while (!run->finished()) {
        advance(*run, 3);
        run->save();
        std::puts("saved");
        std::fflush(stdout);
    }
    return 0;
}

int main(int argc, char** argv) {
    if (argc == 4 && std::string(argv[1]) == "--train-until-killed")
        return train_until_killed(argv[2], argv[3]);
    QCoreApplication app(argc, argv);
    TestTrainingRun test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_training_run.moc"
