#include <QTest>
#include <filesystem>

#include "core/base/files.h"
#include "core/image/record.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/metrics.h"
#include "refusal.h"
#include "stand_ins.h"
#include "tiny_evaluation.h"

using namespace daguerre;
namespace fs = std::filesystem;

class TestEvaluationFiles : public QObject, TinyEvaluation {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void features_of_the_reference_are_kept();
    void a_broken_cache_is_made_anew();
    void another_network_has_a_cache_of_its_own();
    void files_are_judged_with_broken_ones_listed();
    void classes_of_files_come_by_name_and_record();
    void files_hold_evaluations();
    void hostile_files_are_refused();
    void a_models_evaluations_are_kept_together();
    void what_came_with_the_program_is_known();
    void multiples_need_equal_numbers();

private:
    /// A figure more of the same images, and one of others, of seed 9.
    void keep_two_more();
};

void TestEvaluationFiles::keep_two_more() {
    keep_evaluation(measured(shapes(), small("kid")));
    EvaluateRequest other = small("swd");
    other.seed = 9;
    keep_evaluation(measured(shapes(), other));
}

void TestEvaluationFiles::features_of_the_reference_are_kept() {
    measured(shapes(), small("fcd"));
    const std::int64_t first = ruler_->seen;
    measured(shapes(), small("fcd"));
    QCOMPARE(std::int64_t(ruler_->seen) - first, std::int64_t(120));  // the samples alone
    QCOMPARE(first, std::int64_t(120 + 140 + 120 + 120));
}

void TestEvaluationFiles::a_broken_cache_is_made_anew() {
    const Evaluation sound = measured(shapes(), small("fcd,kid"));
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(home_folder() / "cache")) {
        if (!entry.is_regular_file()) continue;
        const std::string bytes = read_file(entry.path(), 1 << 20);
        if (files % 2 == 0)
            write_whole(entry.path(), bytes.substr(0, bytes.size() / 2));
        else
            write_whole(entry.path(), "nothing of the kind");
        ++files;
    }
    QCOMPARE(files, 3);  // features of the reference and of real images, figures of these
    const std::int64_t before = ruler_->seen;
    QVERIFY(measured(shapes(), small("fcd,kid")).figures == sound.figures);
    QCOMPARE(std::int64_t(ruler_->seen) - before, std::int64_t(500));
    measured(shapes(), small("fcd,kid"));
    QCOMPARE(std::int64_t(ruler_->seen) - before, std::int64_t(620));
}

void TestEvaluationFiles::another_network_has_a_cache_of_its_own() {
    measured(shapes(), small("kid"));
    const std::int64_t before = ruler_->seen;
    ruler_->info_.sha256 = std::string(64, 'c');
    measured(shapes(), small("kid"));
    QCOMPARE(std::int64_t(ruler_->seen) - before, std::int64_t(500));
}

void TestEvaluationFiles::files_are_judged_with_broken_ones_listed() {
    Evaluating what = shapes();
    what.model = nullptr;
    what.images = std::make_shared<Part>(500, 90, "", 30);
    const Evaluation found = measured(what, small("kid,swd"));
    QCOMPARE(found.n, std::int64_t(87));
    QVERIFY(has_remark(found, "fewer than 120"));
    QVERIFY(has_remark(found, "shape60.png"));
    QVERIFY(found.model_sha256.empty());
    QVERIFY(keep_evaluation(found).empty());
}

void TestEvaluationFiles::classes_of_files_come_by_name_and_record() {
    Evaluating what = shapes();
    const auto model = std::make_shared<Part>(300, 120, "");
    what.model = nullptr;
    what.images = model;
    const double by_folder = value(measured(what, small("recognised")).figures, "recognised");
    QCOMPARE(by_folder, value(measured(shapes(), small("recognised")).figures, "recognised"));

    class Recorded : public Part {
    public:
        using Part::Part;
        Example at(std::int64_t i) const override {
            Example example = Part::at(i);
            add_record(example.image,
                       {.title = tiny_dataset()->info().classes[std::size_t(example.label)],
                        .parameters = {{"Steps", "20"}, {"Sampler", "x"}, {"Seed", "1"}},
                        .daguerre = "{}"});
            example.label = -1;
            return example;
        }
    };
    const auto recorded = std::make_shared<Recorded>(300, 120, "");
    recorded->info_.classes.clear();
    what.images = recorded;
    QCOMPARE(value(measured(what, small("recognised")).figures, "recognised"), by_folder);
}

