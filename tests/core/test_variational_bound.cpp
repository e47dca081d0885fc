#include "core/diffusion/variational_bound.h"

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/diffusion/denoiser.h"
#include "gaussian_oracle.h"
#include "tiny_diffusion.h"

using namespace daguerre;

namespace {

/// Each row by the denoiser, at its level.
GuessAtLevels rows_of(const Denoiser& denoiser) {
    return [denoiser](const at::Tensor& x, const std::vector<double>& sigmas) {
        std::vector<at::Tensor> rows;
        for (std::size_t i = 0; i < sigmas.size(); ++i)
            rows.push_back(denoiser(x.narrow(0, std::int64_t(i), 1), sigmas[i]));
        return at::cat(rows);
    };
}

/// 8-bit values about a mean, none at the edges.
at::Tensor image_of(std::uint64_t seed, double mean, double deviation, std::int64_t side = 8) {
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    const at::Tensor values = mean + deviation * at::randn({1, side, side}, generator);
    return ((values + 1) * 127.5).round().clamp(1, 254) / 127.5 - 1;
}

struct Mean {
    double value = 0, error = 0;
};
/// Of many draws of one part, with its standard error.
template <class Part>
Mean mean_of(int times, Part part) {
    double sum = 0, squares = 0;
    for (int i = 0; i < times; ++i) {
        const double value = part(at::detail::createCPUGenerator(std::uint64_t(i)));
        sum += value;
        squares += value * value;
    }
    const double mean = sum / times;
    return {mean, std::sqrt((squares / times - mean * mean) / (times - 1))};
}

double weight(const NoiseSchedule& schedule, std::size_t t) {
    return 0.5 * (std::pow(schedule.sigmas[t - 1], -2) - std::pow(schedule.sigmas[t], -2));
}

std::string words(const Mean& mean, double exact) {
    return std::to_string(mean.value) + " ± " + std::to_string(mean.error) + " for " +
           std::to_string(exact);
}

}  // namespace

