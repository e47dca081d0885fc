#include <QCoreApplication>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/training/curve_names.h"
#include "core/training/preview_sheet.h"
#include "core/training/run_curves.h"
#include "core/training/run_progress.h"
#include "core/training/runs.h"
#include "core/training/training_run.h"
#include "states.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

bool go_on(const Progress&) { return true; }

/// All points of one curve of a run; empty: it has none.
std::vector<CurvePoint> curve(const fs::path& run, const std::string& name) {
    CurveReader reader(run);
    while (reader.read_more()) {
    }
    const RunCurves& all = reader.curves();
    const auto found = std::ranges::find(all.names, name);
    if (found == all.names.end()) return {};
    return all.curves.at(std::size_t(found - all.names.begin()));
}

/// 24 images of one colour each, around (200, 100, 50).
void write_colours(const fs::path& folder) {
    for (int i = 0; i < 24; ++i) {
        Image image = Image::blank(16, 16, 3);
        const int more = i % 3 - 1;  // of all channels, so that the mean stays
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x)
                for (int c = 0; c < 3; ++c)
                    image.row<std::uint8_t>(y)[std::size_t(3 * x + c)] =
                        std::uint8_t(std::array{200, 100, 50}[std::size_t(c)] + 20 * more);
        write_image(folder / (std::to_string(i) + ".png"), image);
    }
}

/// The mean of a channel over the pictures of a sheet of 4 x 4 with gaps of 2 pixels, 0 to 1.
double mean_of(const Image& sheet, int channel) {
    const int side = (sheet.width - 3 * 2) / 4;
    double sum = 0;
    for (int y = 0; y < sheet.height; ++y)
        for (int x = 0; x < sheet.width; ++x)
            if (x % (side + 2) < side && y % (side + 2) < side)
                sum += sheet.row<std::uint8_t>(y)[std::size_t(x * sheet.channels + channel)];
    return sum / 255 / (16.0 * side * side);
}

}  // namespace

/// What a run shows while it learns: previews, and what is measured between two steps.
class TestRunWatching : public QObject {
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

    void a_test_split_is_measured_and_changes_nothing() {
        const std::string both = path("both").string();
        write_tiny_dataset(both);
        write_tiny_dataset(both, 20, "t10k");
        const auto trained = [&](const std::string& name, const std::string& dataset) {
            const auto run = TrainingRun::start(dataset, "diffusion", path(name), tiny_settings());
            while (!run->finished()) {
                run->advance();
                if (run->save_due()) run->save();
            }
        };
        trained("unmeasured", data());
        trained("measured", both);
        {
            const auto run =
                TrainingRun::start(both, "diffusion", path("resumed"), tiny_settings());
            advance(*run, 4);
            run->save();
        }
        {
            const auto run = TrainingRun::resume(path("resumed"));
            advance(*run, 100);
            run->save();
        }
        QCOMPARE(difference(path("unmeasured"), path("measured")), std::string());
        CurveReader reader(path("measured"));
        while (reader.read_more()) {
        }
        const RunCurves& curves = reader.curves();
        QCOMPARE(curves.names.at(0), std::string("test loss"));  // each step is a tenth here
        QCOMPARE(curves.names.at(1), std::string("loss"));
        QCOMPARE(curves.curves.at(0).size(), std::size_t(10));
        const auto whole = checkpoints_of(path("measured")),
                   parts = checkpoints_of(path("resumed"));
        QVERIFY(whole.back().test_loss && whole.back().newest);
        QCOMPARE(whole.back().test_loss, parts.back().test_loss);
        QCOMPARE(*whole.back().test_loss, curves.curves.at(0).back().mean);
        QVERIFY(*whole.back().test_loss > 0.1 && *whole.back().test_loss < 2);
        double least = 1e9;
        for (const CurvePoint& point : curves.curves.at(0)) least = std::min(least, point.mean);
        const auto best = std::ranges::find(whole, true, &CheckpointInfo::best);
        QVERIFY(best != whole.end());
        QCOMPARE(*best->test_loss, least);
        for (const CheckpointInfo& checkpoint : checkpoints_of(path("unmeasured")))
            QVERIFY(!checkpoint.test_loss && !checkpoint.best);
    }

    void previews_come_at_powers_of_two() {
        const auto run = started("previews", {{"images", "160"}});
        std::vector<std::int64_t> due;
        while (!run->finished()) {
            const std::int64_t seen = run->advance().images_seen;
            if (run->preview_due()) due.push_back(seen / 8);
        }
        QCOMPARE(due, (std::vector<std::int64_t>{1, 2, 4, 8, 16}));
    }

