#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/diffusion/noise_schedule.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// Options that every row of the table can work with.
NoiseScheduleOptions options_of(const std::string& id) {
    NoiseScheduleOptions options{.id = id};
    if (id == "scaled_linear") {
        options.beta_start = 0.00085;
        options.beta_end = 0.012;
    }
    if (id == "trained_betas") options.trained_betas.assign(1000, 0.01);
    return options;
}

double alpha_bar_at(double sigma) { return 1 / (1 + sigma * sigma); }

/// Those of the table that count steps.
std::vector<NoiseScheduleRow> with_steps() {
    std::vector<NoiseScheduleRow> rows = noise_schedules();
    std::erase_if(rows, [](const NoiseScheduleRow& row) { return !row.beta; });
    return rows;
}

bool close(double a, double b, double relative) { return std::abs(a / b - 1) <= relative; }

}  // namespace

class TestNoiseSchedule : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tables_end_where_they_should() {
        const struct {
            const char* id;
            double first, last;
        } ends[]{{"linear", 0.01000, 157.407},
                 {"scaled_linear", 0.02917, 14.6146},
                 {"squaredcos_cap_v2", 0.00643, 20291.2},
                 {"sigmoid", 0.01222, 158.743}};
        for (const auto& [id, first, last] : ends) {
            const NoiseSchedule schedule = noise_schedule(options_of(id));
            QCOMPARE(schedule.sigmas.size(), std::size_t(1000));
            QVERIFY2(close(schedule.sigma_min(), first, 1e-3), id);
            QVERIFY2(close(schedule.sigma_max(), last, 1e-5), id);
        }
    }

    // ᾱ at steps 0, 1, 250, 500 and 999, recorded from diffusers 0.42.1 with torch 2.11:
    // DDPMScheduler(beta_schedule=...).alphas_cumprod, with zero terminal SNR
    // EulerDiscreteScheduler, whose last step isn't compared: it has less noise than the one
    // before. There its square roots, and in the sigmoid its exponentials, round otherwise than
    // ours.
    void alpha_bars_are_those_of_diffusers() {
        const struct {
            const char* id;
            bool zero;
            float alpha_bars[5];
            double tolerance = 1e-9;  // neighbours in float32 are 6e-8 apart
        } recorded[]{
            {"linear",
             false,
             {0.999899983f, 0.999780059f, 0.521422982f, 0.0777966529f, 4.03583035e-05f}},
            {"linear", true, {0.999899983f, 0.999779344f, 0.518860519f, 0.0752462f}, 1e-6},
            {"scaled_linear",
             false,
             {0.999149978f, 0.998296022f, 0.673792303f, 0.276332468f, 0.00466009509f}},
            {"scaled_linear", true, {0.999149978f, 0.998233497f, 0.65245676f, 0.241018638f}, 1e-6},
            {"squaredcos_cap_v2",
             false,
             {0.999958694f, 0.99991256f, 0.845888019f, 0.492285043f, 2.42873499e-09f}},
            {"squaredcos_cap_v2",
             true,
             {0.999958873f, 0.999912739f, 0.845881224f, 0.492265046f},
             1e-6},
            {"sigmoid",
             false,
             {0.99985081f, 0.999701023f, 0.90279901f, 0.298887581f, 3.96818214e-05f},
             3e-7},
        };
        const std::size_t steps[]{0, 1, 250, 500, 999};
        for (const auto& row : recorded) {
            NoiseScheduleOptions options = options_of(row.id);
            options.zero_terminal_snr = row.zero;
            const NoiseSchedule schedule = noise_schedule(options);
            QCOMPARE(schedule.zero_terminal_snr, row.zero);
            for (std::size_t i = 0; i < (row.zero ? 4 : 5); ++i) {
                const double got = alpha_bar_at(schedule.sigmas[steps[i]]);
                QVERIFY2(close(got, row.alpha_bars[i], row.tolerance),
                         qPrintable(QStringLiteral("%1 at %2: %3")
                                        .arg(QLatin1String(row.id))
                                        .arg(steps[i])
                                        .arg(got, 0, 'g', 9)));
            }
        }
    }

    void zero_terminal_snr_ends_in_noise() {
        for (const NoiseScheduleRow& row : with_steps()) {
            NoiseScheduleOptions options = options_of(row.id);
            const NoiseSchedule plain = noise_schedule(options);
            options.zero_terminal_snr = true;
            const NoiseSchedule zero = noise_schedule(options);
            QVERIFY(close(zero.sigma_min(), plain.sigma_min(), 1e-2));
            QVERIFY(zero.sigma_max() > 4095);
        }
    }

    // ᾱ at a share u of the steps is the logistic curve, cut to begin at 1 and to end at 0.
    void the_sigmoid_of_the_signal_is_one() {
        const auto logistic = [](double u) { return 1 / (1 + std::exp(-u)); };
        const NoiseSchedule schedule = noise_schedule(options_of("sigmoid-alpha"));
        for (const int steps : {1, 250, 500, 900, 998}) {
            const double u = steps / 1000.0;
            const double wanted =
                (logistic(3) - logistic(6 * u - 3)) / (logistic(3) - logistic(-3));
            QVERIFY(close(alpha_bar_at(schedule.sigmas[std::size_t(steps) - 1]), wanted, 1e-4));
        }
        QVERIFY(close(alpha_bar_at(schedule.sigmas[499]), 0.5, 1e-5));
    }

    void no_step_of_the_cosine_adds_all_noise() {
        const NoiseSchedule cosine = noise_schedule({.id = "squaredcos_cap_v2"});
        for (std::size_t t = 1; t < cosine.sigmas.size(); ++t) {
            const double beta =
                1 - alpha_bar_at(cosine.sigmas[t]) / alpha_bar_at(cosine.sigmas[t - 1]);
            QVERIFY(beta <= 0.999 + 1e-6);
        }
    }

    void steps_and_levels_are_inverse() {
        for (const NoiseScheduleRow& row : with_steps()) {
            const NoiseSchedule schedule = noise_schedule(options_of(row.id));
            QVERIFY(!schedule.range && schedule.sigma_data == 1);
            for (std::size_t t = 0; t < schedule.sigmas.size(); ++t) {
                QCOMPARE(schedule.t_of(schedule.sigmas[t]), double(t));
                QCOMPARE(schedule.sigma_of(double(t)), schedule.sigmas[t]);
            }
            for (double t = 0.25; t < 999; t += 13.7)
                QVERIFY(std::abs(schedule.t_of(schedule.sigma_of(t)) - t) < 1e-3);
            QCOMPARE(schedule.t_of(schedule.sigma_of(500.0009)), 500.0);
            QVERIFY(schedule.t_of(schedule.sigma_of(500.0011)) > 500);
            for (double below : {0.0, schedule.sigma_min() / 2})
                QCOMPARE(schedule.t_of(below), 0.0);
            QCOMPARE(schedule.t_of(schedule.sigma_max() * 2), 999.0);
            QCOMPARE(schedule.sigma_of(-1), schedule.sigma_min());
            QCOMPARE(schedule.sigma_of(1e9), schedule.sigma_max());
        }
    }

    void training_draws_each_step_alike() {
        for (const NoiseScheduleRow& row : with_steps()) {
            const NoiseSchedule schedule = noise_schedule(options_of(row.id));
            for (std::size_t t = 0; t < 1000; t += 37) {
                QCOMPARE(schedule.learned_at(double(t) / 1000 + 1e-9), schedule.sigmas[t]);
                QCOMPARE(schedule.learned_at(double(t + 1) / 1000 - 1e-9), schedule.sigmas[t]);
                QCOMPARE(schedule.share_below(schedule.sigmas[t]), double(t) / 999);
            }
            QCOMPARE(schedule.most_levels(), 1000);
            QCOMPARE(schedule.start_deviation(3), std::hypot(1, 3));
        }
    }

    // Quantiles of the normal distribution recorded from SciPy 1.17's scipy.stats.norm.ppf.
    void a_range_is_learned_around_its_middle() {
        const NoiseSchedule edm = noise_schedule({.id = "edm"});
        QVERIFY(edm.range);
        QCOMPARE(edm.sigma_min(), 0.002);
        QCOMPARE(edm.sigma_max(), 80.0);
        QCOMPARE(edm.sigma_data, 0.5);
        for (const auto& [u, z] : {std::pair{0.5, 0.0},
                                   {0.841344746068543, 1.0},
                                   {0.975, 1.959963984540054},
                                   {0.01, -2.3263478740408408},
                                   {1e-9, -5.9978070150076865}}) {
            const double sigma = edm.learned_at(u);
            QVERIFY(std::abs(std::log(sigma) - (-1.2 + 1.2 * z)) < 1e-9);
            QVERIFY(std::abs(edm.share_below(sigma) - u) < 1e-12);
        }
        double mean = 0, square = 0;
        constexpr int n = 10000;
        for (int i = 0; i < n; ++i) {
            const double log = std::log(edm.learned_at((i + 0.5) / n));
            mean += log / n;
            square += log * log / n;
        }
        QVERIFY(std::abs(mean + 1.2) < 1e-9);
        QVERIFY(std::abs(std::sqrt(square - mean * mean) - 1.2) < 1e-3);
        QVERIFY(edm.learned_at(0) > 0 && edm.learned_at(1 - 0x1p-53) < 1e5);
    }

    void a_network_of_edm_is_told_a_quarter_of_the_logarithm() {
        const NoiseSchedule edm = noise_schedule({.id = "edm"});
        for (const double sigma : {0.002, 0.3, 1.0, 80.0}) {
            QVERIFY(std::abs(edm.t_of(sigma) - std::log(sigma) / 4) < 1e-15);
            QVERIFY(close(edm.sigma_of(edm.t_of(sigma)), sigma, 1e-12));
        }
        QVERIFY(edm.t_of(100) > edm.t_of(80));  // churn goes beyond the range
        QCOMPARE(edm.sigma_of(9), 80.0);
        QCOMPARE(edm.middle_of(8, 2), 4.0);
        QCOMPARE(edm.start_deviation(80), 80.0);
        QVERIFY(edm.most_levels() >= 1000);
    }

    // As PNDMScheduler of diffusers counts: a + ⌊(b − a) / 2⌋.
    void the_middle_is_that_of_the_training_steps() {
        const NoiseSchedule linear = noise_schedule({});
        for (const auto& [high, low, middle] :
             {std::array{900, 800, 850}, {999, 666, 832}, {142, 0, 71}, {8, 5, 6}, {3, 3, 3}})
            QCOMPARE(linear.middle_of(linear.sigma_of(high), linear.sigma_of(low)),
                     linear.sigma_of(middle));
        const double between = linear.middle_of(linear.sigma_of(10.5), linear.sigma_of(4.25));
        QVERIFY(std::abs(between / linear.sigma_of(7.375) - 1) < 1e-9);
    }

    void impossible_schedules_are_refused() {
        const NoiseScheduleOptions refused[]{
            {.steps = 0},
            {.steps = 1},
            {.steps = -5},
            {.steps = 1'000'000'000},
            {.beta_start = 0},
            {.beta_start = -1},
            {.beta_end = 1},
            {.beta_end = std::nan("")},
            {.beta_start = 1e-9},  // 1 − β is 1 in float32
            {.steps = 100000},     // no signal is left long before the end
            {.id = "trained_betas"},
            {.id = "trained_betas", .steps = 2, .trained_betas = {0.1, 2}},
            {.id = "trained_betas", .steps = 2, .trained_betas = {0.1}},
            {.id = "edm", .zero_terminal_snr = true},
            {.id = "edm", .sigma_min = 0},
            {.id = "edm", .sigma_min = 80},
            {.id = "edm", .sigma_min = std::nan("")},
            {.id = "edm", .sigma_max = HUGE_VAL},
            {.id = "edm", .sigma_data = 0},
            {.id = "edm", .sigma_data = std::nan("")},
            {.id = "edm", .rho = -7},
        };
        for (const NoiseScheduleOptions& options : refused)
            QVERIFY(!refusal([&] { noise_schedule(options); }).empty());
        const auto word = refusal<UnknownWord>([] { noise_schedule({.id = "linaer"}); });
        QVERIFY(word.find("“linear”") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestNoiseSchedule)
#include "test_noise_schedule.moc"
