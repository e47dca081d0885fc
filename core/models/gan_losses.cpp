#include "core/models/gan_losses.h"

namespace daguerre {
namespace {

using Tensor = at::Tensor;

Tensor bce_d(const Tensor& real, const Tensor& fake) {
    return at::softplus(-real).mean() + at::softplus(fake).mean();
}
Tensor bce_g(const Tensor&, const Tensor& fake) { return at::softplus(-fake).mean(); }

Tensor hinge_d(const Tensor& real, const Tensor& fake) {
    return at::relu(1 - real).mean() + at::relu(1 + fake).mean();
}
Tensor wasserstein_d(const Tensor& real, const Tensor& fake) { return fake.mean() - real.mean(); }
Tensor minus_fake(const Tensor&, const Tensor& fake) { return -fake.mean(); }

Tensor relativistic_d(const Tensor& real, const Tensor& fake) {
    return at::softplus(fake - real).mean();
}
Tensor relativistic_g(const Tensor& real, const Tensor& fake) {
    return at::softplus(real - fake).mean();
}

/// The squared length of each image's gradient, [N].
Tensor squared_slopes(const Critic& critic, const Tensor& images) {
    const torch::AutoGradMode gradients(true);
    const Tensor at_images = images.detach().requires_grad_();
    const Tensor slopes = torch::autograd::grad({critic(at_images).sum()}, {at_images}, {},
                                                /*retain_graph=*/true, /*create_graph=*/true)[0];
    return slopes.square().sum({1, 2, 3});
}

}  // namespace

const std::vector<GanLoss>& gan_losses() {
    static const std::vector<GanLoss> rows{
        {"bce", "Non-saturating", "Goodfellow et al. 2014 (arXiv:1406.2661), section 3", bce_d,
         bce_g, false, 0},
        {"hinge", "Hinge", "Lim and Ye 2017 (arXiv:1705.02894)", hinge_d, minus_fake, false, 0},
        {"wgan-gp", "Wasserstein with gradient penalty",
         "Gulrajani et al. 2017 (arXiv:1704.00028), algorithm 1", wasserstein_d, minus_fake, false,
         10},
        {"relativistic", "Relativistic", "Jolicoeur-Martineau 2018 (arXiv:1807.00734), section 4.1",
         relativistic_d, relativistic_g, true, 0},
    };
    return rows;
}

Tensor squared_slope(const Critic& critic, const Tensor& images) {
    return squared_slopes(critic, images).mean();
}

Tensor gradient_penalty(const Critic& critic, const Tensor& real, const Tensor& fake,
                        const Tensor& u) {
    const Tensor between = at::lerp(fake.detach(), real.detach(), u.view({-1, 1, 1, 1}));
    // The square root has no slope at 0.
    return ((squared_slopes(critic, between) + 1e-12).sqrt() - 1).square().mean();
}

}  // namespace daguerre
