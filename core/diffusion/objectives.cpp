#include "core/diffusion/objectives.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace daguerre {

const std::vector<Objective>& objectives() {
    static const std::vector<Objective> rows{
        {"eps", "Noise (ε)", "Ho et al. 2020 (arXiv:2006.11239), eq. 15", "epsilon",
         [](double s, const NoiseSchedule& n) {
             return Scaling{1, -s, 1 / std::sqrt(s * s + 1), n.t_of(s)};
         }},
        {"v", "Velocity (v)", "Salimans and Ho 2022 (arXiv:2202.00512), appendix D", "v_prediction",
         [](double s, const NoiseSchedule& n) {
             const double r = std::sqrt(s * s + 1);
             return Scaling{1 / (r * r), -s / r, 1 / r, n.t_of(s)};
         }},
        {"x0", "Image (x0)", "Ho et al. 2020 (arXiv:2006.11239), section 3.2", "sample",
         [](double s, const NoiseSchedule& n) {
             return Scaling{0, 1, 1 / std::sqrt(s * s + 1), n.t_of(s)};
         }},
        {"edm", "EDM", "Karras et al. 2022 (arXiv:2206.00364), eq. 7 and table 1", "epsilon",
         [](double s, const NoiseSchedule& n) {
             const double data = n.sigma_data, r = std::hypot(s, data);
             return Scaling{data * data / (r * r), s * data / r, 1 / r, n.t_of(s)};
         }},
    };
    return rows;
}

void check_pairing(const Objective& objective, const NoiseSchedule& schedule) {
    if (schedule.range != (objective.id == "edm"))
        throw Error(
            "The objective {objective} and the noise schedule {schedule} don't go together: edm "
            "goes with edm alone, as objective and as noise schedule.",
            {{"objective", objective.id}, {"schedule", schedule.id}});
    if (schedule.zero_terminal_snr && objective.id == "eps")
        throw Error(
            "The noise schedule “{schedule}” ends in pure noise, where a network that "
            "predicts the noise learns nothing. Choose the objective v, or leave out zero "
            "terminal SNR.",
            {{"schedule", schedule.id}});
}

const std::vector<LossWeight>& loss_weights() {
    // snr: signal-to-noise ratio, 1/σ².
    static const std::vector<LossWeight> rows{
        {"eps", "Noise", "Ho et al. 2020 (arXiv:2006.11239), eq. 14",
         [](double s, double) { return 1 / (s * s); }},
        {"v", "Velocity", "Salimans and Ho 2022 (arXiv:2202.00512), “SNR + 1”",
         [](double s, double) { return 1 / (s * s) + 1; }},
        {"x0", "Image", "Salimans and Ho 2022 (arXiv:2202.00512), section 4",
         [](double, double) { return 1.0; }},
        {"edm", "EDM", "Karras et al. 2022 (arXiv:2206.00364), eq. 8",
         [](double s, double data) { return (s * s + data * data) / (s * s * data * data); }},
        {"min-snr", "Min-SNR, γ 5", "Hang et al. 2023 (arXiv:2303.09556)",
         [](double s, double) { return std::min(1 / (s * s), 5.0); }},
        {"p2", "P2, k 1, γ 1", "Choi et al. 2022 (arXiv:2204.00227)",
         [](double s, double) {
             const double snr = 1 / (s * s);
             return snr / (1 + snr);
         }},
    };
    return rows;
}

Target target_of(const Objective& objective, const LossWeight& weight,
                 const NoiseSchedule& schedule, double sigma) {
    const Scaling scaling = objective.at(sigma, schedule);
    return {(1 - scaling.skip) / scaling.out, -scaling.skip * sigma / scaling.out,
            weight.at(sigma, schedule.sigma_data) * scaling.out * scaling.out};
}

}  // namespace daguerre
