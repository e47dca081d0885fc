#include <QtTest>
#include <cmath>

#include "core/base/torch.h"
#include "core/diffusion/completion.h"
#include "core/diffusion/denoiser.h"
#include "gaussian_oracle.h"
#include "refusal.h"

using namespace daguerre;

namespace {

constexpr GaussianOracle oracle{0.2, 0.3};
const OnStep go_on = [](const SamplerStep&) { return true; };

Sigmas ladder(int n) { return completion_sigmas(noise_schedule({}), n); }

/// 100 x 100 pixels whose left half is known: 5,000 unknown ones, all independent.
KnownPart half() {
    at::Tensor known = at::zeros({1, 1, 100, 100}, at::kBool);
    known.narrow(3, 0, 50).fill_(true);
    return {known, at::sin(at::arange(10000, at::kFloat)).reshape({1, 1, 100, 100})};
}

at::Tensor hole_of(const at::Tensor& picture) { return picture.narrow(3, 50, 50); }

struct Run {
    at::Tensor result;
    int calls = 0, steps = 0;
};

Run run(const char* method, const Sigmas& sigmas, const KnownPart& part, std::uint32_t seed = 1,
        const Resampling& resampling = {}) {
    Run ran;
    const Denoiser denoise = [&](const at::Tensor& x, double sigma) {
        ++ran.calls;
        return oracle(x, sigma);
    };
    const OnStep on_step = [&](const SamplerStep& at) {
        require(at.step == ran.steps++ && at.sigma > 0, "steps come in order");
        require(at::equal(at.denoised.masked_select(part.known),
                          part.picture.masked_select(part.known)),
                "the clean guess holds the known part");
        return true;
    };
    const Noise noise = seeded_noise({seed}, {1, 100, 100});
    const at::Tensor x = noise() * sigmas[0];
    ran.result = method == std::string("ddnm")
                     ? ddnm(denoise, x, sigmas, part, noise, on_step)
                     : repaint(denoise, x, sigmas, part, noise, on_step, resampling);
    return ran;
}

}  // namespace

class TestCompletion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_ladder_is_the_stated_one() {
        const Sigmas sigmas = ladder(100);
        QCOMPARE(sigmas.size(), std::size_t(101));
        QVERIFY(std::abs(sigmas[0] - 143.8) < 0.05);
        QVERIFY(std::abs(sigmas[99] - 0.01) < 1e-4);
        QCOMPARE(sigmas[100], 0.0);
        QVERIFY(std::ranges::is_sorted(sigmas, std::greater()));
        QCOMPARE(ladder(1000).size(), std::size_t(1001));
        QVERIFY(!refusal<std::logic_error>([] { ladder(1001); }).empty());
    }

    void calls_are_as_many_as_stated() {
        QCOMPARE(repaint_calls(100, {10, 5}), 460);
        QCOMPARE(repaint_calls(250, {10, 5}), 1210);
        QCOMPARE(repaint_calls(250, {10, 10}), 2410);
        QCOMPARE(repaint_calls(100, {10, 1}), 100);
        QCOMPARE(repaint_calls(7, {10, 5}), 7);
        const KnownPart part = half();
        const Run plain = run("ddnm", ladder(100), part);
        QCOMPARE(plain.calls, 100);
        QCOMPARE(plain.steps, 100);
        for (const auto& [n, resampling] :
             {std::pair{100, Resampling{10, 5}}, {250, {10, 10}}, {23, {5, 3}}, {7, {10, 5}}}) {
            const Run ran = run("repaint", ladder(n), part, 1, resampling);
            QCOMPARE(ran.calls, repaint_calls(n, resampling));
            QCOMPARE(ran.steps, ran.calls);
        }
    }

    void what_is_known_stays_exactly() {
        const KnownPart part = half();
        for (const char* method : {"ddnm", "repaint"}) {
            const at::Tensor result = run(method, ladder(20), part).result;
            QVERIFY(at::equal(result.narrow(3, 0, 50), part.picture.narrow(3, 0, 50)));
            QVERIFY(result.isfinite().all().item<bool>());
            QVERIFY(result.abs().max().item<double>() <= 1);
        }
    }

    // The deviations that 100 steps of a coarse ladder give where the truth is 0.3, computed apart;
    // 5,000 values know theirs to 0.0025.
    void moments_are_the_computed_ones() {
        const KnownPart part = half();
        const struct {
            const char* method;
            Resampling resampling;
            double deviation, tolerance;
        } cases[]{{"ddnm", {}, 0.247, 0.008}, {"repaint", {10, 1}, 0.272, 0.008}};
        for (const auto& [method, resampling, deviation, tolerance] : cases) {
            const at::Tensor hole = hole_of(run(method, ladder(100), part, 3, resampling).result);
            QVERIFY2(std::abs(hole.mean().item<double>() - oracle.mean) < 0.015, method);
            const double got = hole.std().item<double>();
            QVERIFY2(std::abs(got - deviation) < tolerance,
                     qPrintable(QString::number(got) + QLatin1String(method)));
        }
    }

    void seeds_decide_the_result() {
        const KnownPart part = half();
        for (const char* method : {"ddnm", "repaint"}) {
            const at::Tensor once = run(method, ladder(10), part, 5).result;
            QVERIFY(at::equal(once, run(method, ladder(10), part, 5).result));
            QVERIFY(!at::equal(once, run(method, ladder(10), part, 6).result));
        }
    }

    void stopping_returns_the_guess() {
        const KnownPart part = half();
        for (const bool jumps : {false, true}) {
            at::Tensor seen;
            const OnStep stop = [&](const SamplerStep& at) {
                seen = at.denoised;
                return at.step < 3;
            };
            const Noise noise = seeded_noise({1}, {1, 100, 100});
            const Sigmas sigmas = ladder(50);
            const at::Tensor x = noise() * sigmas[0];
            const at::Tensor result = jumps ? repaint(oracle, x, sigmas, part, noise, stop)
                                            : ddnm(oracle, x, sigmas, part, noise, stop);
            QVERIFY(at::equal(result, seen));
        }
    }

    // With all known, nothing is left to chance; with nothing known, DDNM is sampling.
    void the_extremes_are_plain() {
        KnownPart part = half();
        part.known.fill_(true);
        for (const char* method : {"ddnm", "repaint"})
            QVERIFY(at::equal(run(method, ladder(10), part).result, part.picture));
        part.known.fill_(false);
        const Noise noise = seeded_noise({4}, {1, 100, 100}),
                    again = seeded_noise({4}, {1, 100, 100});
        const Sigmas sigmas = ladder(30);
        const at::Tensor x = noise() * sigmas[0];
        again();
        const at::Tensor sampled = ddnm(clamped(oracle), x, sigmas, part, noise, go_on, /*eta=*/0);
        at::Tensor flow = x;
        for (std::size_t i = 0; sigmas[i] > 0; ++i) {
            const at::Tensor guess = clamped(oracle)(flow, sigmas[i]);
            flow = guess + (flow - guess) * (sigmas[i + 1] / sigmas[i]);
        }
        QVERIFY((sampled - flow).abs().max().item<double>() < 1e-5);
    }
};

QTEST_GUILESS_MAIN(TestCompletion)
#include "test_completion.moc"
