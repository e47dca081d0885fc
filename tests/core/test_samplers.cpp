#include <QtTest>
#include <map>

#include "refusal.h"
#include "sampler_stand_ins.h"

using namespace daguerre;

namespace {

at::Tensor run(const std::string& sampler, const Denoiser& denoise, const at::Tensor& x,
               const Sigmas& sigmas, const Noise& noise, const SamplerOptions& options = {}) {
    return sampler_named(sampler).run(denoise, x, sigmas, noise, go_on, options);
}

/// The error on n steps from 80 to 0.002 with the oracle of N(0.3, 1/4), without fresh noise.
double error(const Sampler& sampler, int n, SamplerOptions options = {}) {
    options.eta = 0;
    options.lower_order_final = false;
    const GaussianOracle oracle;
    const double rho = 7, top = std::pow(80, 1 / rho), low = std::pow(0.002, 1 / rho);
    Sigmas sigmas;
    for (int i = 0; i <= n; ++i) sigmas.push_back(std::pow(top + i * (low - top) / n, rho));
    const at::Tensor x = at::full({1}, 136.0, at::kDouble);
    const at::Tensor end = sampler.run(oracle, x, sigmas, {}, go_on, options);
    return std::abs(end.item<double>() - oracle.exact(136, 80, 0.002));
}

/// Samplers whose formula also leads to 0, so that they don't end on the last guess.
bool leads_to_zero(const Sampler& sampler) {
    return sampler.id == "lms" || sampler.id == "plms" || sampler.id == "ipndm" ||
           sampler.id == "pndm";
}

int calls_of(const std::string& id, int n) {
    const std::map<std::string, int> known{{"heun", 2 * n - 1},       {"dpm2", 2 * n - 1},
                                           {"dpm2_a", 2 * n - 1},     {"dpmpp_2s", 2 * n - 1},
                                           {"dpmpp_2s_a", 2 * n - 1}, {"dpmpp_sde", 2 * n - 1},
                                           {"plms", n + 1},           {"pndm", n + 9}};
    return known.contains(id) ? known.at(id) : n;
}

}  // namespace

