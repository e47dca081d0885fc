// What a loss by noise level is measured against: the best that a linear denoiser can do.
#pragma once

#include <vector>

#include "core/base/fields.h"
#include "core/data/preprocess.h"

namespace daguerre {

/// A variance along one direction of pixel space, and the share of directions that have it.
struct Spread {
    double variance = 0, share = 0;
};

/// The eigenvalues of the covariance of the pixels, in units of [-1, 1]; shares sum to 1. Up to
/// 20,000 images spread over the set, fewer of large ones. Up to 1024 values an image exact for
/// these; beyond, by Lanczos quadrature with fixed probes (Ubaru, Chen, Saad 2017, "Fast estimation
/// of tr(f(A)) via stochastic Lanczos quadrature"), which is right to about a percent. Blocks: a
/// second or a few.
std::vector<Spread> pixel_spread(const PixelBlock& views);

/// The unweighted loss of the best linear denoiser in each of level_bins bins, in what the network
/// of these settings of the diffusion family predicts.
std::vector<double> level_floor(const Fields& settings, const std::vector<Spread>& spread);

}  // namespace daguerre
