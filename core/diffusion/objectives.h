// What a network predicts, and how its loss is weighted: one row each.
#pragma once

#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// D(x, σ) = skip · x + out · F(in · x, noise). Source: Karras et al. 2022 (arXiv:2206.00364),
/// eq. 7.
struct Scaling {
    double skip, out, in, noise;
};

struct Objective {
    std::string id, title, source;
    std::string prediction_type;  // diffusers' word: epsilon, sample, v_prediction
    Scaling (*at)(double sigma, const NoiseSchedule&) = nullptr;
    /// The loss is the mean square of F minus target, target = (clean - skip·x)/out; this is the
    /// weight on ‖D − clean‖² that plain target loss amounts to: 1/out².
};
/// eps, v, x0.
const std::vector<Objective>& objectives();

/// W(σ) on ‖D − clean‖² (learning.md 5.1).
struct LossWeight {
    std::string id, title, source;
    double (*at)(double sigma) = nullptr;
};
/// eps, x0, v, min-snr, p2.
const std::vector<LossWeight>& loss_weights();

}  // namespace daguerre
