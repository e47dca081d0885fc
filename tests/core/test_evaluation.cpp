#include <QTest>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/base/files.h"
#include "core/data/preprocess.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/features.h"
#include "core/metrics/metrics.h"
#include "core/metrics/subsets.h"
#include "core/training/training_run.h"
#include "refusal.h"
#include "stand_ins.h"
#include "tiny_evaluation.h"
#include "tiny_run.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

std::set<std::string> ids_of(const std::vector<Figure>& figures) {
    std::set<std::string> ids;
    for (const Figure& figure : figures) ids.insert(figure.id);
    return ids;
}

}  // namespace

class TestEvaluation : public QObject, TinyEvaluation {
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void a_model_gets_all_its_figures();
    void the_same_request_gives_the_same_figures();
    void one_metric_alone();
    void stopping_keeps_what_is_finished();
    void unknown_metrics_are_refused();
    void what_cannot_be_had_is_said_before_work();
    void standard_leaves_out_what_cannot_be_had();
    void few_samples_are_refused_for_fcd_before_any_is_made();
    void other_sizes_are_made_equal();
    void one_split_is_halved();
    void features_that_are_no_numbers_are_named();
    void copies_are_found();
    void likelihood_asks_the_model();
    void likelihood_leaves_out_images_whose_class_must_be_known();
    void a_vae_lends_its_codes();
    void a_classifier_learns_from_samples();
    void one_class_only();
};

void TestEvaluation::a_model_gets_all_its_figures() {
    const Evaluation found = measured(shapes(), small());
    const std::set<std::string> both{"fcd",        "fcd_unbounded", "kid",      "precision",
                                     "recall",     "density",       "coverage", "score",
                                     "recognised", "swd",           "swd_16",   "msssim"};
    std::set<std::string> all = both;
    all.insert({"nearest_pixels", "nearest_features", "nearest_authentic", "bpd"});
    QCOMPARE(ids_of(found.figures), all);
    QCOMPARE(ids_of(found.real), both);
    QCOMPARE(ids_of(found.blurred), both);
    for (const Figure& figure : found.figures) {
        QVERIFY2(std::isfinite(figure.value) && figure.error, figure.id.c_str());
        QVERIFY2(figure.n == (figure.id == "bpd" ? 120 : 120), figure.id.c_str());
    }
    QCOMPARE(found.n, std::int64_t(120));
    QCOMPARE(found.reference_n, std::int64_t(140));
    QCOMPARE(found.network_sha256, network_hash);
    QCOMPARE(found.model_sha256, painter_hash);
    // Samples are of the distribution of the data; blurred images aren't.
    QVERIFY(value(found.figures, "fcd") < value(found.blurred, "fcd") / 5);
    QVERIFY(value(found.figures, "swd") < value(found.blurred, "swd") / 2);
    QVERIFY(value(found.figures, "recognised") > 0.6);
    QVERIFY(!found.stopped);
}

void TestEvaluation::the_same_request_gives_the_same_figures() {
    const EvaluateRequest some = small("fcd,kid,recall,score,msssim");
    const Evaluation once = measured(shapes(), some), again = measured(shapes(), some);
    QVERIFY(once.figures == again.figures);
    QVERIFY(once.real == again.real);
    EvaluateRequest other = some;
    other.seed = 301;
    QVERIFY(value(measured(shapes(), other).figures, "fcd") != value(once.figures, "fcd"));
}

void TestEvaluation::one_metric_alone() {
    const Evaluation found = measured(shapes(), small("recall, swd"));
    QCOMPARE(ids_of(found.figures), (std::set<std::string>{"recall", "swd", "swd_16"}));
}

