// The noise levels a model was trained on.
#pragma once

#include <string>
#include <vector>

namespace daguerre {

/// σ of each training step and back. Source: learning.md 2.1; Ho et al. 2020 (arXiv:2006.11239),
/// Nichol and Dhariwal 2021 (arXiv:2102.09672, eq. 17).
struct NoiseSchedule {
    std::string id;              // "linear", "squaredcos_cap_v2", ...
    std::vector<double> sigmas;  // sigmas[t], rising; empty for edm
    double sigma_min = 0, sigma_max = 0;
    double sigma_data = 0.5;  // edm only

    /// The training step of a noise level: linear in ln σ, clamped to [0, T-1], snapped to whole
    /// numbers within 1e-3.
    double t_of(double sigma) const;
    /// σ at step t, also between steps (linear in ln σ).
    double sigma_of(double t) const;
};

struct NoiseScheduleOptions {
    std::string id = "linear";  // diffusers' beta_schedule
    int steps = 1000;
    double beta_start = 1e-4, beta_end = 0.02;
    std::vector<double> trained_betas;  // id "trained_betas"
    bool zero_terminal_snr = false;     // Lin et al. 2023 (arXiv:2305.08891, alg. 1)
};

struct NoiseScheduleRow {
    std::string id, title, source;
};
/// linear, scaled_linear, squaredcos_cap_v2, sigmoid, trained_betas.
const std::vector<NoiseScheduleRow>& noise_schedules();

/// The table as diffusers computes it (β in float32). Throws UnknownWord for the id, Error for
/// steps outside 1..100000 or β outside (0, 1).
NoiseSchedule noise_schedule(const NoiseScheduleOptions& options);

}  // namespace daguerre
