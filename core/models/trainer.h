// What makes a model better, one batch at a time. One a family.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/torch.h"
#include "core/models/model.h"
#include "core/nn/weights.h"

namespace daguerre {

struct Batch {
    at::Tensor images;             // [N, C, H, W] float32 in [-1, 1], CPU
    at::Tensor labels;             // [N] int64, -1: none
    at::Tensor noise;              // [N, C, H, W] standard normal (learning.md 5.4)
    std::vector<double> levels;    // u in [0, 1), one an image (learning.md 5.2)
    std::vector<bool> drop_label;  // for classifier-free training
    std::int64_t first = 0;        // number of the first image in the run
};

struct StepContext {
    std::int64_t images_after = 0;  // images seen when this step is done
    double learning_rate = 0;
};

/// Sum and count of the unweighted loss in one of 20 bins of noise level.
struct LevelLoss {
    double sum = 0;
    std::int64_t count = 0;
};

struct Losses {
    std::vector<std::pair<std::string, double>> values;  // each is a curve: "loss", ...
    double gradient_norm = 0;                            // before clipping
    bool skipped = false;                                // not finite; weights untouched
    std::vector<LevelLoss> levels;                       // 20, or empty
};

class Trainer {
public:
    virtual ~Trainer() = default;
    /// One update. Blocks. A loss that isn't finite skips it.
    virtual Losses step(const Batch&, const StepContext&) = 0;
    /// The averaged weights, copied.
    virtual std::shared_ptr<const Model> snapshot() const = 0;
    /// Everything that resuming needs, and back. restore throws Error for a misfit.
    virtual Weights state() const = 0;
    virtual void restore(const Weights&) = 0;
};

}  // namespace daguerre