void TestEvaluation::stopping_keeps_what_is_finished() {
    const EvaluateRequest few = small("fcd,kid,precision");
    // Everything in order, then stopped at each word of progress: the figures are a beginning of
    // the whole.
    const Evaluation whole = measured(shapes(), few);
    std::size_t most = 0;
    for (const char* what : {"image", "feature", "step"})
        for (const int at : {1, 2, 60, 160}) {
            int asked = 0;
            bool after = false;
            const Evaluation part = evaluate(shapes(), few, {}, [&](const Progress& progress) {
                after = after || asked >= at;
                if (progress.what == what) ++asked;
                return asked < at;
            });
            QVERIFY(!after);  // not asked again after it said no
            if (asked < at) continue;
            QVERIFY(part.stopped);
            QVERIFY(part.figures.size() <= whole.figures.size());
            most = std::max(most, part.figures.size());
            for (std::size_t i = 0; i < part.figures.size(); ++i)
                QVERIFY(part.figures[i] == whole.figures[i]);
        }
    QVERIFY(most > 0);
}

void TestEvaluation::unknown_metrics_are_refused() {
    QVERIFY(says(refusal<UnknownWord>([&] { measured(shapes(), small("fcd,recal")); }),
                 "Did you mean “recall”?"));
    QVERIFY(says(refusal<UnknownWord>([&] { measured(shapes(), small(" , ")); }), "--metrics"));
}

void TestEvaluation::what_cannot_be_had_is_said_before_work() {
    int made = 0;
    const auto refused = [&](const Evaluating& what, const std::string& metric) {
        return refusal([&] {
            evaluate(what, small(metric), {}, [&](const Progress& at) {
                made += at.what == "image";
                return true;
            });
        });
    };
    Evaluating what = shapes();
    what.network = nullptr;
    QVERIFY(says(refused(what, "fcd"), "--family classifier"));
    what = shapes();
    auto painter = std::make_shared<Painter>();
    painter->info_.classes.clear();
    what.model = painter;
    QVERIFY(says(refused(what, "recognised"), "“painter” says none"));
    painter->info_.classes = {"cat", "dog"};
    QVERIFY(says(refused(what, "recognised"), "“cat” of the samples is none of those"));
    what = shapes();
    what.model = nullptr;
    what.images = std::make_shared<Part>(0, 4, "");
    QVERIFY(says(refused(what, "bpd"), "is a set of images"));
    QVERIFY(says(refused(what, "precision"), "needs at least 6 images on each side; there are 4"));
    ruler_->info_.classes = {"only"};
    QVERIFY(says(refused(shapes(), "score"), "tells classes apart"));
    QCOMPARE(made, 0);
}

void TestEvaluation::standard_leaves_out_what_cannot_be_had() {
    Evaluating what = shapes();
    what.network = nullptr;
    what.images = std::make_shared<Part>(500, 100, "");
    what.model = nullptr;
    const Evaluation found = measured(what, small());
    QVERIFY(has_remark(
        found,
        "Left out: fcd, kid, precision, recall, density, coverage, score, recognised: they need"));
    QVERIFY(has_remark(found, "Left out: “bpd” asks a model"));
    QCOMPARE(ids_of(found.figures), (std::set<std::string>{"swd", "swd_16", "msssim",
                                                           "nearest_pixels", "nearest_authentic"}));
}

void TestEvaluation::few_samples_are_refused_for_fcd_before_any_is_made() {
    EvaluateRequest few = small("fcd");
    few.count = 11;
    bool made = false;
    Evaluating what = shapes();
    const std::string sentence = refusal([&] {
        evaluate(what, few, {}, [&](const Progress& at) {
            made = made || (at.what == "image" && at.total == 11);
            return true;
        });
    });
    QVERIFY(says(sentence, "needs at least 12 images on each side, better 120; there are 11"));
    QVERIFY(!made);
    few.metrics = "standard";
    const Evaluation found = measured(what, few);
    QVERIFY(!figure_named(found.figures, "fcd"));
    QVERIFY(figure_named(found.figures, "kid"));
    few.count = 119;
    const Evaluation biased = measured(what, few);
    QVERIFY(figure_named(biased.figures, "fcd")->note.find("Fewer than 120") == 0);
}

void TestEvaluation::other_sizes_are_made_equal() {
    auto painter = std::make_shared<Painter>();
    painter->info_.width = painter->info_.height = 32;
    Evaluating what = shapes();
    what.model = painter;
    const Evaluation found = measured(what, small("kid"));
    QVERIFY(has_remark(
        found, "The samples are 32 x 32; both sides are cut square and compared at 16 x 16"));
    QCOMPARE(found.size, 16);
}

