// The noise levels a model was trained on.
#pragma once

#include <string>
#include <vector>

namespace daguerre {

/// The noise level σ of each training step, and back. Everywhere x = clean + σ·noise; in the words
/// of Ho et al. 2020 (arXiv:2006.11239) σ_t = √((1 − ᾱ_t)/ᾱ_t).
struct NoiseSchedule {
    std::string id;                  // "linear", "squaredcos_cap_v2", ...
    std::vector<double> sigmas;      // sigmas[t], t = 0..T-1; > 0, rising strictly
    bool zero_terminal_snr = false;  // the last step is meant to be pure noise

    double sigma_min() const { return sigmas.front(); }
    double sigma_max() const { return sigmas.back(); }
    /// The training step of a noise level: linear in ln σ, clamped to [0, T-1], snapped to the
    /// whole number within 1e-3.
    double t_of(double sigma) const;
    /// σ at step t, also between steps: linear in ln σ. t is clamped to [0, T-1].
    double sigma_of(double t) const;
    /// The level half way between two by training steps; between whole steps a whole one, the lower
    /// of the two nearest, as diffusers' PNDMScheduler has it.
    double middle_of(double high, double low) const;
};

struct NoiseScheduleOptions {
    std::string id = "linear";  // diffusers' beta_schedule
    int steps = 1000;
    double beta_start = 1e-4, beta_end = 0.02;  // linear, scaled_linear, sigmoid
    std::vector<double> trained_betas{};        // trained_betas; its size must be `steps`
    bool zero_terminal_snr = false;             // Lin et al. 2023 (arXiv:2305.08891), alg. 1
};

struct NoiseScheduleRow {
    std::string id, title, source;
    double (*beta)(const NoiseScheduleOptions&, int t) = nullptr;
};
/// linear, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid-alpha, trained_betas.
const std::vector<NoiseScheduleRow>& noise_schedules();
/// Ids of those that a person can choose: all that need no list of β.
std::vector<std::string> schedules_to_learn();

/// The table as diffusers computes it (β and ᾱ rounded to float32). Throws UnknownWord for the id;
/// Error for steps outside 2..100000, β outside (0, 1), and β so small or large that float32 can't
/// tell two levels apart.
NoiseSchedule noise_schedule(const NoiseScheduleOptions& options);

}  // namespace daguerre
