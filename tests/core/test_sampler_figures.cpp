#include <QtTest>
#include <map>

#include "sampler_stand_ins.h"

using namespace daguerre;

namespace {

/// The deviation that the sampler `dpmpp_sde` would have if the two draws of a step were
/// independent; in truth the second contains a part of the first.
double deviation_of_independent_draws(const Sampler& sampler, const Sigmas& sigmas) {
    at::Tensor end = shares(sampler, sigmas);
    for (std::int64_t i = 0; i + 2 < std::int64_t(sigmas.size()); ++i) {
        const double now = sigmas[std::size_t(i)], next = sigmas[std::size_t(i) + 1];
        const double part = (now - std::sqrt(now * next)) / (now - next);
        end[2 * i + 2] /= std::sqrt(1 - part);
        end[2 * i + 1] -= std::sqrt(part) * end[2 * i + 2];
    }
    return end.norm().item<double>();
}

}  // namespace

class TestSamplerFigures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Deviations computed apart, from the papers' formulas.
    void moments_are_the_computed_ones() {
        const NoiseSchedule linear = noise_schedule({});
        const std::pair<const char*, int> columns[]{
            {"trailing", 5},   {"trailing", 10},   {"trailing", 20}, {"trailing", 50},
            {"trailing", 100}, {"trailing", 1000}, {"karras", 10},   {"karras", 20}};
        const std::vector<double> with_noise{.2483, .3335, .3915, .4441,
                                             .4682, .4961, .2946, .3731};
        const std::vector<double> without{.2625, .3700, .4314, .4714, .4854, .4985, .3587, .4268};
        const struct {
            const char* id;
            std::vector<double> wanted;
            SamplerOptions options{};
        } rows[]{{"ddim", without},
                 {"euler", without},
                 {"dpmpp_1m", without},
                 {"ddim", with_noise, {.eta = 1}},
                 {"ddpm", with_noise},
                 {"euler_a", with_noise},
                 {"ddpm",
                  {.3599, .4939, .5168, .5117, .5067, .5008, .6590, .5715},
                  {.variance = "large"}},
                 {"heun", {.3199, .4353, .4803, .4957, .4985, 0, .6258, .5245}},
                 {"dpmpp_2m", {.2713, .4048, .4782, .5006, .5008, 0, .5524, .5255}},
                 {"dpmpp_2m_sde", {.2553, .3883, .4866, .5150, .5079, 0, .5343, .5519}},
                 {"dpmpp_2s_a", {.2711, .3910, .4538, .4869, .4953, 0, .3908, .4605}},
                 {"dpmpp_sde", {.2516, .3486, .4074, .4518, .4717, 0, .3437, .4018}},
                 {"unipc", {.2742, .4095, .4798, .4989, .4996, 0, .5695, .5204}}};
        for (const auto& [id, row, options] : rows)
            for (std::size_t i = 0; i < std::size(columns); ++i) {
                if (row[i] == 0) continue;
                const auto& [spacing, n] = columns[i];
                const Sigmas sigmas = visited(spacing, linear, n);
                const Sampler& sampler = sampler_named(id);
                const double got = sampler.id == "dpmpp_sde"
                                       ? deviation_of_independent_draws(sampler, sigmas)
                                       : deviation(sampler, sigmas, options);
                QVERIFY2(std::abs(got - row[i]) < 0.5e-4 + 1e-9,
                         qPrintable(QStringLiteral("%1 %2 %3: %4 for %5")
                                        .arg(QLatin1String(id), QLatin1String(spacing))
                                        .arg(n)
                                        .arg(got)
                                        .arg(row[i])));
            }
    }

    void large_variance_adds_too_much_where_steps_are_long() {
        const NoiseSchedule linear = noise_schedule({});
        for (const auto& [n, wanted] : {std::pair{5, .747}, {10, .599}, {20, .546}}) {
            const double got = deviation(sampler_named("ddpm"), visited("linspace", linear, n),
                                         {.variance = "large"});
            QVERIFY2(std::abs(got - wanted) < 0.5e-3, qPrintable(QString::number(got)));
        }
    }

    void most_steps_at_high_noise_flatten() {
        const double got =
            deviation(sampler_named("ddim"), visited("beta-sigma", noise_schedule({}), 20));
        QVERIFY2(std::abs(got - .12) < 0.5e-2, qPrintable(QString::number(got)));
    }

    // With a perfect model, no choice of the user may end in an explosion. Few steps of samplers
    // that look far back or put noise in overshoot where the last step down to 0 is a long one; the
    // figures are the papers' formulas', at 10 and 50 steps.
    void every_choice_stays_near_the_truth() {
        const std::map<std::string, std::pair<double, double>> overshooting{
            {"dpm2_a", {0.84, 0.54}},
            {"dpmpp_2m_sde", {0.84, 0.59}},
            {"dpmpp_3m", {0.73, 0.54}},
            {"dpmpp_3m_sde", {2.7, 0.86}}};
        std::vector<NoiseSchedule> schedules;
        for (const std::string& id : schedules_to_learn())
            for (bool zero : {false, true})
                if (!(zero && id == "edm"))
                    schedules.push_back(noise_schedule({.id = id, .zero_terminal_snr = zero}));
        for (const NoiseSchedule& schedule : schedules)
            for (const Sampler& sampler : samplers())
                for (const Spacing& spacing : spacings()) {
                    if (!spacing.shown || (schedule.range && !spacing.range)) continue;
                    std::pair most{0.72, 0.54};
                    if (overshooting.contains(sampler.id) && spacing.id != "trailing" &&
                        spacing.id != "beta")
                        most = overshooting.at(sampler.id);
                    const double at_10 = deviation(sampler, spacing.sigmas(schedule, 10));
                    const double at_50 = deviation(sampler, spacing.sigmas(schedule, 50));
                    QVERIFY2(
                        at_10 > 0.28 && at_10 < most.first && at_50 > 0.43 && at_50 < most.second,
                        qPrintable(QStringLiteral("%1 %2 %3: %4 %5")
                                       .arg(QLatin1String(sampler.id.c_str()),
                                            QLatin1String(spacing.id.c_str()),
                                            QLatin1String(schedule.id.c_str()))
                                       .arg(at_10)
                                       .arg(at_50)));
                }
    }

    // On the cosine table up to σ = 20291 these would give 5.2, 1.3 and 3.1 here.
    void steep_tables_are_cut() {
        const NoiseSchedule cosine = noise_schedule({.id = "squaredcos_cap_v2"});
        const struct {
            const char* id;
            double cut, whole;
        } rows[]{{"heun", .499, 5.2}, {"dpm2_a", .503, 1.3}, {"plms", .508, 3.1}};
        for (const auto& [id, cut, whole] : rows) {
            const Sampler& sampler = sampler_named(id);
            const double short_one = deviation(sampler, visited("trailing", cosine, 10));
            const double all = deviation(sampler, visited("trailing-all", cosine, 10));
            QVERIFY2(
                std::abs(short_one - cut) < 1e-3 && std::abs(all - whole) < 0.05,
                qPrintable(
                    QStringLiteral("%1: %2 %3").arg(QLatin1String(id)).arg(short_one).arg(all)));
        }
    }

    // Results of diffusers 0.42.1 for the dummy network, 10 steps; draw j of the noise is that of
    // wave_noise(). diffusers works in float32.
    void results_are_those_of_diffusers() {
        const auto exactly = [](double t) { return t; };
        const auto rounded = [](double t) { return std::round(t); };
        enum Start { Variance, Level };  // x is the wave times √(1 + σ₀²) or times σ₀
        struct Recorded {
            const char *sampler, *spacing, *schedule, *objective;
            double mean, mean_abs;
            SamplerOptions options{};
            bool clamp = false;
            Start start = Variance;
            double (*t)(double) = nullptr;
            bool to_table = false;  // the last level is the lowest of the table, not 0
        };
        const Recorded recorded[]{
            // DDIM trailing, DDIM leading η 0.5, DDPM fixed_small clip_sample, fixed_large
            {"ddim", "trailing", "linear", "eps", -4.770294, 7.759649},
            {"ddim", "leading", "linear", "eps", -1.880709, 2.944129, {.eta = 0.5}},
            {.sampler = "ddpm",
             .spacing = "leading",
             .schedule = "linear",
             .objective = "eps",
             .mean = -0.352776,
             .mean_abs = 0.352776,
             .clamp = true},
            {"ddpm", "leading", "linear", "eps", -0.920657, 1.008569, {.variance = "large"}},
            // EulerDiscrete, EulerAncestralDiscrete, HeunDiscrete
            {"euler", "trailing", "linear", "eps", -4.770311, 7.759228, {}, false, Level},
            {"euler_a", "trailing", "linear", "eps", -1.569404, 1.624674, {}, false, Level},
            {"heun", "leading", "linear", "eps", -0.967198, 2.724154},
            {"heun", "trailing", "scaled_linear", "v", -0.1034951, 0.2146204, {}, false, Level},
            // KDPM2Discrete, KDPM2AncestralDiscrete, LMSDiscrete
            {"dpm2", "leading", "linear", "eps", -1.042650, 2.838822},
            {"dpm2_a", "leading", "linear", "eps", -0.248570, 0.281480},
            {"lms", "leading", "linear", "eps", -1.704133, 3.578097},
            // PNDM skip_prk_steps, set_alpha_to_one; DEISMultistep, solver_order 3
            {"plms", "leading", "linear", "eps", -1.021794, 2.813821},
            {.sampler = "deis",
             .spacing = "linspace-b",
             .schedule = "linear",
             .objective = "eps",
             .mean = -3.602036,
             .mean_abs = 6.391678,
             .to_table = true},
            // DPMSolverMultistep
            {"dpmpp_1m", "linspace-b", "linear", "eps", -4.769697, 7.758796},
            {"dpmpp_2m", "linspace-b", "linear", "eps", -2.910289, 5.684638},
            {"dpmpp_3m", "linspace-b", "linear", "eps", -3.537101, 6.263463},
            {"dpmpp_2m_sde", "linspace-b", "linear", "eps", -0.343088, 0.343088},
            {"dpmpp_2m",
             "karras",
             "linear",
             "eps",
             -1.950856,
             4.604308,
             {},
             false,
             Variance,
             rounded},
            {"dpmpp_2m", "trailing-all", "squaredcos_cap_v2", "v", -0.1177117, 0.2029832},
            // UniPCMultistep, solver_order 2 and 3, bh2
            {"unipc", "linspace-b", "linear", "eps", -2.876926, 5.613720},
            {"unipc", "linspace-b", "linear", "eps", -3.172450, 5.882771, {.order = 3}},
            {"unipc", "karras", "linear", "eps", -2.244992, 4.864319, {}, false, Variance, rounded},
            {"unipc", "trailing", "linear", "x0", 0.1866136, 0.3935552},
            {"unipc", "trailing-all", "squaredcos_cap_v2", "v", -0.1164344, 0.2093202},
            // DDIM, DDPM fixed_small
            {"ddim", "trailing-all", "squaredcos_cap_v2", "v", -0.1192211, 0.1719532},
            {"ddpm", "leading", "scaled_linear", "x0", 0.2709022, 0.2709022},
        };
        for (const Recorded& row : recorded) {
            NoiseScheduleOptions options{.id = row.schedule};
            if (options.id == "scaled_linear") {
                options.beta_start = 0.00085;
                options.beta_end = 0.012;
            }
            const NoiseSchedule schedule = noise_schedule(options);
            Sigmas sigmas = visited(row.spacing, schedule, 10);
            if (row.to_table) sigmas.back() = schedule.sigma_min();
            const auto network = [t = row.t ? row.t : exactly](const at::Tensor& x, double step) {
                return dummy_network(x, t(step));
            };
            Denoiser denoise =
                denoiser_of(network, row_named(objectives(), row.objective, "objective"), schedule);
            if (row.clamp) denoise = clamped(denoise);
            const double scale = row.start == Level ? sigmas[0] : std::hypot(1, sigmas[0]);
            const at::Tensor end =
                sampler_named(row.sampler)
                    .run(denoise, wave() * scale, sigmas, wave_noise(), go_on, row.options) /
                std::hypot(1, sigmas.back());
            const double mean = end.mean().item<double>(),
                         mean_abs = end.abs().mean().item<double>();
            QVERIFY2(std::abs(mean - row.mean) < 2e-5 && std::abs(mean_abs - row.mean_abs) < 2e-5,
                     qPrintable(QStringLiteral("%1 %2 %3 %4: %5 %6")
                                    .arg(QLatin1String(row.sampler), QLatin1String(row.spacing),
                                         QLatin1String(row.schedule), QLatin1String(row.objective))
                                    .arg(mean, 0, 'f', 7)
                                    .arg(mean_abs, 0, 'f', 7)));
        }
    }
};

QTEST_GUILESS_MAIN(TestSamplerFigures)
#include "test_sampler_figures.moc"
