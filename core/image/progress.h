// One callback for progress, preview and cancellation.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// A moment of sampling: images `first`, `first` + 1, ... of the request, after `step` (from 0) of
/// `steps`. x: what the sampler holds, scaled to show, x/√(1+σ²); empty when nothing is noisy.
struct Preview {
    int first = 0, step = 0, steps = 0;
    double sigma = 0, t = 0;  // noise level; the training step the network is told
    std::vector<Image> x, denoised;
};

struct Progress {
    std::int64_t done = 0, total = 0;  // total 0: unknown
    std::string what;                  // "step", "call", "file", "level"
    std::function<Preview()> preview;  // may be empty; valid during the call only
};

/// true: go on; false: stop. Called on the thread that works.
using OnProgress = std::function<bool(const Progress&)>;

}  // namespace daguerre
