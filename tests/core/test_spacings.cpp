#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/table.h"
#include "core/diffusion/spacings.h"
#include "refusal.h"

using namespace daguerre;

namespace {

std::vector<NoiseSchedule> schedules() {
    std::vector<NoiseSchedule> result;
    for (const char* id :
         {"linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid", "sigmoid-alpha"})
        for (bool zero : {false, true})
            result.push_back(noise_schedule({.id = id, .zero_terminal_snr = zero}));
    result.push_back(noise_schedule({.steps = 10, .beta_end = 0.9}));
    return result;
}

std::vector<double> visited(const char* spacing, const NoiseSchedule& schedule, int n) {
    return row_named(spacings(), spacing, "schedule").sigmas(schedule, n);
}

/// The training steps that a spacing visits.
std::vector<int> steps_of(const char* spacing, const NoiseSchedule& schedule, int n) {
    std::vector<int> steps;
    for (double sigma : visited(spacing, schedule, n))
        if (sigma > 0) steps.push_back(int(schedule.t_of(sigma)));
    return steps;
}

}  // namespace

class TestSpacings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void all_fall_to_zero() {
        for (const Spacing& spacing : spacings())
            for (const NoiseSchedule& schedule : schedules())
                for (int n = 1; n <= 100; ++n) {
                    const std::vector<double> sigmas = spacing.sigmas(schedule, n);
                    QVERIFY2(std::is_sorted(sigmas.begin(), sigmas.end(), std::greater_equal()),
                             spacing.id.c_str());
                    QCOMPARE(sigmas.back(), 0.0);
                    QVERIFY(sigmas.size() >= 2 && sigmas.size() <= std::size_t(n) + 1);
                    QVERIFY(sigmas[sigmas.size() - 2] >= schedule.sigma_min());
                    QVERIFY(sigmas[0] <= schedule.sigma_max());
                    const bool steep = schedule.sigma_max() > 200;
                    if (steep) QVERIFY(sigmas[0] <= 80);
                    if (!steep && schedule.sigmas.size() == 1000)
                        QCOMPARE(sigmas.size(), std::size_t(n) + 1);
                }
    }

    void ranges_reach_both_ends() {
        for (const char* id : {"karras", "exponential", "beta-sigma"})
            for (const NoiseSchedule& schedule : schedules())
                for (int n : {2, 3, 20, 1000}) {
                    const std::vector<double> sigmas = visited(id, schedule, n);
                    QCOMPARE(sigmas.size(), std::size_t(n) + 1);
                    const double top = schedule.sigma_max();
                    QCOMPARE(sigmas[0], top > 200 ? 80 : top);
                    QCOMPARE(sigmas[std::size_t(n) - 1], schedule.sigma_min());
                }
    }

    // Family A of diffusers: karras over what its timestep_spacing reached.
    void ranges_may_be_given() {
        const NoiseSchedule linear = noise_schedule({});
        const std::vector<double> steps = visited("leading", linear, 8);
        for (const Spacing& spacing : spacings()) {
            const auto between = [&](double high, double low) {
                return sigmas_between(spacing, high, low, 8);
            };
            if (!spacing.range) {
                QVERIFY(says(refusal([&] { between(80, 0.002); }), "training steps"));
                continue;
            }
            QVERIFY(between(linear.sigma_max(), linear.sigma_min()) == spacing.sigmas(linear, 8));
            const std::vector<double> sigmas = between(steps[0], steps[7]);
            QCOMPARE(sigmas.size(), std::size_t(9));
            QCOMPARE(sigmas[0], steps[0]);
            QCOMPARE(sigmas[7], steps[7]);
            QCOMPARE(sigmas_between(spacing, 80, 0.002, 1), (std::vector<double>{80, 0}));
        }
    }

    // A range is visited from end to end, however high it goes; steps that it hasn't aren't
    // counted.
    void a_range_has_no_steps_to_count() {
        const NoiseSchedule edm = noise_schedule({.id = "edm"}),
                            high = noise_schedule({.id = "edm", .sigma_max = 500, .rho = 5});
        for (const Spacing& spacing : spacings()) {
            if (!spacing.range) {
                QVERIFY2(says(refusal([&] { spacing.sigmas(edm, 8); }), "karras or exponential"),
                         spacing.id.c_str());
                continue;
            }
            for (const NoiseSchedule& schedule : {edm, high})
                for (const int n : {1, 2, 18, 100}) {
                    const std::vector<double> sigmas = spacing.sigmas(schedule, n);
                    QCOMPARE(sigmas.size(), std::size_t(n) + 1);
                    QCOMPARE(sigmas[0], schedule.sigma_max());
                    if (n > 1) QCOMPARE(sigmas[std::size_t(n) - 1], schedule.sigma_min());
                }
        }
        // Karras et al. 2022, eq. 5, with u = 1/2 in the middle of three.
        const auto middle = [](double low, double top, double rho) {
            return std::pow((std::pow(low, 1 / rho) + std::pow(top, 1 / rho)) / 2, rho);
        };
        QVERIFY(std::abs(visited("karras", edm, 3)[1] / middle(0.002, 80, 7) - 1) < 1e-12);
        QVERIFY(std::abs(visited("karras", high, 3)[1] / middle(0.002, 500, 5) - 1) < 1e-12);
    }

    void exponential_has_one_ratio() {
        const std::vector<double> sigmas = visited("exponential", noise_schedule({}), 12);
        for (std::size_t i = 1; i + 2 < sigmas.size(); ++i)
            QVERIFY(std::abs(sigmas[i] / sigmas[i - 1] - sigmas[i + 1] / sigmas[i]) < 1e-12);
    }

    // Recorded from diffusers 0.42.1, linear schedule: DDIMScheduler's three timestep_spacings.
    void steps_are_those_of_diffusers() {
        const NoiseSchedule linear = noise_schedule({});
        using Steps = std::vector<int>;
        QCOMPARE(steps_of("trailing", linear, 7), Steps({999, 856, 713, 570, 428, 285, 142}));
        QCOMPARE(steps_of("leading", linear, 7), Steps({852, 710, 568, 426, 284, 142, 0}));
        QCOMPARE(steps_of("linspace", linear, 7), Steps({999, 832, 666, 500, 333, 166, 0}));
        // The same of DPMSolverMultistepScheduler, which counts n + 1 and drops the last.
        QCOMPARE(steps_of("leading-b", linear, 7), Steps({875, 750, 625, 500, 375, 250, 125}));
        QCOMPARE(steps_of("linspace-b", linear, 7), Steps({999, 856, 714, 571, 428, 285, 143}));
        // Halves go to the even neighbour: 1000 − 62.5 is 938, 1000 − 187.5 is 812.
        QCOMPARE(steps_of("trailing", linear, 16), Steps({999, 937, 874, 811, 749, 687, 624, 561,
                                                          499, 437, 374, 311, 249, 187, 124, 61}));
    }

    // Quantiles of Beta(0.6, 0.6), recorded from SciPy 1.17's scipy.stats.beta.ppf.
    void beta_follows_its_quantiles() {
        // So many steps that rounding to one hides little.
        NoiseSchedule fine;
        for (int t = 0; t < 1'000'001; ++t) fine.sigmas.push_back(0.01 * std::exp(8e-6 * t));
        const auto steps = steps_of("beta", fine, 10);
        const double quantiles[]{1,
                                 0.96041559441121915,
                                 0.87707824954166713,
                                 0.76598299612476428,
                                 0.63729900924678562,
                                 0.5,
                                 0.36270099075321433,
                                 0.23401700387523572,
                                 0.12292175045833284,
                                 0.03958440558878084};
        QCOMPARE(steps.size(), std::size_t(10));
        for (std::size_t i = 0; i < steps.size(); ++i)
            QVERIFY(std::abs(steps[i] - 1e6 * quantiles[i]) <= 0.51);
    }

    void more_steps_than_the_table_has_are_each_visited_once() {
        const NoiseSchedule ten = noise_schedule({.steps = 10, .beta_end = 0.9});
        for (const char* id : {"trailing", "leading", "linspace"})
            QCOMPARE(visited(id, ten, 1000).size(), std::size_t(11));
    }
};

QTEST_GUILESS_MAIN(TestSpacings)
#include "test_spacings.moc"
