// What the two sides of a GAN minimise.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

/// Both losses take logits, [N] each, of as many real images as made ones. Means over the batch.
struct GanLoss {
    std::string id, title, source;
    at::Tensor (*of_discriminator)(const at::Tensor& real, const at::Tensor& fake);
    at::Tensor (*of_generator)(const at::Tensor& real, const at::Tensor& fake);
    bool compares;   // the generator's takes `real` too; else that may be undefined
    double penalty;  // weight of gradient_penalty beside the discriminator's; 0: none
};

/// bce, hinge, wgan-gp, relativistic.
const std::vector<GanLoss>& gan_losses();

/// Logits [N] of images [N, C, H, W].
using Critic = std::function<at::Tensor(const at::Tensor&)>;

/// Mean over the images of the squared length of the logit's gradient: R1 without its γ/2. The
/// result can be differentiated by the critic's weights. Source: Mescheder et al. 2018
/// (arXiv:1801.04406), eq. 9.
at::Tensor squared_slope(const Critic& critic, const at::Tensor& images);
/// Mean of (length of the gradient − 1)² at points between real and made images; u: [N] in [0, 1],
/// how far each lies from the made one. Source: Gulrajani et al. 2017 (arXiv:1704.00028), eq. 3.
at::Tensor gradient_penalty(const Critic& critic, const at::Tensor& real, const at::Tensor& fake,
                            const at::Tensor& u);

}  // namespace daguerre
