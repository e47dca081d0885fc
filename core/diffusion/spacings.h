// Which noise levels a sampler visits: --schedule.
#pragma once

#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// n >= 1 levels, falling strictly, then 0. A table that goes over σ = 200 is used up to 80 only,
/// since solvers of higher order lose their way above; a list may come out shorter by that, and
/// where n is over the number of training steps. Those that count steps throw Error for a schedule
/// without any.
struct Spacing {
    std::string id, title, source;
    std::vector<double> (*sigmas)(const NoiseSchedule&, int n) = nullptr;
    /// The same between two levels, high >= low > 0; null where it counts training steps.
    std::vector<double> (*range)(double high, double low, int n) = nullptr;
    bool shown = true;  // false: known, for comparing with diffusers, but not offered
};

/// karras, trailing, leading, linspace, exponential, beta; not offered: leading-b, linspace-b,
/// beta-sigma.
const std::vector<Spacing>& spacings();

/// n >= 1 levels from high to low, both > 0, then 0. diffusers has two families: DPM-Solver++,
/// UniPC and DEIS spread karras and kin over the whole table, as Spacing::sigmas does; DDPM, DDIM,
/// Euler, Heun, DPM2, LMS spread them over the levels that its timestep_spacing reached, which is
/// this. Throws Error for a spacing that counts training steps.
std::vector<double> sigmas_between(const Spacing& spacing, double high, double low, int n);

}  // namespace daguerre
