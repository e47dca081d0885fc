// What samplers cost beside the network: what `daguerre bench sample` prints.
#pragma once

#include <string>
#include <vector>

#include "core/models/speed.h"

namespace daguerre {

struct SamplerSpeed {
    std::string sampler;
    int calls = 0;           // of the network, in one run
    double ms_per_call = 0;  // of a call alone, the median over all runs
    double overhead = 0;     // what a run takes beyond its calls, as a share of them; the median
};

/// Times samplers on a network with random weights that predicts noise: `steps` levels of karras on
/// the linear table, clamped, noise from seeds, as often as `calls` of the request needs. A call of
/// a sampler takes only what it needs: 2 x `steps` for those of two calls a step. sampler: an id,
/// or empty for the whole table. Blocks. on_progress: "call". Gives those that were finished.
/// Throws Error for a config or a sampler that can't be run.
std::vector<SamplerSpeed> sampler_speeds(const SpeedRequest& request, const std::string& sampler,
                                         int steps, const OnProgress& on_progress);

}  // namespace daguerre
