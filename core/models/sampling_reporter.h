// What a sampler tells its caller, and how the caller stops it.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/base/torch.h"
#include "core/diffusion/noise_schedule.h"
#include "core/diffusion/samplers.h"
#include "core/image/progress.h"
#include "core/nn/image_tensor.h"

namespace daguerre {

/// Thrown through the sampler when the caller wants to stop before a network call.
struct Stopped {};

/// Tells the caller how far it is, and throws Stopped when it wants no more.
class Reporter {
public:
    Reporter(const OnProgress& on_progress, std::int64_t steps)
        : on_progress_(on_progress), steps_(steps) {}

    void call() {
        if (!tell({done_, steps_, "call", {}})) throw Stopped();
    }

    /// After the last step the images are finished, and are kept.
    void step(const std::function<Preview()>& preview, bool last) {
        ++done_;
        stopped_ = !tell({done_, steps_, "step", preview});
        if (stopped_ && !last) throw Stopped();
    }

    /// first: number of image 0. Without training steps t isn't a number.
    void step(const SamplerStep& at, std::int64_t first, const NoiseSchedule& schedule) {
        const auto preview = [&] {
            return Preview{int(first),
                           at.step,
                           at.steps,
                           at.sigma,
                           schedule.range ? std::nan("") : schedule.t_of(at.sigma),
                           images_of(at.x / std::sqrt(1 + at.sigma * at.sigma)),
                           images_of(at.denoised)};
        };
        step(preview, at.step + 1 == at.steps);
    }

    bool stopped() const { return stopped_; }

private:
    bool tell(const Progress& progress) const { return !on_progress_ || on_progress_(progress); }

    const OnProgress& on_progress_;
    std::int64_t steps_ = 0, done_ = 0;
    bool stopped_ = false;
};

}  // namespace daguerre
