// What may be chosen of a sampler.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace at {
class Tensor;
}

namespace daguerre {

/// The ids of the samplers that follow an option, as a list for people.
std::string followers(std::string_view option);

/// What is left as it stands here is the sampler's own; what a sampler doesn't follow is ignored.
struct SamplerOptions {
    double eta = -1;
    std::int64_t order = 0;
    std::string form = "own", variance = "own";
    bool lower_order_final = true;
    double churn = 0, churn_low = 0, churn_high = 0, churn_noise = 1;
    /// What the network answered for the variance in the Denoiser's last call, of x's shape. Needed
    /// for the variance “learned”.
    std::function<at::Tensor()> learned_variance{};
    /// Whether that says where the variance lies: -1 at the small one, 1 at the large. Otherwise it
    /// is the variance itself, of x/√(1 + σ²).
    bool variance_is_place = true;
    /// The level in the middle between two, the lower of which comes second; empty: that in ln σ.
    std::function<double(double, double)> middle{};

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

}  // namespace daguerre
