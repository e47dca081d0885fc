// What one training step reports.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace daguerre {

/// Sum and count of the unweighted loss in one of level_bins bins of noise level.
struct LevelLoss {
    double sum = 0;
    std::int64_t count = 0;
};
inline constexpr int level_bins = 20;

struct Losses {
    std::vector<std::pair<std::string, double>> values;  // each is a curve: "loss", ...
    double gradient_norm = 0;                            // before clipping
    bool skipped = false;                                // not finite; weights untouched
    std::vector<LevelLoss> levels;                       // level_bins, or empty
    std::int64_t at_once = 0;                            // images a part of the batch had, at most
};

}  // namespace daguerre
