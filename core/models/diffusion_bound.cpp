// What images cost under a diffusion model.
#include "core/base/error.h"
#include "core/diffusion/variational_bound.h"
#include "core/models/diffusion_plan.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace {

/// [1] as the network takes it; undefined: it knows no classes.
at::Tensor label_of(const ModelInfo& info, int label) {
    if (info.classes.empty()) return {};
    if (label < 0 && !info.null_class)
        throw Error("{id} learned no picture without a class. Say which one each picture shows.",
                    {{"id", info.id}});
    return at::tensor({label < 0 ? std::int64_t(info.classes.size()) : std::int64_t(label)});
}

}  // namespace

/// [rows, C, H, W] on the CPU, clipped to the values that images have: of images with one label
/// (undefined: no classes), in calls of one size.
at::Tensor DiffusionModel::guesses_at(const Plan& plan, const at::Tensor& label,
                                      const at::Tensor& x,
                                      const std::vector<double>& sigmas) const {
    const std::int64_t channels = setup_.network.in_channels;
    std::vector<float> factors;
    for (const double sigma : sigmas) {
        const Scaling scaling = objective_.at(sigma, schedule_);
        for (const double factor : {scaling.skip, scaling.out, scaling.in, scaling.noise})
            factors.push_back(float(factor));
    }
    const auto rows = std::int64_t(sigmas.size());
    const at::Tensor all = at::tensor(factors).view({rows, 4, 1, 1, 1}).to(plan.place);
    const at::ScalarType type = plan.precision == "bf16" ? at::kBFloat16 : at::kFloat;
    std::vector<at::Tensor> guesses;
    for (std::int64_t first = 0; first < rows; first += plan.chunk) {
        const at::Tensor some = x.narrow(0, first, plan.chunk).to(plan.place);
        const at::Tensor factor = all.narrow(0, first, plan.chunk);
        const at::Tensor labels =
            label.defined() ? label.expand({plan.chunk}).to(plan.place) : label;
        const at::Tensor answer = (*plan.network)((some * factor.select(1, 2)).to(type),
                                                  factor.select(1, 3).flatten(), labels)
                                      .to(at::kFloat)
                                      .narrow(1, 0, channels);
        guesses.push_back(some * factor.select(1, 0) + answer * factor.select(1, 1));
    }
    return at::cat(guesses).clamp(-1, 1).cpu();
}

Likelihood DiffusionModel::likelihood() const {
    if (objective_.id == "edm")
        return {.why_not =
                    "a diffusion model tells it as a sum over its steps, and this one "
                    "learned a range of noise levels without steps (EDM)"};
    const Sentence how{"The steps of the bound are estimated from {n} of them an image.",
                       {{"n", bound_draws}}};
    return {.kind = "At most", .detail = how.text(), .at_once = 4};
}

std::vector<double> DiffusionModel::bits_per_dimension(const std::vector<Image>& pictures,
                                                       const std::vector<int>& labels,
                                                       const GenerateRequest& request) const {
    if (likelihood().kind.empty()) return {};
    GenerateRequest one = request;
    one.count = 1;
    const Plan plan = plan_of(one, {}, nullptr, true);
    const c10::InferenceMode inference;
    std::vector<double> bits;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const at::Tensor label = label_of(info_, labels[i]);
        const GuessAtLevels guess = [&](const at::Tensor& x, const std::vector<double>& sigmas) {
            return guesses_at(plan, label, x, sigmas);
        };
        const at::Tensor clean = tensor_of({pictures[i]})[0];
        bits.push_back(
            variational_bound(guess, schedule_, clean, bound_draws,
                              at::detail::createCPUGenerator(seed_of(request, std::int64_t(i))))
                .bits_per_dimension(clean.numel()));
    }
    return bits;
}

}  // namespace daguerre
