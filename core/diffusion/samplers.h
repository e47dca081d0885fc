// The table of samplers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace at {
class Tensor;
}

namespace daguerre {

/// The best guess of the clean image at noise level σ > 0: [N, C, H, W] in and out.
using Denoiser = std::function<at::Tensor(const at::Tensor& x, double sigma)>;
/// Noise levels in the order they are visited: falling, the last one 0 for a clean result.
using Sigmas = std::vector<double>;
/// The next draw of standard normal noise, of x's shape. Samplers ask in step order, and move it to
/// x's device and type.
using Noise = std::function<at::Tensor()>;

/// One step: `x` at noise level `sigma` and the clean guess from it.
struct SamplerStep {
    int step, steps;  // 0 .. steps-1
    double sigma;
    const at::Tensor& x;
    const at::Tensor& denoised;
};
/// Called once a step, when the clean guess is known. false: the sampler returns that guess at
/// once. Whoever must stop within a step throws from the Denoiser; samplers hold no state.
using OnStep = std::function<bool(const SamplerStep&)>;

/// The ids of the samplers that follow an option, as a list for people.
std::string followers(std::string_view option);

/// What is left as it stands here is the sampler's own; what a sampler doesn't follow is ignored.
struct SamplerOptions {
    double eta = -1;
    std::int64_t order = 0;
    std::string form = "own", variance = "own";
    bool lower_order_final = true;
    double churn = 0, churn_low = 0, churn_high = 0, churn_noise = 1;
    /// What the network answered for the variance in the Denoiser's last call, of x's shape: -1 the
    /// small one, 1 the large. Needed for the variance “learned”.
    std::function<at::Tensor()> learned_variance{};

    void each(auto&& visit) {
        const auto for_some = [](const char* option, const char* help) {
            return std::string(help) + "; for " + followers(option);
        };
        visit(eta, {.key = "eta",
                    .label = "Fresh noise (η)",
                    .help = for_some("eta",
                                     "share of fresh noise: 0 none, 1 all that a step took "
                                     "away, -1 the sampler's own"),
                    .min = -1,
                    .max = 1});
        visit(order, {.key = "order",
                      .label = "Order",
                      .help = for_some("order", "how far it looks back; 0: the sampler's own"),
                      .max = 4});
        visit(form, {.key = "form",
                     .label = "Form",
                     .help = for_some("form",
                                      "variant of the formula: midpoint or heun, bh1 or "
                                      "bh2 for unipc"),
                     .choices = {"own", "midpoint", "heun", "bh1", "bh2"},
                     .titles = {"The sampler's own", "Midpoint", "Heun", "B1", "B2"}});
        visit(variance, {.key = "variance",
                         .label = "Variance",
                         .help = for_some("variance",
                                          "of the fresh noise; own: what the model has "
                                          "learned, else small"),
                         .choices = {"own", "small", "large", "learned"},
                         .titles = {"The model's own", "Small", "Large", "Learned"}});
        visit(lower_order_final,
              {.key = "lower_order_final",
               .label = "Careful end",
               .help = for_some("lower_order_final",
                                "with fewer than 15 steps the last ones are of lower order")});
        visit(churn, {.key = "churn",
                      .label = "Churn",
                      .help = for_some("churn", "noise put back during the steps in all (S_churn)"),
                      .max = 1000});
        visit(churn_low, {.key = "churn_low",
                          .label = "Churn from",
                          .help = for_some("churn_low", "lowest noise level of churn (S_tmin)"),
                          .max = 1e5});
        visit(churn_high, {.key = "churn_high",
                           .label = "Churn up to",
                           .help = for_some("churn_high",
                                            "highest noise level of churn (S_tmax); "
                                            "0: any"),
                           .max = 1e5});
        visit(churn_noise, {.key = "churn_noise",
                            .label = "Churn's noise",
                            .help = for_some("churn_noise", "deviation of that noise (S_noise)"),
                            .max = 2});
    }
};

struct Sampling;

struct Sampler {
    std::string id, title, source;
    int order = 1;            // of the error in the step size, without fresh noise
    bool stochastic = false;  // draws noise by its own options
    at::Tensor (*loop)(const Sampling&, at::Tensor x) = nullptr;
    SamplerOptions own{};                // what it does when nothing is chosen
    std::vector<std::string> options{};  // keys of SamplerOptions that it follows, beside:
    int highest_order = 0;               // 0: has no order to choose
    std::vector<std::string> forms{};    // empty: has no form to choose

    /// Whether an option, named by its key, changes what it does.
    bool follows(std::string_view option) const;
    /// Its own options with those that are followed and wanted. Throws Error for an order or form
    /// that it hasn't.
    SamplerOptions settled(const SamplerOptions& wanted) const;
    /// Blocks. x: [N, C, H, W] at noise level sigmas[0], any floating type; at least two sigmas.
    /// The result is at noise level sigmas.back(). Works element by element, so an image doesn't
    /// depend on its neighbours. Throws as settled, and what the Denoiser throws.
    at::Tensor run(const Denoiser&, at::Tensor x, const Sigmas& sigmas, const Noise&, const OnStep&,
                   const SamplerOptions&) const;
};

/// The usual one, those that explain, then the others.
const std::vector<Sampler>& samplers();

}  // namespace daguerre
