// Which noise levels a sampler visits: --schedule.
#pragma once

#include <string>
#include <vector>

#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// n >= 1 levels, falling strictly, then 0. Tables over σ = 200 are cut at 80 (learning.md 2.2), so
/// the list may come out shorter.
struct Spacing {
    std::string id, title, source;
    std::vector<double> (*sigmas)(const NoiseSchedule&, int n) = nullptr;
};

/// trailing, leading, linspace, karras, exponential, beta.
const std::vector<Spacing>& spacings();

}  // namespace daguerre
