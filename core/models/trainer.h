// What makes a model better, one batch at a time. One a family.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/torch.h"
#include "core/models/losses.h"
#include "core/models/model.h"
#include "core/nn/update.h"
#include "core/nn/weights.h"

namespace daguerre {

struct Batch {
    at::Tensor images;       // [N, C, H, W] float32 in [-1, 1], CPU
    at::Tensor labels;       // [N] int64, -1: none, CPU
    at::Tensor noise;        // [N, C, H, W] float32, standard normal, one generator an image, CPU
    std::int64_t first = 0;  // number of the first image in the run, counted from 0
};

struct StepContext {
    std::int64_t images_after = 0;  // images seen when this step is done
    double learning_rate = 0;
};

/// Where a snapshot comes from, for the model to say.
struct Origin {
    std::string run, command;  // name of the run's folder; the command that started it
    std::int64_t images_seen = 0, steps = 0;
};

/// What a model shows on held-out images.
struct HeldOut {
    std::optional<double> loss{};                          // less is better: ranks checkpoints
    std::vector<std::pair<std::string, double>> values{};  // more curves: "test accuracy", ...
    std::vector<std::vector<std::int64_t>> confusion{};    // [true class][found class]; or empty
};

/// Images first .. first + count - 1 of a batch; shares memory.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count);
/// Lets what a step drops on this device hang on the run's seed and the images seen before it.
void seed_dropout(std::uint64_t run, std::int64_t images_before, const at::Device& device);

class Trainer {
public:
    virtual ~Trainer() = default;
    /// One update. Blocks. A loss that isn't finite skips it.
    virtual Losses step(const Batch&, const StepContext&) = 0;
    /// How these weights do on images that training doesn't see, worked through in parts of
    /// `at_once`. Changes nothing that training hangs on. Blocks.
    virtual HeldOut held_out(const Batch&, std::int64_t at_once, Weighting) const = 0;
    /// A model of these weights, copied.
    virtual std::shared_ptr<const Model> snapshot(const Origin&, Weighting) const = 0;
    /// Everything that resuming needs, sharing memory with the trainer; and back, copied.
    /// restore throws Error for a misfit, naming `file`.
    virtual Weights state() const = 0;
    virtual void restore(const Weights&, const std::string& file) = 0;
};

}  // namespace daguerre