    void previews_keep_to_their_budget() {
        struct Made {
            std::vector<std::int64_t> steps;
            double share = 0;  // of all the time, in the end
        };
        const auto made = [](double step, double preview, std::int64_t steps) {
            Made all;
            Progressed at;
            while (at.steps < steps) {
                ++at.steps;
                at.active_seconds += step;
                if (!preview_due(at)) continue;
                all.steps.push_back(at.steps);
                at.previewed_at = at.steps;
                at.previewed_second = at.active_seconds;
                at.preview_seconds += preview;
            }
            all.share = at.preview_seconds / (at.active_seconds + at.preview_seconds);
            return all;
        };
        const std::vector<std::int64_t> early{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
        const std::vector<std::int64_t> cheap = made(0.2, 0.05, 1024).steps;
        QVERIFY(std::ranges::includes(cheap, early));
        for (std::size_t i = 1; i < cheap.size(); ++i)
            QVERIFY(double(cheap[i] - cheap[i - 1]) * 0.2 <= 30.3);  // s
        // As slow as five steps: the first ones at once, the next when they are paid for.
        std::vector<std::int64_t> slow = made(0.2, 1, 1024).steps;
        slow.resize(6);
        QCOMPARE(slow, (std::vector<std::int64_t>{1, 2, 64, 128, 256, 512}));
        QVERIFY(made(0.2, 1, 64).share < 0.2);
        for (const double preview : {0.05, 1.0, 20.0}) {
            const Made hour = made(0.2, preview, 18000);
            QVERIFY2(hour.share < 0.025, qPrintable(QString::number(hour.share)));
            QVERIFY(hour.steps.size() >= 4);
        }
        QCOMPARE(made(0.01, 0.01, 60000).steps.size(), early.size() + 19);  // every 30 s
    }

    void stopping_a_preview_leaves_none() {
        const auto run = started("stopped");
        run->advance();
        QVERIFY(run->make_preview([](const Progress&) { return false; }).empty());
        QVERIFY(!fs::exists(path("stopped") / "previews"));
    }

    void raw_weights_have_previews_and_a_loss_of_their_own() {
        const std::string both = path("split").string();
        write_tiny_dataset(both);
        write_tiny_dataset(both, 20, "t10k");
        const auto trained = [&](const std::string& name, const Settings& more) {
            const auto run = TrainingRun::start(both, "diffusion", path(name), tiny_settings(more));
            advance(*run, 6);
            run->make_preview(go_on);
            run->save();
        };
        trained("plain", {});
        trained("raw", {{"raw_previews", "on"}});
        trained("none", {{"ema", "none"}, {"raw_previews", "on"}});  // which has but one kind
        QVERIFY(raw_previews_of(path("plain")).empty() && raw_previews_of(path("none")).empty());
        const auto averaged = previews_of(path("raw")), raw = raw_previews_of(path("raw"));
        QCOMPARE(averaged.size(), std::size_t(1));
        QCOMPARE(raw.size(), std::size_t(1));
        QCOMPARE(raw[0].images, averaged[0].images);
        // The raw weights are those of a run that keeps no average.
        const auto pixels = [](const fs::path& file) { return read_image(file).pixels; };
        QVERIFY(pixels(raw[0].file) == pixels(previews_of(path("none"))[0].file));
        QVERIFY(pixels(raw[0].file) != pixels(averaged[0].file));
        QVERIFY(pixels(averaged[0].file) == pixels(previews_of(path("plain"))[0].file));
        const auto last = [&](const char* run, const char* name) {
            const auto points = curve(path(run), name);
            return points.empty() ? 0.0 : points.back().mean;
        };
        QVERIFY(last("none", averaged_test_loss) > 0);
        QCOMPARE(last("raw", raw_test_loss), last("none", averaged_test_loss));
        QCOMPARE(last("raw", averaged_test_loss), last("plain", averaged_test_loss));
        QVERIFY(last("raw", raw_test_loss) != last("raw", averaged_test_loss));
        QCOMPARE(last("plain", raw_test_loss), 0.0);
        QCOMPARE(difference(path("plain"), path("raw")), std::string());
    }

    void tint_is_what_previews_have_over_the_data() {
        const fs::path colours = path("colours"), run = path("tinted");
        write_colours(colours);
        const auto training =
            TrainingRun::start(colours.string(), "diffusion", run, tiny_settings());
        advance(*training, 2);
        const fs::path file = training->make_preview(go_on);
        training->save();
        const Image sheet = read_image(file);
        QCOMPARE(sheet.channels, 3);
        for (int channel = 0; channel < 3; ++channel) {
            const auto points = curve(run, tint_curves[std::size_t(channel)]);
            QCOMPARE(points.size(), std::size_t(1));
            const double data = std::array{200, 100, 50}[std::size_t(channel)] / 255.0;
            QVERIFY(std::abs(points[0].mean - (mean_of(sheet, channel) - data)) < 1e-4);
        }
        started("grey")->make_preview(go_on);
        QVERIFY(curve(path("grey"), tint_curves[0]).empty());
    }

    void means_are_of_all_over_a_block() {
        PixelBlock block;
        block.size = 2;
        block.channels = 3;
        for (int image = 0; image < 5000; ++image) {
            for (int pixel = 0; pixel < 4; ++pixel)
                for (const int value : {255, image < 2500 ? 0 : 255, 51})
                    block.pixels.push_back(std::uint8_t(value));
            block.labels.push_back(-1);
        }
        const std::vector<double> means = channel_means(block);
        QCOMPARE(means.size(), std::size_t(3));
        QCOMPARE(means[0], 1.0);
        QVERIFY(std::abs(means[1] - 0.5) < 1e-3);
        QCOMPARE(means[2], 0.2);
    }
};

QTEST_GUILESS_MAIN(TestRunWatching)
#include "test_run_watching.moc"
