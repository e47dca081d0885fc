#include "core/diffusion/denoiser.h"

#include "core/base/error.h"

namespace daguerre {
namespace {

void check_finite(const at::Tensor& denoised, double sigma) {
    const at::Tensor finite = denoised.isfinite();
    if (finite.all().item<bool>()) return;
    const auto bad = denoised.numel() - finite.sum().item<std::int64_t>();
    throw Error(
        "{bad} of {all} values of the clean guess at noise level {sigma} aren't finite "
        "numbers. Lower the guidance, or choose the precision fp32; if that doesn't help, "
        "the model's weights are damaged.",
        {{"bad", bad}, {"all", denoised.numel()}, {"sigma", sigma}});
}

/// Of each image, [N, 1, 1, 1]. One by one, since a sum over all is rounded otherwise for other
/// numbers of images.
at::Tensor deviations(const at::Tensor& images) {
    std::vector<at::Tensor> each;
    for (const at::Tensor& image : images.unbind()) each.push_back(image.std());
    return at::stack(each).view({-1, 1, 1, 1});
}

}  // namespace

Denoiser denoiser_of(NetworkCall network, const Objective& objective,
                     const NoiseSchedule& schedule) {
    check_pairing(objective, schedule);
    return [network = std::move(network), at = objective.at, schedule](const at::Tensor& x,
                                                                       double sigma) {
        const Scaling scaling = at(sigma, schedule);
        at::Tensor denoised =
            x * scaling.skip + network(x * scaling.in, scaling.noise) * scaling.out;
        check_finite(denoised, sigma);
        return denoised;
    };
}

Denoiser guided(Denoiser with_class, Denoiser without, double scale) {
    if (scale == 1) return with_class;
    if (scale == 0) return without;
    return [with_class = std::move(with_class), without = std::move(without), scale](
               const at::Tensor& x, double sigma) {
        return with_class(x, sigma) * scale + without(x, sigma) * (1 - scale);
    };
}

Denoiser between_levels(Denoiser inside, Denoiser outside, double low, double high) {
    return [inside = std::move(inside), outside = std::move(outside), low, high](
               const at::Tensor& x, double sigma) {
        return sigma > low && sigma <= high ? inside(x, sigma) : outside(x, sigma);
    };
}

Denoiser rescaled(Denoiser guess, Denoiser with_class, double share) {
    return [guess = std::move(guess), with_class = std::move(with_class), share](
               const at::Tensor& x, double sigma) {
        const at::Tensor denoised = guess(x, sigma);
        const at::Tensor factor = deviations(with_class(x, sigma)) / deviations(denoised);
        // A plain picture has no deviation to bring back.
        return denoised * (at::where(factor.isfinite(), factor, 1) * share + (1 - share));
    };
}

Denoiser classifier_guided(Denoiser inner, LogProbability log_probability, double scale) {
    return [inner = std::move(inner), log_probability = std::move(log_probability), scale](
               const at::Tensor& x, double sigma) {
        const at::Tensor denoised = inner(x, sigma);
        const c10::InferenceMode with_gradients(false);
        const at::AutoGradMode enabled(true);
        const at::Tensor there = x.clone().requires_grad_(true);
        const at::Tensor slope =
            torch::autograd::grad({log_probability(there, sigma).sum()}, {there})[0];
        return denoised + slope * (scale * sigma * sigma);
    };
}

Denoiser clamped(Denoiser inner, double limit) {
    return [inner = std::move(inner), limit](const at::Tensor& x, double sigma) {
        return inner(x, sigma).clamp(-limit, limit);
    };
}

Denoiser thresholded(Denoiser inner, double quantile, double most) {
    return [inner = std::move(inner), quantile, most](const at::Tensor& x, double sigma) {
        const at::Tensor denoised = inner(x, sigma);
        const at::Tensor limit =
            at::quantile(denoised.abs().flatten(1), quantile, 1).clamp(1, most).view({-1, 1, 1, 1});
        return denoised.minimum(limit).maximum(-limit) / limit;
    };
}

Noise seeded_noise(const std::vector<std::uint32_t>& seeds,
                   const std::vector<std::int64_t>& shape) {
    std::vector<at::Generator> generators;
    for (const std::uint32_t seed : seeds)
        generators.push_back(at::detail::createCPUGenerator(seed));
    return [generators = std::move(generators), shape]() mutable {
        std::vector<at::Tensor> draws;
        for (at::Generator& generator : generators)
            draws.push_back(at::randn(shape, generator, at::kFloat));
        return at::stack(draws);
    };
}

}  // namespace daguerre
