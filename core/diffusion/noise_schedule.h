// The noise levels a model was trained on.
#pragma once

#include <string>
#include <vector>

namespace daguerre {

/// The noise level σ of each training step, and back. Everywhere x = clean + σ·noise; in the words
/// of Ho et al. 2020 (arXiv:2006.11239) σ_t = √((1 − ᾱ_t)/ᾱ_t). Karras et al. 2022
/// (arXiv:2206.00364) count no steps: any level of a range is one.
struct NoiseSchedule {
    std::string id{};                // "linear", "squaredcos_cap_v2", ...
    std::vector<double> sigmas{};    // sigmas[t], t = 0..T-1; > 0, rising strictly
    bool zero_terminal_snr = false;  // the last step is meant to be pure noise
    bool range = false;              // sigmas are the ends of a range without steps
    /// Deviation of the images that the network's scalings reckon with. With steps it is 1, and a
    /// network that predicts v differs from one of EDM by its sign alone.
    double sigma_data = 1;
    double rho = 7;  // of the spacing karras

    double sigma_min() const { return sigmas.front(); }
    double sigma_max() const { return sigmas.back(); }
    /// What a network is told of a noise level. Its training step: linear in ln σ, clamped to
    /// [0, T-1], snapped to the whole number within 1e-3. Of a range ¼ ln σ, beyond it too.
    double t_of(double sigma) const;
    /// σ at step t, also between steps: linear in ln σ. t is clamped to [0, T-1], or to the range.
    double sigma_of(double t) const;
    /// The level half way between two by training steps; between whole steps a whole one, the lower
    /// of the two nearest, as diffusers' PNDMScheduler has it. Of a range half way in ln σ.
    double middle_of(double high, double low) const;
    /// The level that training draws for u in [0, 1): of step ⌊u·T⌋; of a range by ln σ ~ N(-1.2,
    /// 1.2²), which goes beyond it (Karras et al. 2022, table 1).
    double learned_at(double u) const;
    /// And back: the share of training at levels below, 0 to 1.
    double share_below(double sigma) const;
    /// Deviation of the noise that sampling starts from at a level: √(1 + σ²), of a range σ.
    double start_deviation(double sigma) const;
    /// How many levels can be told apart: T, or as many as one likes.
    int most_levels() const;
};

struct NoiseScheduleOptions {
    std::string id = "linear";  // diffusers' beta_schedule
    int steps = 1000;
    double beta_start = 1e-4, beta_end = 0.02;  // linear, scaled_linear, sigmoid
    std::vector<double> trained_betas{};        // trained_betas; its size must be `steps`
    bool zero_terminal_snr = false;             // Lin et al. 2023 (arXiv:2305.08891), alg. 1
    double sigma_min = 0.002, sigma_max = 80;   // edm, as the next two
    double sigma_data = 0.5, rho = 7;
};

struct NoiseScheduleRow {
    std::string id, title, source;
    double (*beta)(const NoiseScheduleOptions&, int t) = nullptr;  // null: a range
};
/// linear, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid-alpha, edm, trained_betas.
const std::vector<NoiseScheduleRow>& noise_schedules();
/// Ids of those that a person can choose: all that need no list of β.
std::vector<std::string> schedules_to_learn();

/// The table as diffusers computes it (β and ᾱ rounded to float32). Throws UnknownWord for the id;
/// Error for steps outside 2..100000, β outside (0, 1), and β so small or large that float32 can't
/// tell two levels apart; and for a range that isn't one, or shall end in pure noise.
NoiseSchedule noise_schedule(const NoiseScheduleOptions& options);

}  // namespace daguerre