void TestEvaluationFiles::files_hold_evaluations() {
    const Evaluation found = measured(shapes(), small());
    const fs::path file = home_folder() / "out.json";
    write_evaluation(file, found);
    const Evaluation read = read_evaluation(file);
    QVERIFY(read.figures == found.figures);
    QVERIFY(read.real == found.real);
    QVERIFY(read.blurred == found.blurred);
    QCOMPARE(read.n, found.n);
    QCOMPARE(read.seed, found.seed);
    QVERIFY(read.settings == found.settings);
    QVERIFY(read.class_counts == found.class_counts);
    QVERIFY(read.remarks == found.remarks);
    QCOMPARE(read.date, found.date);
    QCOMPARE(read.network_sha256, found.network_sha256);
}

void TestEvaluationFiles::hostile_files_are_refused() {
    const fs::path file = home_folder() / "out.json";
    for (const char* text : {"[]", "{}", "7", "{\"figures\": 3}", "{\"program\": 1}", "nonsense"}) {
        write_whole(file, text);
        QVERIFY2(!refusal([&] { read_evaluation(file); }).empty(), text);
    }
    write_evaluation(file, measured(shapes(), small("swd")));
    std::string text = read_file(file, 1 << 20);
    text.replace(text.find("\"value\": ") + 9, 1, "\"x\", \"y\": ");
    write_whole(file, text);
    QVERIFY(says(refusal([&] { read_evaluation(file); }), "isn't what daguerre evaluate writes"));
}

void TestEvaluationFiles::a_models_evaluations_are_kept_together() {
    const Evaluation first = measured(shapes(), small("swd"));
    const fs::path file = keep_evaluation(first);
    QVERIFY(fs::exists(file));
    keep_two_more();
    const auto all = evaluations_of(painter_hash);
    QCOMPARE(all.size(), std::size_t(2));
    QCOMPARE(all.back().seed, std::int64_t(9));
    QCOMPARE(value(all.front().figures, "swd"), value(first.figures, "swd"));
    QVERIFY(figure_named(all.front().figures, "kid"));
    write_whole(file, "[{}]");
    QVERIFY(evaluations_of(painter_hash).empty());
    QVERIFY(evaluations_of("../secret").empty());
    keep_evaluation(first);
    QCOMPARE(evaluations_of(painter_hash).size(), std::size_t(1));
}

void TestEvaluationFiles::what_came_with_the_program_is_known() {
    const auto restore = qScopeGuard(
        [before = qgetenv("DAGUERRE_RESOURCES")] { qputenv("DAGUERRE_RESOURCES", before); });
    const QTemporaryDir place;
    qputenv("DAGUERRE_RESOURCES", place.path().toUtf8());
    const fs::path own = keep_evaluation(measured(shapes(), small("swd")));
    const fs::path bundled = fs::path(place.path().toStdString()) / "evaluations" / own.filename();
    fs::create_directories(bundled.parent_path());
    fs::rename(own, bundled);
    QCOMPARE(evaluations_of(painter_hash).size(), std::size_t(1));

    keep_two_more();
    const auto all = evaluations_of(painter_hash);
    QCOMPARE(all.size(), std::size_t(2));
    QVERIFY(figure_named(all.front().figures, "swd"));
    QVERIFY(figure_named(all.front().figures, "kid"));
    QVERIFY(read_file(own, 1 << 20).find("\"kid\"") != std::string::npos);

    write_whole(bundled, "nonsense");
    QCOMPARE(evaluations_of(painter_hash).size(), std::size_t(2));
}

void TestEvaluationFiles::multiples_need_equal_numbers() {
    Evaluation e;
    e.figures = {{"fcd", "", 5.2, {}, 100, ""}, {"recall", "", 0.5, {}, 100, ""}};
    e.real = {{"fcd", "", 1, {}, 100, ""}, {"recall", "", 1, {}, 100, ""}};
    QCOMPARE(multiple_text(e, e.figures[0]), std::string("5.2 × real"));
    QCOMPARE(multiple_text(e, e.figures[1]), std::string());
    e.real[0].n = 90;
    QCOMPARE(multiple_text(e, e.figures[0]), std::string());
}

QTEST_GUILESS_MAIN(TestEvaluationFiles)
#include "test_evaluation_files.moc"
