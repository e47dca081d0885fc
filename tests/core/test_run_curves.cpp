#include "core/training/run_curves.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include "core/base/json.h"
#include "core/training/run_log.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

LogLine line_at(std::int64_t images, std::int64_t segment, double loss) {
    LogLine line;
    line.images = images;
    line.segment = segment;
    line.steps = 10;
    line.curves = {{"loss", {loss, loss - 0.5, loss + 0.5}}, {"other", {1, 1, 1}}};
    line.norm = {2 * loss, loss, 3 * loss};
    line.learning_rate = 6e-4;
    line.images_per_second = 250.25;
    line.seconds = double(images) / 250;
    line.time = 1.7e9 + double(images);
    line.data_wait = 0.125;
    line.levels.assign(level_bins, {loss, 2});
    return line;
}

void write(const fs::path& file, const std::vector<LogLine>& lines) {
    std::ofstream stream(file, std::ios::app);
    for (const LogLine& line : lines) stream << text_of(line) << '\n';
}

void read_all(CurveReader& reader) {
    do reader.read_more();
    while (!reader.curves().whole);
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

class TestRunCurves : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path run(const std::string& name) const {
        const fs::path folder = folder_.path().toStdString() + "/" + name;
        fs::create_directories(folder);
        return folder;
    }

    /// Every value of the loss as read_log gives it, where each bucket holds one line.
    void compare_with_log(const fs::path& folder, const RunCurves& curves) {
        const auto lines = read_log(folder / "log.jsonl");
        QCOMPARE(curves.lines, std::int64_t(lines.size()));
        QCOMPARE(curves.names.at(0), std::string("loss"));
        const auto& loss = curves.curves.at(0);
        QCOMPARE(loss.size(), lines.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const LogValue& value = lines[i].curves.at(0).second;
            QCOMPARE(loss[i].images, double(lines[i].images));
            QCOMPARE(loss[i].wall, lines[i].time);
            const bool finite = std::isfinite(value.mean);
            QVERIFY(same(loss[i].min, value.min) && same(loss[i].max, value.max));
            QVERIFY(finite ? std::abs(loss[i].mean - value.mean) < 1e-12 : loss[i].bad == 10);
        }
    }

private Q_SLOTS:
    void a_line_comes_back_as_the_other_parser_reads_it() {
        std::mt19937 random(7);
        std::uniform_real_distribution<double> mantissa(-10, 10);
        std::uniform_int_distribution<int> exponent(-300, 300), kind(0, 9);
        const auto any = [&] {
            return kind(random) == 0 ? nan_value : std::ldexp(mantissa(random), exponent(random));
        };
        LogLine read;
        for (int i = 0; i < 2000; ++i) {
            LogLine line = line_at(i, i / 7, any());
            line.curves[0].second = {any(), any(), any()};
            line.norm.max = any();
            line.levels[3].sum = any();
            const std::string text = text_of(line);
            QVERIFY(line_from(text, read));
            QCOMPARE(text_of(read), text);
            const Json json = Json::parse(text);
            const Json& mean = json["curves"]["loss"][0];
            QVERIFY(
                same(read.curves[0].second.mean, mean.is_null() ? nan_value : mean.get<double>()));
            QCOMPARE(read.images, json["images"].get<std::int64_t>());
            QCOMPARE(read.levels.size(), json["levels"].size());
        }
    }

    void what_is_no_line_is_refused() {
        const std::string good = text_of(line_at(8, 0, 1));
        LogLine line;
        for (std::size_t cut = 0; cut < good.size(); ++cut)
            QVERIFY2(!line_from(good.substr(0, cut), line), good.substr(0, cut).c_str());
        for (const char* text : {"[]", "null", "{\"images\": 1, \"segment\": 0}",
                                 "{\"images\": -1, \"segment\": 0, \"steps\": 1}",
                                 "{\"images\": 1.5, \"segment\": 0, \"steps\": 1}",
                                 "{\"images\": 1e999, \"segment\": 0, \"steps\": 1}",
                                 "{\"images\": 1, \"segment\": 0, \"steps\": 1} {}",
                                 "{\"images\": 1, \"segment\": 0, \"steps\": 1, \"lr\": inf}"})
            QVERIFY2(!line_from(text, line), text);
        QVERIFY(!line_from(std::string(100000, '['), line));
        QVERIFY(
            line_from("{\"images\": 1, \"segment\": 0, \"steps\": 1, \"later\": "
                      "{\"a\": [true, \"b\", null]}}",
                      line));
    }

    void a_reader_sees_what_read_log_sees() {
        const fs::path folder = run("same");
        std::vector<LogLine> lines;
        for (int i = 1; i <= 50; ++i) lines.push_back(line_at(i * 4, 0, i == 20 ? nan_value : i));
        for (int i = 41; i <= 60; ++i) lines.push_back(line_at(i * 4, 1, 100 + i));
        for (int i = 46; i <= 47; ++i) lines.push_back(line_at(i * 4, 2, 200 + i));
        for (int i = 30; i <= 70; ++i) lines.push_back(line_at(i * 4, 3, 300 + i));
        write(folder / "log.jsonl", lines);
        CurveReader reader(folder);
        read_all(reader);
        compare_with_log(folder, reader.curves());
        QCOMPARE(reader.curves().resumed, std::vector<double>{120});
        QVERIFY(!reader.read_more());
    }

    void it_follows_a_log_that_grows_and_is_resumed() {
        const fs::path folder = run("grows");
        CurveReader reader(folder);
        QVERIFY(!reader.read_more());
        std::int64_t images = 0;
        for (std::int64_t segment = 0; segment < 12; ++segment) {
            for (int i = 0; i < 25; ++i) {
                ++images;
                write(folder / "log.jsonl", {line_at(images, segment, double(images))});
                if (i % 4 == 0) QVERIFY(reader.read_more());
            }
            std::ofstream(folder / "log.jsonl", std::ios::app) << "{\"images\": 3";  // torn
            reader.read_more();
            compare_with_log(folder, reader.curves());
            std::ofstream(folder / "log.jsonl", std::ios::app) << '\n';
            images -= segment % 3 * 7;
        }
        fs::resize_file(folder / "log.jsonl", 0);
        write(folder / "log.jsonl", {line_at(4, 0, 9)});
        QVERIFY(reader.read_more());
        compare_with_log(folder, reader.curves());
    }

    void buckets_keep_extremes_and_means() {
        const fs::path folder = run("buckets");
        std::vector<LogLine> lines;
        std::mt19937 random(3);
        double sum = 0, least = 1e9, greatest = -1e9;
        for (int i = 1; i <= 3000; ++i) {
            lines.push_back(line_at(i * 64, 0, double(random() % 1000) / 7));
            lines.back().skipped = i / 1000;
            const LogValue& value = lines.back().curves[0].second;
            sum += value.mean;
            least = std::min(least, value.min);
            greatest = std::max(greatest, value.max);
        }
        write(folder / "log.jsonl", lines);
        CurveReader reader(folder, 100);
        read_all(reader);
        const RunCurves& curves = reader.curves();
        const auto& loss = curves.curves.at(0);
        QVERIFY(loss.size() <= 100 && loss.size() > 50);
        double mean = 0, low = 1e9, high = -1e9;
        std::int64_t steps = 0;
        for (const CurvePoint& point : loss) {
            mean += point.mean * double(point.steps);
            steps += point.steps;
            low = std::min(low, point.min);
            high = std::max(high, point.max);
        }
        QCOMPARE(steps, std::int64_t(30000));
        QVERIFY(std::abs(mean / 30000 - sum / 3000) < 1e-9);
        QCOMPARE(low, least);
        QCOMPARE(high, greatest);
        QCOMPARE(loss.back().images, 3000 * 64.0);
        QCOMPARE(curves.skipped_steps, (std::vector<std::int64_t>{1, 1, 1}));
        QVERIFY(std::abs(curves.skipped.at(1) - 2000 * 64) < 64 * 64);
        QCOMPARE(curves.levels.size(), loss.size());
        QCOMPARE(curves.names,
                 (std::vector<std::string>{"loss", "other", "gradient norm", "learning rate",
                                           "images per second", "data wait"}));
    }

    /// A sample first, everything in the end, however the file was cut.
    void a_long_log_is_sampled_then_whole() {
        const fs::path folder = run("long");
        std::string text;
        std::int64_t lines = 0;
        double greatest = 0;
        {
            std::ofstream stream(folder / "log.jsonl");
            for (std::int64_t i = 1; i <= 45000; ++i, ++lines) {
                const LogLine line = line_at(i * 64, i / 20000, double(i * 7919 % 10007));
                greatest = std::max(greatest, line.curves[0].second.max);
                stream << text_of(line) << '\n';
                if (i % 20000 == 19999) stream << std::string(300000, 'x') << '\n';
            }
        }
        CurveReader reader(folder, 1000);
        QVERIFY(reader.read_more());
        QVERIFY(reader.curves().lines > 1000);
        const auto& first = reader.curves().curves.at(0);
        QVERIFY(first.front().images < 64 * 1000);
        QCOMPARE(first.back().images, 64 * 45000.0);  // the newest is there at once
        read_all(reader);
        QCOMPARE(reader.curves().lines, lines);
        QCOMPARE(reader.curves().resumed, (std::vector<double>{64 * 20000.0, 64 * 40000.0}));
        double high = 0;
        for (const CurvePoint& point : reader.curves().curves.at(0))
            high = std::max(high, point.max);
        QCOMPARE(high, greatest);
    }
};

QTEST_GUILESS_MAIN(TestRunCurves)
#include "test_run_curves.moc"
