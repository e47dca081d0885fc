#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/table.h"
#include "core/base/torch.h"
#include "core/diffusion/denoiser.h"
#include "gaussian_oracle.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// One that a network of this objective learns.
NoiseSchedule schedule_for(const Objective& objective) {
    return noise_schedule({.id = objective.id == "edm" ? "edm" : "linear", .sigma_data = 0.4});
}

double largest(const at::Tensor& difference) { return difference.abs().max().item<double>(); }

/// A Denoiser that always gives this value, and counts its calls.
Denoiser plain(double value, int& calls) {
    return [value, &calls](const at::Tensor& x, double) {
        ++calls;
        return at::full_like(x, value);
    };
}

}  // namespace

class TestDenoiser : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // A network that answers what training asks of it must give the image back.
    void objectives_invert() {
        const at::Tensor image = at::linspace(-1, 1, 64, at::kDouble).reshape({1, 1, 8, 8});
        const at::Tensor noise = at::sin(at::arange(64, at::kDouble) * 7).reshape({1, 1, 8, 8});
        for (const Objective& objective : objectives())
            for (double sigma : {0.01, 0.3, 1.0, 12.0, 157.0}) {
                const NoiseSchedule schedule = schedule_for(objective);
                const LossWeight& weight = row_named(loss_weights(), objective.id, "loss weight");
                const Target target = target_of(objective, weight, schedule, sigma);
                const at::Tensor x = image + noise * sigma;
                const auto network = [&](const at::Tensor& seen, double t) {
                    // What the network sees has the deviation it was trained with.
                    const double scale = std::hypot(schedule.sigma_data, sigma);
                    if (largest(seen - x / scale) > 1e-12 || t != schedule.t_of(sigma))
                        throw std::logic_error("wrong input");
                    return image * target.clean + noise * target.noise;
                };
                const at::Tensor clean = denoiser_of(network, objective, schedule)(x, sigma);
                QVERIFY2(largest(clean - image) < 1e-12, objective.id.c_str());
            }
    }

    void targets_are_those_of_the_papers() {
        const NoiseSchedule schedule = noise_schedule({});
        const double sigma = 0.75, r = 1.25;  // √ᾱ = 1/r, √(1 − ᾱ) = σ/r
        const struct {
            const char* id;
            double clean, noise;
        } wanted[]{{"eps", 0, 1}, {"v", -sigma / r, 1 / r}, {"x0", 1, 0}};
        for (const auto& [id, clean, noise] : wanted) {
            const Target target =
                target_of(row_named(objectives(), id, "objective"),
                          row_named(loss_weights(), id, "loss weight"), schedule, sigma);
            QVERIFY(std::abs(target.clean - clean) < 1e-12);
            QVERIFY(std::abs(target.noise - noise) < 1e-12);
            // By its own weight, every objective is the plain mean square of what it predicts.
            QVERIFY(std::abs(target.weight - 1) < 1e-12);
        }
    }

    // Of images with the deviation that it reckons with, in and target have the deviation 1 at
    // every level; at 1, an EDM network is one of v with the other sign.
    void edm_keeps_the_deviation() {
        const Objective& edm = row_named(objectives(), "edm", "objective");
        const LossWeight& weight = row_named(loss_weights(), "edm", "loss weight");
        const NoiseSchedule schedule = schedule_for(edm);
        const double data = schedule.sigma_data;
        NoiseSchedule of_one = schedule;
        of_one.sigma_data = 1;
        for (double sigma : {0.002, 0.3, 1.0, 80.0}) {
            const Scaling scaling = edm.at(sigma, schedule);
            QVERIFY(std::abs(scaling.in * std::hypot(data, sigma) - 1) < 1e-12);
            const Target target = target_of(edm, weight, schedule, sigma);
            QVERIFY(std::abs(std::hypot(target.clean * data, target.noise) - 1) < 1e-9);
            QVERIFY(std::abs(target.weight - 1) < 1e-12);
            const Scaling one = edm.at(sigma, of_one),
                          v = row_named(objectives(), "v", "objective").at(sigma, of_one);
            QVERIFY(std::abs(one.skip - v.skip) < 1e-12 && std::abs(one.out + v.out) < 1e-12 &&
                    std::abs(one.in - v.in) < 1e-12);
        }
    }

    void edm_goes_with_edm() {
        for (const Objective& objective : objectives())
            for (const std::string& id : schedules_to_learn()) {
                const std::string why =
                    refusal([&] { check_pairing(objective, noise_schedule({.id = id})); });
                QCOMPARE(why.empty(), (objective.id == "edm") == (id == "edm"));
                if (!why.empty()) QVERIFY2(says(why, "edm goes with edm"), why.c_str());
            }
    }

    // The same error of D costs the same, whatever the network predicts.
    void weights_agree_across_objectives() {
        for (const LossWeight& weight : loss_weights())
            for (const Objective& objective : objectives())
                for (double sigma : {0.01, 0.4, 0.5, 3.0, 157.0}) {
                    const NoiseSchedule schedule = schedule_for(objective);
                    const Scaling scaling = objective.at(sigma, schedule);
                    const double error_of_f = 1 / scaling.out;  // when D is wrong by 1
                    const double loss = target_of(objective, weight, schedule, sigma).weight *
                                        error_of_f * error_of_f;
                    QVERIFY(std::abs(loss / weight.at(sigma, schedule.sigma_data) - 1) < 1e-12);
                }
    }

    void weights_are_those_of_the_papers() {
        const auto at = [](const char* id, double snr) {
            return row_named(loss_weights(), id, "loss weight").at(1 / std::sqrt(snr), 0.5);
        };
        const auto same = [](double a, double b) { return std::abs(a - b) < 1e-12 * b; };
        for (double snr : {0.1, 1.0, 4.0, 9.0, 1000.0}) {
            QVERIFY(same(at("eps", snr), snr));
            QVERIFY(same(at("v", snr), snr + 1));
            QVERIFY(same(at("x0", snr), 1));
            QVERIFY(same(at("min-snr", snr), snr < 5 ? snr : 5));
            QVERIFY(same(at("p2", snr), snr / (1 + snr)));
            QVERIFY(same(at("edm", snr), snr + 4));
        }
    }

    void noise_is_not_predicted_from_pure_noise() {
        NoiseScheduleOptions options;
        options.zero_terminal_snr = true;
        const NoiseSchedule schedule = noise_schedule(options);
        for (const Objective& objective : objectives()) {
            if (objective.id == "edm") continue;  // has no last step
            const std::string why = refusal(
                [&] { denoiser_of([](auto& x, double) { return x; }, objective, schedule); });
            QCOMPARE(why.empty(), objective.id != "eps");
        }
    }

    void guidance_goes_from_without_to_with() {
        const at::Tensor x = at::zeros({2, 1, 3, 3});
        const struct {
            double scale, result;
            int with, without;
        } wanted[]{{0, -1, 0, 1}, {1, 3, 1, 0}, {0.5, 1, 1, 1}, {2, 7, 1, 1}};
        for (const auto& [scale, result, with, without] : wanted) {
            int with_calls = 0, without_calls = 0;
            const Denoiser denoise = guided(plain(3, with_calls), plain(-1, without_calls), scale);
            QVERIFY(at::equal(denoise(x, 1), at::full_like(x, result)));
            QCOMPARE(with_calls, with);
            QCOMPARE(without_calls, without);
        }
    }

    void clamping_keeps_to_the_limit() {
        const Denoiser identity = [](const at::Tensor& x, double) { return x; };
        const at::Tensor x = at::tensor({-3.0, -0.5, 0.0, 1.0, 1.5});
        QVERIFY(at::equal(clamped(identity)(x, 1), at::tensor({-1.0, -0.5, 0.0, 1.0, 1.0})));
        QVERIFY(at::equal(clamped(identity, 2)(x, 1), at::tensor({-2.0, -0.5, 0.0, 1.0, 1.5})));
    }

    // Each image by itself: one within the limits stays as it is, one far over them is scaled.
    void dynamic_thresholding_scales_what_goes_over() {
        const Denoiser identity = [](const at::Tensor& x, double) { return x; };
        const at::Tensor calm = at::linspace(-0.9, 0.9, 101), wild = calm * 10;
        const at::Tensor x = at::stack({calm, wild}).view({2, 1, 1, 101});
        const at::Tensor all = thresholded(identity, 0.9)(x, 1).view({2, 101});
        QVERIFY(largest(all[0] - calm) < 1e-6);
        // Of |wild| 0, 0.18, 0.18, 0.36, ... 9, 9 the quantile 0.9 is entry 90: 8.1.
        QVERIFY(largest(all[1] - (wild / 8.1).clamp(-1, 1)) < 1e-6);
        QVERIFY(largest(thresholded(identity, 0.9, 2)(x, 1)[1].flatten() -
                        (wild / 2).clamp(-1, 1)) < 1e-6);
        QVERIFY(at::equal(thresholded(identity, 0.9, 1)(x, 1), clamped(identity)(x, 1)));
        QVERIFY(at::equal(thresholded(identity, 0.9)(x.narrow(0, 1, 1), 1)[0].flatten(), all[1]));
        // Between two values it is interpolated.
        const at::Tensor two = at::tensor({0.0, 4.0}).view({1, 1, 1, 2});
        QVERIFY(largest(thresholded(identity, 0.75)(two, 1).flatten() - at::tensor({0.0, 1.0})) <
                1e-12);
        QVERIFY(largest(thresholded(identity, 0.75)(two / 2, 1).flatten() -
                        at::tensor({0.0, 1.0})) < 1e-12);
    }

    void rescaling_brings_deviations_back() {
        const at::Tensor x = at::sin(at::arange(24, at::kDouble)).reshape({2, 3, 2, 2});
        std::string order;
        const Denoiser strong = [&](const at::Tensor& there, double) {
            order += "g";
            return there * at::tensor({3.0, 0.5}, at::kDouble).view({2, 1, 1, 1}) + 0.25;
        };
        const Denoiser with_class = [&](const at::Tensor& there, double) {
            order += "c";
            return there;
        };
        const at::Tensor all = rescaled(strong, with_class, 1)(x, 1);
        QCOMPARE(order, std::string("gc"));
        for (const int i : {0, 1}) {
            QVERIFY(std::abs(all[i].std().item<double>() / x[i].std().item<double>() - 1) < 1e-12);
            const at::Tensor ratio = all[i] / strong(x, 1)[i];
            QVERIFY(largest(ratio - ratio.flatten()[0]) < 1e-12);
        }
        const at::Tensor part = rescaled(strong, with_class, 0.7)(x, 1);
        QVERIFY(largest(part - (all * 0.7 + strong(x, 1) * 0.3)) < 1e-12);
        QVERIFY(largest(rescaled(strong, with_class, 0)(x, 1) - strong(x, 1)) < 1e-12);
        // A plain picture stays what it is.
        int calls = 0;
        QVERIFY(largest(rescaled(plain(0.5, calls), with_class, 1)(x, 1) - 0.5) < 1e-12);
    }

    void an_interval_has_an_upper_and_a_lower_end() {
        const at::Tensor x = at::zeros({1, 1, 2, 2});
        int inside = 0, outside = 0;
        const Denoiser denoise = between_levels(plain(1, inside), plain(2, outside), 0.5, 2);
        for (const auto& [sigma, wanted] : {std::pair{0.5, 2}, {0.51, 1}, {2.0, 1}, {2.01, 2}})
            QCOMPARE(denoise(x, sigma)[0][0][0][0].item<int>(), wanted);
        QCOMPARE(inside, 2);
        QCOMPARE(outside, 2);
    }

    void broken_guesses_are_told() {
        for (const Objective& objective : objectives())
            for (double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
                const auto network = [bad](const at::Tensor& x, double) {
                    at::Tensor out = at::zeros_like(x);
                    out.flatten().slice(0, 3, 5).fill_(bad);
                    return out;
                };
                const Denoiser denoise = denoiser_of(network, objective, schedule_for(objective));
                const std::string why = refusal([&] { denoise(at::zeros({1, 1, 4, 4}), 2.5); });
                QVERIFY2(why.find("2 of 16") != std::string::npos, why.c_str());
                QVERIFY2(why.find("2.5") != std::string::npos, why.c_str());
            }
    }

    void a_call_may_throw_anything() {
        struct Stopped {};
        const Denoiser denoise =
            clamped(denoiser_of([](const at::Tensor&, double) -> at::Tensor { throw Stopped(); },
                                objectives()[0], noise_schedule({})));
        bool stopped = false;
        try {
            denoise(at::zeros({1, 1, 2, 2}), 1);
        } catch (Stopped) {
            stopped = true;
        }
        QVERIFY(stopped);
    }

    void noise_belongs_to_the_image() {
        const std::vector<std::uint32_t> seeds{5, 4294967295u, 0};
        const Noise together = seeded_noise(seeds, {3, 5, 7});
        std::vector<Noise> alone;
        for (const std::uint32_t seed : seeds) alone.push_back(seeded_noise({seed}, {3, 5, 7}));
        for (int draw = 0; draw < 3; ++draw) {
            const at::Tensor all = together();
            QCOMPARE(all.sizes().vec(), (std::vector<std::int64_t>{3, 3, 5, 7}));
            QCOMPARE(all.scalar_type(), at::kFloat);
            for (std::size_t i = 0; i < alone.size(); ++i)
                QVERIFY(at::equal(alone[i]()[0], all[std::int64_t(i)]));
        }
        QVERIFY(!at::equal(together()[0], together()[0]));
    }

    // Recorded from torch 2.11: g = torch.Generator().manual_seed(5);
    // torch.randn((1, 4, 4), generator=g), first and last value of two draws.
    void noise_is_that_of_torch() {
        const Noise noise = seeded_noise({5}, {1, 4, 4});
        const double wanted[2][2]{{1.8423299, -0.7823351}, {2.7798631, 1.7470315}};
        for (const auto& [first, last] : wanted) {
            const at::Tensor draw = noise().flatten();
            QVERIFY(std::abs(draw[0].item<double>() - first) < 1e-6);
            QVERIFY(std::abs(draw[15].item<double>() - last) < 1e-6);
        }
    }

    // Two Gaussians, one a class: what is exact without a class becomes what is exact with it.
    void an_exact_classifier_gives_the_denoiser_of_its_class() {
        const double means[2]{-0.6, 0.8}, variance = 0.09;
        const auto parts = [&](const at::Tensor& x, double sigma) {
            std::vector<at::Tensor> logs;
            for (const double mean : means)
                logs.push_back((x - mean).square().sum({1, 2, 3}) /
                               (-2 * (variance + sigma * sigma)));
            return at::log_softmax(at::stack(logs, 1), 1);
        };
        const auto of_class = [&](int k) -> Denoiser {
            return [=](const at::Tensor& x, double sigma) {
                return (variance * x + sigma * sigma * means[k]) / (variance + sigma * sigma);
            };
        };
        const Denoiser mixed = [&](const at::Tensor& x, double sigma) {
            const at::Tensor shares = parts(x, sigma).exp();
            return of_class(0)(x, sigma) * shares.select(1, 0).view({-1, 1, 1, 1}) +
                   of_class(1)(x, sigma) * shares.select(1, 1).view({-1, 1, 1, 1});
        };
        const at::Tensor x = at::sin(at::arange(24, at::kDouble) * 3).reshape({6, 1, 2, 2}) * 1.5;
        for (const double sigma : {0.1, 0.7, 5.0})
            for (const int k : {0, 1}) {
                const auto own = [&](const at::Tensor& there, double level) {
                    return parts(there, level).select(1, k);
                };
                const c10::InferenceMode as_sampling_does;
                const at::Tensor led = classifier_guided(mixed, own, 1)(x, sigma);
                QVERIFY(largest(led - of_class(k)(x, sigma)) < 1e-12);
                QVERIFY(at::equal(classifier_guided(mixed, own, 0)(x, sigma), mixed(x, sigma)));
            }
    }
};

QTEST_GUILESS_MAIN(TestDenoiser)
#include "test_denoiser.moc"