void TestEvaluation::one_split_is_halved() {
    Evaluating what = shapes();
    what.real = nullptr;
    const Evaluation found = measured(what, small("kid"));
    QVERIFY(has_remark(found, "no second split"));
    QCOMPARE(found.reference_n, std::int64_t(70));
    QVERIFY(has_remark(found, "Real images to read the figures by: 70"));
    QCOMPARE(figure_named(found.real, "kid")->n, std::int64_t(70));
    // Classes that take turns are in both halves.
    std::set<int> classes[2];
    for (const bool other : {false, true}) {
        const auto half = half_of(what.dataset, other);
        for (std::int64_t i = 0; i < half->info().count; ++i)
            classes[other].insert(half->at(i).label);
    }
    QCOMPARE(classes[0].size(), std::size_t(4));
    QCOMPARE(classes[1].size(), std::size_t(4));
}

void TestEvaluation::features_that_are_no_numbers_are_named() {
    ruler_->broken = true;
    QVERIFY(says(refusal([&] { measured(shapes(), small("kid")); }),
                 "Feature 3 of image 0 of the reference images isn't a number"));
}

void TestEvaluation::copies_are_found() {
    Evaluating what = shapes();
    what.model = std::make_shared<Painter>(100);  // of the training images' first hundred
    const Evaluation copies = measured(what, small("nearest"));
    QCOMPARE(value(copies.figures, "nearest_pixels"), 0.0);
    QCOMPARE(value(copies.figures, "nearest_authentic"), 0.0);
    QCOMPARE(copies.nearest.size(), std::size_t(64));
    for (const Lookalike& pair : copies.nearest) {
        QVERIFY(pair.image.pixels == pair.in_pixels.pixels);
        QCOMPARE(pair.in_features.width, 16);
    }
    // Mirrored ones are copies too.
    class Mirrored : public Painter {
        std::vector<Image> generate(const GenerateRequest& request, const Fields& own,
                                    const OnProgress& on_progress) const override {
            std::vector<Image> images = Painter::generate(request, own, on_progress);
            for (Image& image : images) image = mirror(image);
            return images;
        }
    };
    what.model = std::make_shared<Mirrored>();
    EvaluateRequest first = small("nearest");
    first.seed = 0;
    const Evaluation turned = measured(what, first);
    QCOMPARE(value(turned.figures, "nearest_pixels"), 0.0);
    QVERIFY(turned.nearest[0].image.pixels == turned.nearest[0].in_pixels.pixels);
}

void TestEvaluation::likelihood_asks_the_model() {
    const Evaluation found = measured(shapes(), small("bpd"));
    QCOMPARE(value(found.figures, "bpd"), 2.75);  // 2, 2.5, 3, 3.5 in turn
    QCOMPARE(figure_named(found.figures, "bpd")->n, std::int64_t(120));
}

void TestEvaluation::likelihood_leaves_out_images_whose_class_must_be_known() {
    // Half of the images show classes that the model never heard of.
    auto painter = std::make_shared<Painter>();
    painter->info_.classes = {"disc", "square"};
    Evaluating what = shapes();
    what.model = painter;
    EvaluateRequest all = small("bpd");
    all.count = 130;
    const Evaluation strict = measured(what, all);
    QCOMPARE(figure_named(strict.figures, "bpd")->n, std::int64_t(66));
    QCOMPARE(value(strict.figures, "bpd"), 2.25);  // 2 and 2.5 in turn
    QVERIFY(has_remark(strict, "64 of 130 real images, whose class painter must know"));
    painter->info_.null_class = true;
    QCOMPARE(figure_named(measured(what, all).figures, "bpd")->n, std::int64_t(130));
}

