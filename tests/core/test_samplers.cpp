#include <QtTest>
#include <cmath>
#include <map>
#include <numbers>

#include "core/base/table.h"
#include "core/base/torch.h"
#include "core/diffusion/denoiser.h"
#include "core/diffusion/samplers.h"
#include "core/diffusion/spacings.h"
#include "gaussian_oracle.h"

using namespace daguerre;

namespace {

const OnStep go_on = [](const SamplerStep&) { return true; };

at::Tensor run(const char* sampler, const Denoiser& denoise, const at::Tensor& x,
               const Sigmas& sigmas, const Noise& noise, const SamplerOptions& options = {}) {
    return row_named(samplers(), sampler, "sampler").run(denoise, x, sigmas, noise, go_on, options);
}

/// The spacings of the program, and two lists of diffusers that it doesn't offer: linspace-b takes
/// one more point and drops the last, trailing-all goes to the top of every table.
Sigmas visited(const std::string& spacing, const NoiseSchedule& schedule, int n) {
    Sigmas sigmas;
    const double last = double(schedule.sigmas.size() - 1);
    if (spacing == "linspace-b")
        for (int i = n; i > 0; --i) sigmas.push_back(schedule.sigma_of(std::round(last * i / n)));
    else if (spacing == "trailing-all")
        for (int i = n; i > 0; --i) sigmas.push_back(schedule.sigma_of((last + 1) * i / n - 1));
    else
        return row_named(spacings(), spacing, "schedule").sigmas(schedule, n);
    sigmas.push_back(0);
    return sigmas;
}

double largest(const at::Tensor& difference) { return difference.abs().max().item<double>(); }

/// A smooth network without meaning, bent enough that no two samplers agree by luck.
at::Tensor dummy_network(const at::Tensor& x, double t) {
    return at::tanh(x * 0.9 + 0.2) * (0.6 + 0.4 * t / 1000) + x * 0.1;
}

Denoiser dummy() { return denoiser_of(dummy_network, objectives()[0], noise_schedule({})); }

/// 48 values in double, and noise that is the same in every run.
at::Tensor wave() { return at::sin(at::arange(48, at::kDouble)).reshape({1, 3, 4, 4}); }
Noise wave_noise() {
    return [j = 0]() mutable {
        const at::Tensor k = at::arange(48, at::kDouble).reshape({1, 3, 4, 4});
        return std::numbers::sqrt2 * at::cos(k * 7 + 3 * j++ + 1);
    };
}

/// The deviation of what a sampler makes of Gaussian noise with the oracle of N(0, 1/4), where the
/// truth is 1/2. All is linear, so element 0 carries the start and each other one draw.
double deviation(const Sampler& sampler, const Sigmas& sigmas, const SamplerOptions& options) {
    const auto size = std::int64_t(sigmas.size());
    at::Tensor x = at::zeros({size}, at::kDouble);
    x[0] = std::sqrt(1 + sigmas[0] * sigmas[0]);
    const Noise noise = [j = std::int64_t(0), size]() mutable {
        at::Tensor draw = at::zeros({size}, at::kDouble);
        draw[++j] = 1;
        return draw;
    };
    return sampler.run(GaussianOracle{0, 0.5}, x, sigmas, noise, go_on, options)
        .norm()
        .item<double>();
}

/// The error of a sampler on n steps from 80 to 0.002 with the oracle of N(0.3, 1/4).
double error(const Sampler& sampler, int n) {
    const GaussianOracle oracle;
    const double rho = 7, top = std::pow(80, 1 / rho), low = std::pow(0.002, 1 / rho);
    Sigmas sigmas;
    for (int i = 0; i <= n; ++i) sigmas.push_back(std::pow(top + i * (low - top) / n, rho));
    const at::Tensor x = at::full({1}, 136.0, at::kDouble);
    const at::Tensor end = sampler.run(oracle, x, sigmas, {}, go_on, {.eta = 0});
    return std::abs(end.item<double>() - oracle.exact(136, 80, 0.002));
}

}  // namespace

