// One optimiser step: what happens between the gradients and the new weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/nn/weights.h"

namespace daguerre {

/// Adam: Kingma and Ba 2015 (arXiv:1412.6980), ε 1e-8, with the decay of Loshchilov and Hutter 2019
/// (arXiv:1711.05101). Sgd: with Nesterov's momentum, the decay added to the gradients.
enum class Optimizer { Adam, Sgd };

/// Which weights: averaged over the steps, or as the last step left them.
enum class Weighting { Average, Raw };

struct UpdateOptions {
    double clip = 1;      // largest 2-norm of all gradients together
    bool average = true;  // keep averaged weights
    Optimizer optimizer = Optimizer::Adam;
    double beta1 = 0.9, beta2 = 0.999;  // of Adam; beta1 is the momentum of Sgd
    double decay = 0;                   // of the weights
};

struct UpdateStep {
    double loss = 0;                // of the whole batch
    double norm = 0;                // of the gradients, as norm() gives it
    std::int64_t batch = 0;         // images in it
    std::int64_t images_after = 0;  // images seen when this step is done
    double learning_rate = 0;
};

/// Share of the old average that stays after a step of `batch` images: the average's half-life is
/// 5 % of the images seen, at most 500,000 images, so that it forgets the start by itself.
/// Source: Karras et al. 2022 (arXiv:2206.00364), appendix F.2, counted in images.
double average_keeps(std::int64_t batch, std::int64_t images_after);

/// Owns the optimiser's moments and the averaged weights of one module, whose parameters must keep
/// their place.
class Update {
public:
    Update(torch::nn::Module& module, UpdateOptions options);

    /// The 2-norm of all gradients that a backward pass left: one number, float32, still on the
    /// device, so that it can be read together with the loss.
    at::Tensor norm();
    /// Clips the gradients, changes the weights and their average, and drops the gradients. Does
    /// nothing but that last, and gives false, when loss or norm isn't finite.
    bool apply(const UpdateStep& step);

    /// The weights; those that are kept where the average is asked for and none is. Shares memory.
    Weights weights(Weighting which) const;
    /// net.*, ema.*, opt.exp_avg.* (the momentum of Sgd), for Adam opt.exp_avg_sq.*, and opt.step.
    /// Shares memory, but for opt.step.
    Weights state() const;
    /// Copies it back. Throws Error naming `file` and the tensor for a misfit.
    void restore(const Weights& weights, const std::string& file);

private:
    /// Of every parameter; zeros for one that the loss doesn't depend on.
    std::vector<at::Tensor> gradients();
    void optimise(const std::vector<at::Tensor>& slopes, double learning_rate);

    UpdateOptions options_;
    Weights net_, ema_;                                       // by name, buffers too
    std::vector<std::string> names_;                          // of the parameters
    std::vector<at::Tensor> parameters_, averages_, m_, v_;   // in the order of names_
    std::vector<std::pair<at::Tensor, at::Tensor>> buffers_;  // of the module, of the average
    std::int64_t steps_ = 0;
};

}  // namespace daguerre
