// Which noise levels a sampler visits: --schedule.
#pragma once

#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// n >= 1 levels, falling strictly, then 0. A table that goes over σ = 200 is used up to 80 only,
/// since solvers of higher order lose their way above; a list may come out shorter by that, and
/// where n is over the number of training steps.
struct Spacing {
    std::string id, title, source;
    std::vector<double> (*sigmas)(const NoiseSchedule&, int n) = nullptr;
};

/// trailing, leading, linspace, karras, exponential, lu (the same list as exponential), beta.
const std::vector<Spacing>& spacings();

}  // namespace daguerre
