// What judges images: the class it takes them for, and the features that metrics compare.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/torch.h"
#include "core/diffusion/noise_schedule.h"
#include "core/models/model.h"

namespace daguerre {

class Classifier : public Model {
public:
    struct Answer {
        at::Tensor features, logits;  // [N, d] pooled, [N, classes]; float32, where the images are
    };
    /// images: [N, C, H, W] float32 in [-1, 1], of the model's size and channels, on any device.
    /// Each answer hangs on its image alone. Without gradients. Blocks.
    virtual Answer classify(const at::Tensor& images) const = 0;
    /// The noise levels of the images that it knows; null: it judges clean ones.
    virtual const NoiseSchedule* noise_schedule() const = 0;
    /// Of a noisy classifier: ln p(class | x) of all classes, [N, K]. x: [N, C, H, W] = clean +
    /// σ·noise. Gradients flow to x.
    virtual at::Tensor log_probabilities(const at::Tensor& x, double sigma) const = 0;
};

/// Opens a model as open_model does. Throws Error also when it is of another family.
std::shared_ptr<const Classifier> open_classifier(std::string_view name);

}  // namespace daguerre