class TestSamplers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void orders_are_the_observed_ones() {
        // The errors at 10, 20, 40 ... 320 steps, computed apart with the papers' formulas.
        const std::map<std::string, std::vector<double>> errors{
            {"euler", {2.1e-1, 1.1e-1, 5.8e-2, 3.0e-2, 1.5e-2, 7.5e-3}},
            {"heun", {1.5e-1, 3.3e-2, 7.9e-3, 1.9e-3, 4.7e-4, 1.2e-4}},
            {"dpmpp_2m", {1.2e-1, 3.7e-2, 8.4e-3, 2.0e-3, 4.8e-4, 1.2e-4}},
            {"unipc", {9.3e-2, 2.5e-2, 3.0e-3, 3.6e-4, 4.4e-5, 5.5e-6}}};
        for (const Sampler& sampler : samplers()) {
            if (sampler.id == "ddpm") continue;  // can't do without its noise
            const double order = std::log2(error(sampler, 160) / error(sampler, 320));
            QVERIFY2(std::abs(order - sampler.order) < 0.15, sampler.id.c_str());
            const auto known = errors.find(sampler.id);
            if (known == errors.end()) continue;
            for (std::size_t i = 0; i < known->second.size(); ++i) {
                const double wanted = known->second[i], got = error(sampler, 10 << i);
                QVERIFY2(std::abs(got / wanted - 1) < 0.05, sampler.id.c_str());
            }
        }
    }

    void moments_are_the_computed_ones() {
        const NoiseSchedule linear = noise_schedule({});
        const std::pair<const char*, int> columns[]{
            {"trailing", 5},   {"trailing", 10},   {"trailing", 20}, {"trailing", 50},
            {"trailing", 100}, {"trailing", 1000}, {"karras", 10},   {"karras", 20}};
        const std::vector<double> with_noise{.2483, .3335, .3915, .4441,
                                             .4682, .4961, .2946, .3731};
        const std::vector<double> without{.2625, .3700, .4314, .4714, .4854, .4985, .3587, .4268};
        const std::map<std::string, std::vector<double>> rows{
            {"ddim", without},
            {"euler", without},
            {"ddpm", with_noise},
            {"euler_a", with_noise},
            {"heun", {.3199, .4353, .4803, .4957, .4985, 0, .6258, .5245}},
            {"dpmpp_2m", {.2713, .4048, .4782, .5006, .5008, 0, .5524, .5255}},
            {"unipc", {.2742, .4095, .4798, .4989, .4996, 0, .5695, .5204}}};
        for (const Sampler& sampler : samplers())
            for (std::size_t i = 0; i < std::size(columns); ++i) {
                const double wanted = rows.at(sampler.id)[i];
                if (wanted == 0) continue;
                const auto& [spacing, n] = columns[i];
                const double got = deviation(sampler, visited(spacing, linear, n), {});
                QVERIFY2(
                    std::abs(got - wanted) < 0.5e-4 + 1e-9,
                    qPrintable(QStringLiteral("%1 %2 %3: %4")
                                   .arg(QLatin1String(sampler.id.c_str()), QLatin1String(spacing))
                                   .arg(n)
                                   .arg(got)));
            }
    }

    // With a perfect model, no choice of the user may end in an explosion.
    void every_choice_stays_near_the_truth() {
        for (const char* id : {"linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid"})
            for (bool zero : {false, true}) {
                const NoiseSchedule schedule =
                    noise_schedule({.id = id, .zero_terminal_snr = zero});
                for (const Sampler& sampler : samplers())
                    for (const Spacing& spacing : spacings()) {
                        const double at_10 = deviation(sampler, spacing.sigmas(schedule, 10), {});
                        const double at_50 = deviation(sampler, spacing.sigmas(schedule, 50), {});
                        const std::string what = sampler.id + " " + spacing.id + " " + id;
                        QVERIFY2(at_10 > 0.28 && at_10 < 0.72, what.c_str());
                        QVERIFY2(at_50 > 0.43 && at_50 < 0.54, what.c_str());
                    }
            }
    }

    // On the cosine table up to σ = 20291 Heun would give 5.2 here.
    void steep_tables_are_cut() {
        const NoiseSchedule cosine = noise_schedule({.id = "squaredcos_cap_v2"});
        const Sampler& heun = row_named(samplers(), "heun", "sampler");
        QVERIFY(std::abs(deviation(heun, visited("trailing", cosine, 10), {}) - 0.499) < 0.5e-3);
        QVERIFY(deviation(heun, visited("trailing-all", cosine, 10), {}) > 5);
    }

    // Results of diffusers 0.42.1 for the dummy network, 10 steps; draw j of the noise is that of
    // wave_noise(). diffusers works in float32.
    void results_are_those_of_diffusers() {
        const auto exactly = [](double t) { return t; };
        const auto rounded = [](double t) { return std::round(t); };
        enum Start { Variance, Level };  // x is the wave times √(1 + σ₀²) or times σ₀
        const struct {
            const char *sampler, *spacing, *schedule, *objective;
            double mean, mean_abs;
            double eta = -1;
            bool clamp = false;
            Start start = Variance;
            double (*t)(double) = nullptr;
        } recorded[]{
            // DDIM trailing, DDIM leading η 0.5, DDPM fixed_small clip_sample
            {"ddim", "trailing", "linear", "eps", -4.770294, 7.759649},
            {"ddim", "leading", "linear", "eps", -1.880709, 2.944129, 0.5},
            {"ddpm", "leading", "linear", "eps", -0.352776, 0.352776, -1, true},
            // EulerDiscrete, EulerAncestralDiscrete, HeunDiscrete
            {"euler", "trailing", "linear", "eps", -4.770311, 7.759228, -1, false, Level},
            {"euler_a", "trailing", "linear", "eps", -1.569404, 1.624674, -1, false, Level},
            {"heun", "leading", "linear", "eps", -0.967198, 2.724154},
            {"heun", "trailing", "scaled_linear", "v", -0.1034951, 0.2146204, -1, false, Level},
            // DPMSolverMultistep
            {"dpmpp_2m", "linspace-b", "linear", "eps", -2.910289, 5.684638},
            {"dpmpp_2m", "karras", "linear", "eps", -1.950856, 4.604308, -1, false, Variance,
             rounded},
            {"dpmpp_2m", "trailing-all", "squaredcos_cap_v2", "v", -0.1177117, 0.2029832},
            // UniPCMultistep, solver_order 2, bh2
            {"unipc", "linspace-b", "linear", "eps", -2.876926, 5.613720},
            {"unipc", "karras", "linear", "eps", -2.244992, 4.864319, -1, false, Variance, rounded},
            {"unipc", "trailing", "linear", "x0", 0.1866136, 0.3935552},
            {"unipc", "trailing-all", "squaredcos_cap_v2", "v", -0.1164344, 0.2093202},
            // DDIM, DDPM fixed_small
            {"ddim", "trailing-all", "squaredcos_cap_v2", "v", -0.1192211, 0.1719532},
            {"ddpm", "leading", "scaled_linear", "x0", 0.2709022, 0.2709022},
        };
        for (const auto& row : recorded) {
            NoiseScheduleOptions options{.id = row.schedule};
            if (options.id == "scaled_linear") {
                options.beta_start = 0.00085;
                options.beta_end = 0.012;
            }
            const NoiseSchedule schedule = noise_schedule(options);
            const Sigmas sigmas = visited(row.spacing, schedule, 10);
            const auto network = [t = row.t ? row.t : exactly](const at::Tensor& x, double step) {
                return dummy_network(x, t(step));
            };
            Denoiser denoise =
                denoiser_of(network, row_named(objectives(), row.objective, "objective"), schedule);
            if (row.clamp) denoise = clamped(denoise);
            const double scale = row.start == Level ? sigmas[0] : std::hypot(1, sigmas[0]);
            const at::Tensor end =
                run(row.sampler, denoise, wave() * scale, sigmas, wave_noise(), {.eta = row.eta});
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

    void samplers_agree_where_they_must() {
        const struct {
            const char* one;
            double eta;
            const char* other;
            double other_eta;
        } pairs[]{{"ddim", 1, "ddpm", -1},
                  {"ddim", 1, "euler_a", -1},
                  {"ddim", 0, "euler", -1},
                  {"ddim", 0, "ddim", -1},
                  {"euler_a", 0, "euler", -1}};
        const NoiseSchedule linear = noise_schedule({});
        for (const char* spacing : {"trailing", "karras"})
            for (const auto& [one, eta, other, other_eta] : pairs) {
                const Sigmas sigmas = visited(spacing, linear, 12);
                const at::Tensor x = wave() * sigmas[0];
                const at::Tensor a = run(one, dummy(), x, sigmas, wave_noise(), {.eta = eta});
                const at::Tensor b =
                    run(other, dummy(), x, sigmas, wave_noise(), {.eta = other_eta});
                QVERIFY2(largest(a - b) < 1e-11, one);
            }
    }

    void one_step_to_zero_is_the_clean_guess() {
        const at::Tensor x = wave() * 40;
        for (const Sampler& sampler : samplers()) {
            const at::Tensor end = sampler.run(dummy(), x, {40, 0}, wave_noise(), go_on, {});
            QVERIFY2(at::equal(end, dummy()(x, 40)), sampler.id.c_str());
        }
    }

    // Up and back again, the error of a first-order method falls by half when steps double.
    void euler_finds_the_way_back() {
        const auto error_of = [](int n) {
            Sigmas up;
            for (int i = 0; i <= n; ++i) up.push_back(0.01 * std::pow(1e4, double(i) / n));
            const Sigmas down(up.rbegin(), up.rend());
            const at::Tensor image = wave();
            const at::Tensor noisy = run("euler", GaussianOracle(), image, up, {});
            return largest(run("euler", GaussianOracle(), noisy, down, {}) - image);
        };
        const double ratio = error_of(400) / error_of(200);
        QVERIFY(ratio > 0.45 && ratio < 0.55);
    }

    void calls_and_steps_are_counted() {
        const Sigmas sigmas = visited("trailing", noise_schedule({}), 9);
        for (const Sampler& sampler : samplers()) {
            int calls = 0, steps = 0;
            const Denoiser counting = [&](const at::Tensor& x, double sigma) {
                ++calls;
                return dummy()(x, sigma);
            };
            at::Tensor last;
            const at::Tensor end = sampler.run(
                counting, wave() * sigmas[0], sigmas, wave_noise(),
                [&](const SamplerStep& step) {
                    const bool ordered = step.step == steps && step.steps == 9 &&
                                         step.sigma == sigmas[std::size_t(steps)];
                    ++steps;
                    last = step.denoised;
                    return ordered && at::equal(dummy()(step.x, step.sigma), step.denoised);
                },
                {});
            QCOMPARE(steps, 9);
            QCOMPARE(calls, sampler.id == "heun" ? 17 : 9);
            QVERIFY(at::equal(end, last));
        }
    }

    void nothing_is_called_after_stop() {
        const Sigmas sigmas = visited("karras", noise_schedule({}), 9);
        for (const Sampler& sampler : samplers())
            for (int stop_at : {0, 1, 4, 8}) {
                bool stopped = false;
                int late = 0;
                at::Tensor guess;
                const Denoiser counting = [&](const at::Tensor& x, double sigma) {
                    late += stopped;
                    return dummy()(x, sigma);
                };
                const auto on_step = [&](const SamplerStep& step) {
                    stopped = step.step == stop_at;
                    if (stopped) guess = step.denoised;
                    return !stopped;
                };
                const at::Tensor end =
                    sampler.run(counting, wave() * sigmas[0], sigmas, wave_noise(), on_step, {});
                QCOMPARE(late, 0);
                QVERIFY(at::equal(end, guess));
            }
    }

    void fresh_noise_is_drawn_once_a_step_by_some() {
        const Sigmas sigmas = visited("trailing", noise_schedule({}), 9);
        for (const Sampler& sampler : samplers())
            for (double eta : {-1.0, 0.0, 0.5, 1.0}) {
                int draws = 0;
                const Noise counting = [&] {
                    ++draws;
                    return at::zeros({1, 3, 4, 4});
                };
                sampler.run(dummy(), wave(), sigmas, counting, go_on, {.eta = eta});
                const bool follows = sampler.id == "ddim" || sampler.id == "euler_a";
                const bool noisy = follows && eta >= 0 ? eta > 0 : sampler.stochastic;
                QCOMPARE(draws, noisy ? 8 : 0);
            }
    }

    // In float32, to the bit, and for a size that no vector register divides.
    void an_image_depends_on_nothing_but_its_seed() {
        const Sigmas sigmas = visited("karras", noise_schedule({}), 6);
        const auto make = [&](const Sampler& sampler, const std::vector<std::uint32_t>& seeds) {
            const Noise noise = seeded_noise(seeds, {3, 5, 7});
            const at::Tensor x = noise() * std::hypot(1, sigmas[0]);
            return sampler.run(GaussianOracle(), x, sigmas, noise, go_on, {});
        };
        for (const Sampler& sampler : samplers()) {
            const at::Tensor all = make(sampler, {7, 8, 9, 10, 11, 12, 13, 14, 15});
            QCOMPARE(all.scalar_type(), at::kFloat);
            QVERIFY(at::equal(all, make(sampler, {7, 8, 9, 10, 11, 12, 13, 14, 15})));
            QVERIFY(at::equal(all[0], make(sampler, {7})[0]));
            QVERIFY(at::equal(all[4], make(sampler, {11})[0]));
            QVERIFY(at::equal(all[8], make(sampler, {14, 15})[1]));
        }
    }
};

QTEST_GUILESS_MAIN(TestSamplers)
#include "test_samplers.moc"
