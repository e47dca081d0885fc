// Group normalisation, shift and SiLU in one pass over an image whose channels lie side by side:
// the loops themselves, compiled once for each instruction set.
#pragma once

#include <cstdint>

namespace daguerre {

struct NormOptions {
    std::int64_t groups = 1;
    double eps = 1e-5;
    bool silu = true;
};

/// One image. x: `pixels` rows of `channels` values, to which `shift` (one a channel, or null) is
/// added. Channels are in `groups` of the same width.
template <class T>
struct NormedImage {
    const T* x = nullptr;
    const float* shift = nullptr;
    const float* gamma = nullptr;
    const float* beta = nullptr;
    std::int64_t pixels = 0, channels = 0, groups = 0;
    double eps = 1e-5;
    bool silu = true;
};

/// Sums over pixels, and what a channel is multiplied by and raised by: space for 4 · channels
/// floats.
using NormSpace = float*;

/// Writes y and, for the way back, the mean and 1/deviation of each group.
/// Source: Wu and He 2018 (arXiv:1803.08494), eq. 1–2; SiLU: Elfwing et al. 2017
/// (arXiv:1702.03118).
template <class T>
using NormForward = void (*)(const NormedImage<T>&, T* y, float* mean, float* scale, NormSpace);

/// From the slope dy of y: the slopes dx, and d_shift, d_gamma, d_beta (one a channel; d_shift may
/// be null, the other two are added to).
template <class T>
using NormBackward = void (*)(const NormedImage<T>&, const T* dy, const float* mean,
                              const float* scale, T* dx, float* d_shift, float* d_gamma,
                              float* d_beta, NormSpace);

}  // namespace daguerre