class TestVariationalBound : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void of_the_best_guess_it_is_a_closed_form() {
        const GaussianOracle oracle;
        const at::Tensor clean = image_of(3, 0.1, 0.4);
        for (const char* id : {"linear", "squaredcos_cap_v2"}) {
            const NoiseSchedule schedule = noise_schedule({.id = id});
            const double own = oracle.deviation * oracle.deviation;
            const at::Tensor away = (clean.to(at::kDouble) - oracle.mean).square();
            double exact = 0;
            for (std::size_t t = 1; t < schedule.sigmas.size(); ++t) {
                const double level = schedule.sigmas[t] * schedule.sigmas[t];
                const at::Tensor misses =
                    (own * own * level + level * level * away) / std::pow(own + level, 2);
                exact += weight(schedule, t) * misses.sum().item<double>();
            }
            const Mean found = mean_of(200, [&](const at::Generator& generator) {
                return variational_bound(rows_of(oracle), schedule, clean, 8, generator).steps;
            });
            QVERIFY2(std::abs(found.value - exact) < 4 * found.error, words(found, exact).c_str());
            QVERIFY2(found.error < 0.02 * exact, words(found, exact).c_str());
        }
    }

    /// What is above is the price of steps back whose variance is that of a known image.
    void it_is_above_what_images_cost_and_not_far() {
        const GaussianOracle oracle{0, 0.25};
        const double exact =
            std::log2(oracle.deviation * 127.5 * std::sqrt(2 * std::numbers::pi * std::numbers::e));
        for (const char* id : {"linear", "squaredcos_cap_v2"}) {
            const NoiseSchedule schedule = noise_schedule({.id = id});
            const Mean found = mean_of(40, [&](const at::Generator& generator) {
                const at::Tensor clean =
                    image_of(generator.current_seed() + 7, oracle.mean, oracle.deviation, 16);
                return variational_bound(rows_of(oracle), schedule, clean, 31, generator)
                    .bits_per_dimension(clean.numel());
            });
            QVERIFY2(found.value > exact - 3 * found.error, words(found, exact).c_str());
            QVERIFY2(found.value < exact + 1, words(found, exact).c_str());
        }
    }

    /// A guess that no noise reaches has the same cost in every draw, whatever the strata.
    void many_draws_are_the_whole_sum() {
        for (const char* id : {"linear", "squaredcos_cap_v2", "sigmoid"}) {
            const NoiseSchedule schedule = noise_schedule({.id = id, .steps = 50});
            const at::Tensor clean = image_of(5, 0, 0.3);
            const Denoiser constant = [&](const at::Tensor& x, double sigma) {
                return at::full_like(x, std::tanh(std::log(sigma)));
            };
            double exact = 0;
            for (std::size_t t = 1; t < schedule.sigmas.size(); ++t)
                exact += weight(schedule, t) * (constant(clean, schedule.sigmas[t]) - clean)
                                                   .to(at::kDouble)
                                                   .square()
                                                   .sum()
                                                   .item<double>();
            for (const int draws : {1, 7, 400}) {
                const Mean found = mean_of(100, [&](const at::Generator& generator) {
                    return variational_bound(rows_of(constant), schedule, clean, draws, generator)
                        .steps;
                });
                QVERIFY2(std::abs(found.value - exact) < 4 * found.error + 1e-6 * exact,
                         (std::to_string(draws) + ": " + words(found, exact)).c_str());
            }
        }
    }

    void a_networks_sum_over_all_steps_is_the_mean_of_its_draws() {
        for (const char* objective : {"eps", "v", "x0"}) {
            DiffusionSetup setup = tiny_setup(0, "linear", objective);
            setup.noise_schedule.steps = 40;
            UNet network = tiny_network(setup, 4);
            const torch::NoGradGuard no_grad;
            const NoiseSchedule schedule = noise_schedule(setup.noise_schedule);
            const Denoiser denoiser = denoiser_of(
                [&](const at::Tensor& x, double t) {
                    return network->forward(x, at::full({x.size(0)}, t), {});
                },
                row_named(objectives(), objective, "objective"), schedule);
            const at::Tensor clean = image_of(6, 0.2, 0.5);
            const at::Generator noise = at::detail::createCPUGenerator(1);
            double exact = 0;
            const std::int64_t times = 64;
            for (std::size_t t = 1; t < schedule.sigmas.size(); ++t) {
                const double sigma = schedule.sigmas[t];
                const at::Tensor x = clean + sigma * at::randn({times, 1, 8, 8}, noise);
                exact +=
                    weight(schedule, t) *
                    (denoiser(x, sigma) - clean).to(at::kDouble).square().sum().item<double>() /
                    double(times);
            }
            const Mean found = mean_of(60, [&](const at::Generator& generator) {
                return variational_bound(rows_of(denoiser), schedule, clean, 15, generator).steps;
            });
            // The sum is itself a mean over noise.
            QVERIFY2(std::abs(found.value - exact) < 5 * found.error,
                     (std::string(objective) + ": " + words(found, exact)).c_str());
        }
    }

    void its_ends_are_those_of_gaussians() {
        const NoiseSchedule schedule = noise_schedule({.id = "linear", .steps = 20});
        const double a = 1 / (1 + std::pow(schedule.sigma_max(), 2));
        const double low = schedule.sigmas[0], high = schedule.sigmas[1];
        const double deviation = low * std::sqrt((1 - low * low / (high * high)) / (1 + low * low));
        for (const double guess : {-0.97, 0.1, 0.97}) {
            const Denoiser constant = [&](const at::Tensor& x, double) {
                return at::full_like(x, guess);
            };
            // Each value between -1 and 1 that isn't too far, both edges among them.
            const at::Tensor near =
                (at::arange(-8, 8, at::kDouble) + std::round(guess * 127.5 + 127.5)).clamp(0, 255);
            const at::Tensor clean = (near / 127.5 - 1).to(at::kFloat).view({1, 4, 4});
            double end = 0, pixels = 0;
            for (std::int64_t i = 0; i < 16; ++i) {
                const double k = near[i].item<double>(), x = k / 127.5 - 1;
                const double from = (x - 1 / 255. - guess) / deviation / std::numbers::sqrt2;
                const double to = (x + 1 / 255. - guess) / deviation / std::numbers::sqrt2;
                const double below = k == 0 ? 0 : std::erfc(-from),
                             above = k == 255 ? 0 : std::erfc(to);
                // From the tail in which they lie, so that rounding takes little.
                const double twice = from > 0 ? std::erfc(from) - above : std::erfc(-to) - below;
                pixels -= std::log((k == 255 && from <= 0 ? 2 - below : twice) / 2);
                end += 0.5 * (a * x * x - a - std::log(1 - a));
            }
            const VariationalBound found = variational_bound(rows_of(constant), schedule, clean, 3,
                                                             at::detail::createCPUGenerator(2));
            QVERIFY(std::abs(found.end - end) < 1e-6 * end);
            QVERIFY2(std::abs(found.pixels - pixels) < 1e-4 * pixels,
                     (std::to_string(found.pixels) + " for " + std::to_string(pixels)).c_str());
            // What is all but impossible costs much, and not everything.
            const double far = variational_bound(rows_of(constant), schedule, -clean, 3,
                                                 at::detail::createCPUGenerator(2))
                                   .pixels;
            QVERIFY(std::isfinite(far) && far > found.pixels);
        }
    }

    void the_same_generator_gives_the_same_bound() {
        const NoiseSchedule schedule = noise_schedule({.id = "linear"});
        const at::Tensor clean = image_of(9, 0, 0.4);
        const auto bound = [&](std::uint64_t seed) {
            return variational_bound(rows_of(GaussianOracle()), schedule, clean, 5,
                                     at::detail::createCPUGenerator(seed))
                .steps;
        };
        QCOMPARE(bound(4), bound(4));
        QVERIFY(bound(4) != bound(5));
    }
};

QTEST_GUILESS_MAIN(TestVariationalBound)
#include "test_variational_bound.moc"
