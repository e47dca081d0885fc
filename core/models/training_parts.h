// What families say alike of their training.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/fields.h"
#include "core/models/train_request.h"

namespace daguerre {

/// The field `clip`.
inline Field clip_field() {
    return {.key = "clip",
            .label = "Clip",
            .help = "largest norm of the gradient",
            .min = 1e-6,
            .max = 1e6};
}

/// Images that a step works on at once, at most.
inline std::int64_t images_at_once(const TrainRequest& request) {
    return request.micro_batch > 0 ? std::min(request.micro_batch, request.batch) : request.batch;
}

/// Bytes that training one network takes at most. kept: of what a backward pass keeps of the images
/// at work, in fp32. Weight, gradient, up to two moments and the average are five floats a
/// parameter; the rest is the program's.
inline std::uint64_t bytes_of_training(std::uint64_t parameters, std::uint64_t kept,
                                       const std::string& precision) {
    return parameters * 20 + kept / (precision == "bf16" ? 2 : 1) + 300'000'000;
}

}  // namespace daguerre
