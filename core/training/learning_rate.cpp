#include "core/training/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace daguerre {
namespace {

double decayed(const TrainRequest& request, double seen) {
    const auto warm_up = double(request.warm_up);
    const double span = std::max(double(request.images) - warm_up, 1.0);
    const double part = std::clamp((seen - warm_up) / span, 0.0, 1.0);
    if (request.decay == "cosine") return 0.5 * (1 + std::cos(std::numbers::pi * part));
    if (request.decay == "linear") return 1 - part;
    if (request.decay == "inverse-sqrt")
        return 1 / std::sqrt(std::max(seen / std::max(10 * warm_up, 1.0), 1.0));
    return 1;
}

}  // namespace

double learning_rate(const TrainRequest& request, std::int64_t images_after) {
    const auto seen = double(images_after);
    const double rise = request.warm_up > 0 ? std::min(seen / double(request.warm_up), 1.0) : 1.0;
    return request.learning_rate * rise * decayed(request, seen);
}

}  // namespace daguerre