void TestEvaluation::a_vae_lends_its_codes() {
    const fs::path data = home_folder() / "shapes", run = home_folder() / "coder";
    write_tiny_dataset(data);
    const auto trained =
        TrainingRun::start(data.string(), "vae", run, tiny_settings_of("vae", {{"images", "320"}}));
    while (!trained->finished()) trained->advance();
    trained->save();
    Evaluating what =
        open_evaluation(run.string(), data.string(), {.features = run.string(), .threads = 1});
    QCOMPARE(what.network->info().family, std::string("vae"));
    const Side five = side_of(*tiny_dataset(5), 0, {16, 1}, {}, {});
    const at::Tensor images = five.images.to(at::kFloat) / 127.5 - 1;
    const at::Tensor codes = what.network->classify(images).features;
    QCOMPARE(codes.size(1), std::int64_t(4));
    for (std::int64_t i = 0; i < 5; ++i)
        QVERIFY(at::allclose(what.network->classify(images.narrow(0, i, 1)).features[0], codes[i],
                             1e-4, 1e-5));

    const auto network = what.network;
    what = shapes();
    what.network = network;
    const Evaluation found = measured(what, small());
    QCOMPARE(found.network, std::string("coder (codes of a VAE)"));
    QVERIFY(found.class_counts.empty());
    const std::set<std::string> ids = ids_of(found.figures);
    for (const char* id : {"fcd", "kid", "precision", "coverage", "nearest_features"})
        QVERIFY2(ids.contains(id), id);
    QVERIFY(!ids.contains("score") && !ids.contains("recognised"));
    QVERIFY(has_remark(found, "“score” needs a classifier; coder is a VAE"));
    QCOMPARE(figure_named(found.figures, "fcd")->title,
             std::string("Fréchet distance of a VAE's codes"));
    QVERIFY(says(figure_named(found.real, "kid")->note, "Of a VAE's codes"));
    QCOMPARE(figure_named(found.figures, "swd")->note, figure_named(found.real, "swd")->note);
    QVERIFY(value(found.figures, "fcd") < value(found.blurred, "fcd"));
    QVERIFY(says(refusal([&] { measured(what, small("recognised")); }), "needs a classifier"));
    QVERIFY(left_out_of(what, small("cas")).empty());  // the dataset has classes
    // Without any network, what would help hangs on whether there are classes to learn.
    what.network = nullptr;
    auto plain = std::make_shared<Part>(0, 140, "train");
    plain->info_.classes.clear();
    what.dataset = plain;
    QVERIFY(says(refusal([&] { measured(what, small("fcd")); }), "--family vae"));
    QVERIFY(says(refusal([&] { measured(what, small("cas")); }), "needs images with classes"));
}

void TestEvaluation::a_classifier_learns_from_samples() {
    EvaluateRequest few = small("cas");
    few.count = 64;
    const Evaluation found = measured(shapes(), few);
    QCOMPARE(ids_of(found.figures), (std::set<std::string>{"cas", "cas_real"}));
    QCOMPARE(figure_named(found.figures, "cas")->n, std::int64_t(64));
    QVERIFY(value(found.figures, "cas") > 0.5);  // four classes: chance is a quarter
    QVERIFY(value(found.figures, "cas_real") > 0.5);
}

void TestEvaluation::one_class_only() {
    // All samples of one class: figures stay finite, and say how few there are.
    class Discs : public Painter {
        std::vector<Image> generate(const GenerateRequest& request, const Fields&,
                                    const OnProgress&) const override {
            std::vector<Image> images;
            for (std::int64_t i = 0; i < request.count; ++i)
                images.push_back(tiny_dataset(4000)->at(4 * (seed_of(request, i) % 1000)).image);
            return images;
        }
    };
    Evaluating what = shapes();
    what.model = std::make_shared<Discs>();
    const Evaluation found = measured(what, small("fcd,kid,score,recall,density,msssim"));
    for (const Figure& figure : found.figures) QVERIFY(std::isfinite(figure.value));
    QVERIFY(value(found.figures, "score") < 1.5);
    QVERIFY(value(found.real, "score") > value(found.figures, "score"));
    QVERIFY(value(found.figures, "recall") < value(found.real, "recall"));
    QVERIFY(value(found.figures, "msssim") > value(found.real, "msssim"));
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
