#include "core/training/diagnosis.h"

#include <QtTest>

#include "core/training/checkpoint.h"
#include "core/training/curve_names.h"

using namespace daguerre;

namespace {

double falling(int i) { return 1.0 / i; }
double flat(int i) { return 0.1 + 0.001 * (i % 3); }

/// 100 points of 100 steps with batch 64.
RunCurves curves_of(double (*loss)(int), double wait) {
    RunCurves curves;
    curves.lines = 1000;
    curves.names = {"loss", "data wait"};
    curves.curves.resize(2);
    curves.levels.resize(1);  // as diffusion has them
    for (int i = 1; i <= 100; ++i) {
        const double images = i * 6400.0;
        curves.curves[0].push_back({.images = images, .steps = 100, .mean = loss(i)});
        curves.curves[1].push_back({.images = images, .steps = 100, .mean = wait});
    }
    return curves;
}

/// The same with gauges of collapse at its end, measured between two steps.
RunCurves watched(double alike, double of_data, double entropy) {
    RunCurves curves = curves_of(falling, 0);
    const auto add = [&](const char* name, double value) {
        curves.names.push_back(name);
        curves.curves.push_back(
            {{.images = 320000, .mean = 0.9}, {.images = 640000, .mean = value}});
    };
    add(gauges::similarity, alike);
    add(gauges::similarity_of_data, of_data);
    add(gauges::entropy, entropy);
    add(gauges::entropy_of_data, 0.98);
    return curves;
}

std::string said(const RunCurves& curves, const std::string& family = "diffusion") {
    RunInfo run;
    run.family = family;
    run.settings = train_fields("diffusion");
    const auto finding = diagnose(run, curves);
    return finding ? finding->what.text() : "";
}

}  // namespace

class TestDiagnosis : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_is_usual_is_no_finding() {
        QCOMPARE(said({}), std::string());
        QCOMPARE(said(curves_of(falling, 0.05)), std::string());
        RunCurves now_and_then = curves_of(falling, 0);
        now_and_then.skipped = {630000};
        now_and_then.skipped_steps = {2};
        QCOMPARE(said(now_and_then), std::string());
        RunCurves young = curves_of(flat, 0);
        for (auto& curve : young.curves) curve.resize(15);
        QCOMPARE(said(young), std::string());
    }

    void a_flat_loss_is_told_to_be_usual() {
        QVERIFY(said(curves_of(flat, 0)).starts_with("The loss hardly falls any more."));
        RunCurves without_levels = curves_of(flat, 0);
        without_levels.levels.clear();
        QCOMPARE(said(without_levels, "gan"), std::string());
    }

    void waiting_is_told_with_its_share() {
        QVERIFY(said(curves_of(flat, 0.34)).starts_with("The network waits for images 34 % of"));
    }

    void few_kinds_of_picture_are_told() {
        QCOMPARE(said(watched(0.30, 0.25, 0.97), "gan"), std::string());
        QVERIFY(said(watched(0.41, 0.25, 0.97), "gan")
                    .starts_with("The model makes few kinds of picture: two of them are alike to "
                                 "0.41 (MS-SSIM), two of the data to 0.25."));
        QVERIFY(said(watched(0.30, 0.25, 0.41), "gan")
                    .starts_with("The model makes few kinds of picture: class entropy 41 %, that "
                                 "of the data 98 %."));
    }

    void a_tint_is_told_by_its_colour() {
        const auto tinted = [](double red, double green, double blue, int previews = 3) {
            RunCurves curves = curves_of(falling, 0);
            const std::array leads{red, green, blue};
            for (std::size_t i = 0; i < leads.size(); ++i) {
                curves.names.push_back(tint_curves[i]);
                std::vector<CurvePoint>& points = curves.curves.emplace_back();
                for (int k = 0; k < previews; ++k)  // about their mean
                    points.push_back({.images = k * 640., .mean = leads[i] + 0.02 * (k - 1)});
            }
            return curves;
        };
        QCOMPARE(said(tinted(0.02, 0, -0.02)), std::string());
        QCOMPARE(said(tinted(0.3, 0.3, 0.3)), std::string());  // brighter, not tinted
        QCOMPARE(said(tinted(0, 0.3, 0, 2)), std::string());   // too few
        QVERIFY(said(tinted(-0.01, 0.11, -0.01))
                    .starts_with("The previews are 8 % greener than the data."));
        QVERIFY(said(tinted(0, 0, 0.15)).starts_with("The previews are 10 % bluer"));
        QVERIFY(said(tinted(-0.3, 0, 0)).starts_with("The previews are 20 % more cyan"));
    }

    void an_average_that_is_behind_is_told() {
        const auto measured = [](double averaged, double raw) {
            RunCurves curves = curves_of(falling, 0);
            curves.names.insert(curves.names.end(), {averaged_test_loss, raw_test_loss});
            curves.curves.push_back(
                {{.images = 640, .mean = 0.9}, {.images = 1280, .mean = averaged}});
            curves.curves.push_back({{.images = 640, .mean = 0.1}, {.images = 1280, .mean = raw}});
            return said(curves);
        };
        QCOMPARE(measured(0.20, 0.21), std::string());
        QCOMPARE(measured(0.20, 0.199), std::string());
        QVERIFY(
            measured(0.25, 0.2).starts_with("The averaged weights are behind the raw ones: test "
                                            "loss 0.25 beside 0.2."));
    }

    void skipped_steps_come_first_with_what_helps() {
        RunCurves curves = curves_of(flat, 0.34);
        curves.skipped = {6400, 600000, 640000};
        curves.skipped_steps = {50, 4, 8};
        RunInfo run;
        run.family = "diffusion";
        run.settings = train_fields("diffusion");
        const auto finding = diagnose(run, curves);
        QVERIFY(finding);
        QCOMPARE(finding->what.text(),
                 std::string("12 of the last 1000 steps were skipped: the loss was not a number. A "
                             "lower learning rate (0.0006 now) or fp32 helps."));
        QCOMPARE(finding->setting, std::string("learning_rate"));
        QCOMPARE(std::stod(finding->value), 6e-4 / 2);
        set_field_text(run.settings, finding->setting, finding->value);
    }
};

QTEST_GUILESS_MAIN(TestDiagnosis)
#include "test_diagnosis.moc"
