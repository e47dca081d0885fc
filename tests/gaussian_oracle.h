// A Denoiser that is known exactly.
#pragma once

#include <cmath>

#include "core/base/torch.h"

/// The best guess for images whose pixels are independent and normal.
struct GaussianOracle {
    double mean = 0.3, deviation = 0.5;

    at::Tensor operator()(const at::Tensor& x, double sigma) const {
        const double own = deviation * deviation, noise = sigma * sigma;
        return (x * own + noise * mean) * (1 / (own + noise));
    }
    /// Where the flow without fresh noise leads from x at the level `from` to the level `to`.
    double exact(double x, double from, double to) const {
        return mean + (x - mean) * std::hypot(deviation, to) / std::hypot(deviation, from);
    }
};
