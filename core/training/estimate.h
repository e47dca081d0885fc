// What a run will take, before it starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/image/progress.h"
#include "core/training/given_settings.h"

namespace daguerre {

struct TrainEstimate {
    std::uint64_t bytes = 0;         // of the device's memory that training takes at most
    std::uint64_t bytes_free = 0;    // of it now
    std::int64_t images = 0;         // to see in all
    double images_per_second = 0;    // 0: not known
    bool measured = false;           // by a trial just now; else computed
    std::int64_t fitting_batch = 0;  // where bytes > bytes_free: a batch that fits, 0: none
    Fields settings;                 // all settled
    std::vector<std::string> remarks;
};

/// Computed from the settings; images_per_second is that of an earlier run of the same network on
/// this device, or 0. Throws what TrainingRun::start would throw, but for memory. Blocks while the
/// dataset is opened; calls use_device().
TrainEstimate estimate_training(const std::string& dataset, const std::string& family,
                                const GivenSettings& given);
/// The same with rate and memory of a trial of about two seconds on this thread, which called
/// use_device(). Where it wouldn't fit, or on_progress ("step") stops it before the first figure,
/// the computed one comes back.
TrainEstimate measure_training(const std::string& dataset, const std::string& family,
                               const GivenSettings& given, const OnProgress& on_progress);

}  // namespace daguerre
