// What a network predicts, and how its loss is weighted: one row each.
#pragma once

#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// D(x, σ) = skip · x + out · F(in · x, noise), where F is the network and `noise` what it is
/// told of the level. Source: Karras et al. 2022 (arXiv:2206.00364), eq. 7.
struct Scaling {
    double skip, out, in, noise;
};

struct Objective {
    std::string id, title, source;
    std::string prediction_type;  // diffusers' word: epsilon, sample, v_prediction
    Scaling (*at)(double sigma, const NoiseSchedule&) = nullptr;
};
/// eps, v, x0, edm.
const std::vector<Objective>& objectives();

/// Throws Error when the schedule ends in pure noise and the network predicts that noise: it then
/// learns nothing about the image there; and for the objective edm without the schedule edm, or the
/// other way round.
void check_pairing(const Objective& objective, const NoiseSchedule& schedule);

/// W(σ) on ‖D − clean‖². An objective's own weight has its id. sigma_data: NoiseSchedule's.
struct LossWeight {
    std::string id, title, source;
    double (*at)(double sigma, double sigma_data) = nullptr;
};
/// eps, v, x0, edm, min-snr, p2.
const std::vector<LossWeight>& loss_weights();

/// What F is trained towards at σ: `clean` · image + `noise` · ε, for x = image + σ · ε. `weight`
/// times the mean square of F's error is W(σ)·‖D − image‖², without dividing by a small number.
struct Target {
    double clean, noise, weight;
};
Target target_of(const Objective& objective, const LossWeight& weight,
                 const NoiseSchedule& schedule, double sigma);

}  // namespace daguerre