class TestSamplers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void orders_are_the_observed_ones() {
        for (const Sampler& sampler : samplers()) {
            if (sampler.id == "ddpm") continue;  // can't do without its noise
            const double order = std::log2(error(sampler, 160) / error(sampler, 320));
            QVERIFY2(
                std::abs(order - sampler.order) < 0.15,
                qPrintable(
                    QStringLiteral("%1: %2").arg(QLatin1String(sampler.id.c_str())).arg(order)));
        }
        const auto of = [](const char* id, int order, int n) {
            const Sampler& sampler = sampler_named(id);
            return std::log2(error(sampler, n, {.order = order}) /
                             error(sampler, 2 * n, {.order = order}));
        };
        QVERIFY(std::abs(of("unipc", 3, 80) - 4) < 0.15);
        QVERIFY(std::abs(of("unipc", 1, 160) - 2) < 0.15);
        QVERIFY(std::abs(of("deis", 2, 160) - 2) < 0.15);
        for (const char* id : {"deis", "lms", "ipndm"})
            QVERIFY2(std::abs(of(id, 1, 160) - 1) < 0.15, id);
        for (const char* form : {"bh1", "bh2"}) {
            const Sampler& unipc = sampler_named("unipc");
            const double ratio =
                error(unipc, 160, {.form = form}) / error(unipc, 320, {.form = form});
            QVERIFY(std::abs(std::log2(ratio) - 3) < 0.15);
        }
    }

    // At 10, 20, 40 ... 320 steps, computed apart with the papers' formulas.
    void errors_are_the_computed_ones() {
        const std::vector<double> equal_steps{4.6e-2, 1.2e-2, 2.7e-3, 6.4e-4, 1.6e-4, 3.9e-5};
        const struct {
            const char* id;
            int order;  // 0: its own
            std::vector<double> errors;
        } rows[]{{"euler", 0, {2.1e-1, 1.1e-1, 5.8e-2, 3.0e-2, 1.5e-2, 7.5e-3}},
                 {"heun", 0, {1.5e-1, 3.3e-2, 7.9e-3, 1.9e-3, 4.7e-4, 1.2e-4}},
                 {"dpm2", 0, {8.3e-2, 1.9e-2, 4.6e-3, 1.1e-3, 2.8e-4, 6.8e-5}},
                 {"lms", 0, {1.2e-1, 2.5e-2, 3.0e-3, 2.6e-4, 1.9e-5, 1.3e-6}},
                 {"ipndm", 0, equal_steps},
                 {"deis", 2, {6.6e-2, 1.7e-2, 4.3e-3, 1.1e-3, 2.6e-4, 6.5e-5}},
                 {"deis", 3, {9.9e-4, 2.4e-3, 5.4e-4, 8.4e-5, 1.2e-5, 1.5e-6}},
                 {"dpmpp_2m", 0, {1.2e-1, 3.7e-2, 8.4e-3, 2.0e-3, 4.8e-4, 1.2e-4}},
                 {"dpmpp_3m", 0, {1.4e-1, 5.8e-3, 1.0e-3, 3.9e-4, 1.1e-4, 3.1e-5}},
                 {"dpmpp_2s", 0, {5.4e-2, 1.6e-2, 4.1e-3, 1.1e-3, 2.7e-4, 6.8e-5}},
                 {"unipc", 2, {9.3e-2, 2.5e-2, 3.0e-3, 3.6e-4, 4.4e-5, 5.5e-6}},
                 {"unipc", 3, {2.6e-1, 2.0e-2, 9.2e-4, 6.0e-5, 3.9e-6, 2.7e-7}}};
        for (const auto& [id, order, errors] : rows)
            for (std::size_t i = 0; i < errors.size(); ++i) {
                const double got = error(sampler_named(id), 10 << i, {.order = order});
                QVERIFY2(std::abs(got / errors[i] - 1) < 0.05,
                         qPrintable(QStringLiteral("%1 %2 at %3: %4")
                                        .arg(QLatin1String(id))
                                        .arg(order)
                                        .arg(10 << i)
                                        .arg(got)));
            }
    }

    void samplers_agree_where_they_must() {
        const struct {
            const char* one;
            SamplerOptions options;
            const char* other;
            SamplerOptions other_options{};
        } pairs[]{
            {"ddim", {.eta = 1}, "ddpm"},
            {"ddim", {.eta = 1}, "euler_a"},
            {"ddim", {}, "euler"},
            {"ddim", {.eta = 0}, "dpmpp_1m"},
            {"euler_a", {.eta = 0}, "euler"},
            {"deis", {.order = 1}, "euler"},
            {"lms", {.order = 1}, "euler"},
            {"ipndm", {.order = 1}, "euler"},
            {"dpm2_a", {.eta = 0}, "dpm2"},
            {"dpmpp_2s_a", {.eta = 0}, "dpmpp_2s"},
            {"dpmpp_sde", {.eta = 0}, "dpmpp_2s"},
            {"dpmpp_2m_sde", {.eta = 0}, "dpmpp_2m"},
            {"dpmpp_2m_sde", {.eta = 0, .form = "heun"}, "dpmpp_2m", {.form = "heun"}},
            {"dpmpp_3m_sde", {.eta = 0}, "dpmpp_3m", {.form = "heun", .lower_order_final = false}}};
        const NoiseSchedule linear = noise_schedule({});
        for (const char* spacing : {"trailing", "karras"})
            for (const auto& [one, options, other, other_options] : pairs) {
                const Sigmas sigmas = visited(spacing, linear, 12);
                const at::Tensor x = wave() * sigmas[0];
                const at::Tensor a = run(one, dummy(), x, sigmas, wave_noise(), options);
                const at::Tensor b = run(other, dummy(), x, sigmas, wave_noise(), other_options);
                QVERIFY2(largest(a - b) < 1e-11, one);
            }
    }

    void a_learned_variance_may_be_the_variance_itself() {
        const auto made = [](double answer) {
            return sampler_named("ddpm").run(
                GaussianOracle{}, wave() * 4, {4, 1, 0.5}, wave_noise(), go_on,
                {.variance = "learned",
                 .learned_variance =
                     [answer] {
                         return at::full({1, 3, 4, 4}, answer, at::kDouble);
                     },
                 .variance_is_place = false});
        };
        // Without noise in the last step, too; -1 is no variance and adds none.
        const at::Tensor plain = made(0);
        QVERIFY(largest(made(-1) - plain) < 1e-12);
        const GaussianOracle oracle;
        const auto mean = [&](const at::Tensor& x, double now, double next) {
            const at::Tensor guess = oracle(x, now);
            return guess + (x - guess) * (next * next / (now * now));
        };
        const Noise noise = wave_noise();
        const at::Tensor there = mean(wave() * 4, 4, 1) + noise() * std::sqrt(0.3 * 2);
        const at::Tensor end = mean(there, 1, 0.5) + noise() * std::sqrt(0.3 * 1.25);
        QVERIFY(largest(made(0.3) - end) < 1e-12);
    }

    void start_steps_of_pndm_go_by_the_middle_they_are_given() {
        std::vector<double> levels;
        const Denoiser denoise = [&](const at::Tensor& x, double sigma) {
            levels.push_back(sigma);
            return GaussianOracle{}(x, sigma);
        };
        const auto visits = [&](const SamplerOptions& options) {
            levels.clear();
            sampler_named("pndm").run(denoise, wave(), {9, 4, 0}, {}, go_on, options);
            return levels;
        };
        QCOMPARE(visits({}), (std::vector<double>{9, 6, 6, 4, 4}));
        QCOMPARE(visits({.middle = [](double high, double low) { return (high + 3 * low) / 4; }}),
                 (std::vector<double>{9, 5.25, 5.25, 4, 4}));
    }

    // What UniPC of order 1 predicts before it corrects is a step of Euler's.
    void unipc_predicts_as_euler_does() {
        const auto second_x = [](const char* id, const SamplerOptions& options) {
            at::Tensor second;
            const auto on_step = [&](const SamplerStep& step) {
                if (step.step == 1) second = step.x;
                return true;
            };
            sampler_named(id).run(dummy(), wave() * 9, {9, 5, 2, 0}, {}, on_step, options);
            return second;
        };
        const at::Tensor euler = second_x("euler", {});
        for (const char* form : {"bh1", "bh2"})
            QVERIFY(largest(second_x("unipc", {.order = 1, .form = form}) - euler) < 1e-12);
    }

    void a_learned_variance_lies_between_small_and_large() {
        const Sigmas sigmas = visited("trailing", noise_schedule({}), 6);
        const auto made = [&](const char* variance, double answer) {
            return run("ddpm", dummy(), wave() * sigmas[0], sigmas, wave_noise(),
                       {.variance = variance, .learned_variance = [answer] {
                            return at::full({1, 3, 4, 4}, answer);
                        }});
        };
        QVERIFY(largest(made("learned", -1) - made("small", 0)) < 1e-12);
        QVERIFY(largest(made("learned", 1) - made("large", 0)) < 1e-12);
        // One step from 4 to 1: the deviations meet in their geometric mean.
        const auto noise_of = [](const char* variance) {
            return run(
                       "ddpm", [](const at::Tensor& x, double) { return at::zeros_like(x); },
                       at::zeros({1}, at::kDouble), {4, 1},
                       [] { return at::ones({1}, at::kDouble); },
                       {.variance = variance, .learned_variance = [] { return at::zeros({1}); }})
                .item<double>();
        };
        const double small = noise_of("small"), large = noise_of("large");
        QVERIFY(std::abs(small - std::sqrt(1 - 1.0 / 16)) < 1e-12);
        QVERIFY(std::abs(large - std::sqrt(15 * 2 / 17.0)) < 1e-12);
        QVERIFY(std::abs(noise_of("learned") - std::sqrt(small * large)) < 1e-12);
    }

    // Churn is a way to sample the same images: their spread stays, where steps are short.
    void churn_keeps_the_spread() {
        const Sigmas sigmas = visited("karras", noise_schedule({}), 400);
        const Sampler& heun = sampler_named("heun");
        const double plain = deviation(heun, sigmas);
        QVERIFY(std::abs(plain - 0.5) < 1e-3);
        const at::Tensor churned = shares(heun, sigmas, {.churn = 60});
        QVERIFY(std::abs(churned.norm().item<double>() - 0.5) < 5e-3);
        QVERIFY(churned[0].item<double>() < 0.1 * plain);  // little is left of the start
        const at::Tensor more = shares(heun, sigmas, {.churn = 60, .churn_noise = 1.05});
        QVERIFY(more.norm().item<double>() > churned.norm().item<double>() + 1e-3);
    }

    void churn_keeps_to_its_levels() {
        const Sigmas sigmas{40, 20, 10, 5, 2, 1, 0};
        const auto raised = [&](const SamplerOptions& options) {
            std::vector<double> levels;
            int draws = 0;
            const auto on_step = [&](const SamplerStep& step) {
                const double level = sigmas[std::size_t(step.step)];
                if (step.sigma != level) levels.push_back(step.sigma / level);
                return true;
            };
            const Noise counting = [&] {
                ++draws;
                return at::zeros({1, 3, 4, 4});
            };
            sampler_named("heun").run(dummy(), wave(), sigmas, counting, on_step, options);
            if (draws != int(levels.size())) return std::vector<double>{};
            return levels;
        };
        QVERIFY(raised({}).empty());
        const std::vector<double> everywhere = raised({.churn = 0.6});
        QCOMPARE(everywhere.size(), std::size_t(6));
        for (const double ratio : everywhere) QVERIFY(std::abs(ratio - 1.1) < 1e-12);
        QCOMPARE(raised({.churn = 0.6, .churn_low = 2, .churn_high = 10}).size(), std::size_t(3));
        QCOMPARE(raised({.churn = 0.6, .churn_low = 2}).size(), std::size_t(5));
        QVERIFY(std::abs(raised({.churn = 60}).at(0) - std::sqrt(2)) < 1e-12);
    }

    void one_step_to_zero_is_the_clean_guess() {
        const at::Tensor x = wave() * 40;
        for (const Sampler& sampler : samplers()) {
            const at::Tensor end = sampler.run(dummy(), x, {40, 0}, wave_noise(), go_on, {});
            QVERIFY2(leads_to_zero(sampler) ? largest(end - dummy()(x, 40)) < 1e-12
                                            : at::equal(end, dummy()(x, 40)),
                     sampler.id.c_str());
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
            QVERIFY2(steps == 9 && calls == calls_of(sampler.id, 9), sampler.id.c_str());
            QCOMPARE(at::equal(end, last), !leads_to_zero(sampler));
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
                const bool noisy =
                    sampler.follows("eta") && eta >= 0 ? eta > 0 : sampler.stochastic;
                const int once = sampler.id == "dpmpp_sde" ? 16 : 8;
                QVERIFY2(draws == (noisy ? once : 0), sampler.id.c_str());
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

    // An option that a row says it follows changes its result, any other doesn't.
    void options_count_where_a_sampler_follows_them() {
        const std::pair<const char*, SamplerOptions> changes[]{
            {"eta", {.eta = 0.4}},
            {"order", {.order = 1}},
            {"form", {}},
            {"variance", {.variance = "large"}},
            {"lower_order_final", {.lower_order_final = false}},
            {"churn", {.churn = 3}},
            {"churn_low", {.churn = 3, .churn_low = 2}},
            {"churn_high", {.churn = 3, .churn_high = 2}},
            {"churn_noise", {.churn = 3, .churn_noise = 1.3}}};
        const Sigmas sigmas = visited("karras", noise_schedule({}), 9);
        for (const Sampler& sampler : samplers())
            for (auto [key, options] : changes) {
                if (std::string(key) == "form" && sampler.follows("form"))
                    options.form = sampler.forms.back();
                SamplerOptions without{.churn = std::string(key) == "churn" ? 0 : options.churn};
                const auto made = [&](const SamplerOptions& chosen) {
                    return run(sampler.id, dummy(), wave() * sigmas[0], sigmas, wave_noise(),
                               chosen);
                };
                QVERIFY2(at::equal(made(options), made(without)) != sampler.follows(key),
                         (sampler.id + " " + key).c_str());
            }
    }

    void what_a_sampler_has_not_is_refused() {
        const auto refused = [](const char* id, const SamplerOptions& options) {
            return refusal([&] { sampler_named(id).settled(options); });
        };
        QVERIFY(says(refused("unipc", {.form = "midpoint"}), "It has: bh2, bh1"));
        QVERIFY(says(refused("dpmpp_2m", {.form = "bh1"}), "It has: midpoint, heun"));
        QVERIFY(says(refused("deis", {.order = 4}), "1 to 3"));
        QVERIFY(refused("lms", {.order = 4}).empty());
        QVERIFY(refused("ddim", {.order = 4, .form = "bh1"}).empty());
    }
};

QTEST_GUILESS_MAIN(TestSamplers)
#include "test_samplers.moc"
