#include "core/nn/update.h"

#include <torch/optim/adam.h>

#include <QtTest>
#include <cmath>
#include <limits>

#include "refusal.h"

using namespace daguerre;

namespace {

void set_gradient(torch::nn::Linear& layer, double value) {
    for (const at::Tensor& parameter : layer->parameters())
        parameter.mutable_grad() = at::full_like(parameter, value);
}

/// One update after a loss of 1, as a trainer does it.
double updated(Update& update, std::int64_t batch, std::int64_t images_after, double rate) {
    const double norm = update.norm().item<double>();
    update.apply({1, norm, batch, images_after, rate});
    return norm;
}

}  // namespace

class TestUpdate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void adam_agrees_with_torch() {
        torch::nn::Linear ours(5, 3), theirs(5, 3);
        load_into(*theirs, weights_of(*ours), "ours");
        torch::optim::Adam adam(theirs->parameters(), torch::optim::AdamOptions(1e-2));
        Update update(*ours, {.clip = 1e9});
        for (int i = 1; i <= 5; ++i) {
            set_gradient(ours, 0.3 * i);
            set_gradient(theirs, 0.3 * i);
            adam.step();
            updated(update, 8, 8 * i, 1e-2);
            QVERIFY(at::allclose(ours->weight, theirs->weight, 1e-5, 1e-7));
        }
    }

    void gradients_are_clipped_by_their_norm() {
        torch::nn::Linear layer(5, 3);
        Update update(*layer, {.clip = 1});
        set_gradient(layer, 2);
        const double norm = updated(update, 8, 8, 0);
        QVERIFY(std::abs(norm - 2 * std::sqrt(18.0)) < 1e-5);
        // The first moment is .1 of the gradient that was used.
        const at::Tensor moment = update.state().at("opt.exp_avg.weight");
        QVERIFY(std::abs(moment[0][0].item<double>() - 0.1 * 2 / norm) < 1e-6);
    }

    void what_is_not_finite_changes_nothing() {
        const double bad = std::numeric_limits<double>::quiet_NaN();
        for (const bool in_loss : {true, false}) {
            torch::nn::Linear layer(5, 3);
            Update update(*layer, {});
            const Weights before = copied(update.state());
            set_gradient(layer, in_loss ? 1 : bad);
            const double norm = update.norm().item<double>();
            QCOMPARE(std::isfinite(norm), in_loss);
            QVERIFY(!update.apply({in_loss ? bad : 1, norm, 8, 8, 1}));
            for (const auto& [name, tensor] : update.state())
                QVERIFY2(at::equal(tensor, before.at(name)), name.c_str());
        }
    }

    void the_average_forgets_by_half_lives() {
        // 5 % of the images seen, 500,000 at most.
        QVERIFY(std::abs(average_keeps(50, 1000) - 0.5) < 1e-12);
        QVERIFY(std::abs(average_keeps(500'000, 100'000'000) - 0.5) < 1e-12);
        QVERIFY(average_keeps(64, 64) < 1e-5);
        torch::nn::Linear layer(2, 2);
        Update update(*layer, {});
        const at::Tensor start = layer->weight.detach().clone();
        set_gradient(layer, 0);
        updated(update, 50, 1000, 0);
        QVERIFY(at::allclose(update.weights(Weighting::Average).at("weight"),
                             start));  // of a constant: itself
        const torch::NoGradGuard no_grad;
        layer->weight.add_(1);
        set_gradient(layer, 0);
        updated(update, 50, 1000, 0);
        QVERIFY(at::allclose(update.weights(Weighting::Average).at("weight"), start + 0.5));
    }

    void without_an_average_the_weights_are_it() {
        torch::nn::Linear layer(2, 2);
        Update update(*layer, {.average = false});
        QVERIFY(update.weights(Weighting::Average).at("weight").is_alias_of(layer->weight));
        for (const auto& [name, tensor] : update.state()) QVERIFY(!name.starts_with("ema."));
    }

    void a_state_that_does_not_fit_is_named() {
        torch::nn::Linear layer(2, 2), other(2, 3);
        Update update(*layer, {}), wide(*other, {});
        Weights state = copied(update.state());
        state.erase("ema.bias");
        QVERIFY(refusal([&] { update.restore(state, "a.st"); }).find("“ema.bias” is missing") !=
                std::string::npos);
        QVERIFY(refusal([&] { wide.restore(update.state(), "a.st"); }).find("another shape") !=
                std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestUpdate)
#include "test_update.moc"
