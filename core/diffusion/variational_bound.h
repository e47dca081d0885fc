// What an image costs under a diffusion model, at most.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/torch.h"
#include "core/diffusion/noise_schedule.h"

namespace daguerre {

/// The clean guesses of noisy images x = clean + σ·noise, [N, C, H, W], each at a level of its own.
using GuessAtLevels =
    std::function<at::Tensor(const at::Tensor& x, const std::vector<double>& sigmas)>;

/// That a reported figure takes for an image, so that with the first level they fill calls of 1, 4
/// or 16 images.
inline constexpr int bound_draws = 31;

/// Parts of an upper bound of −ln p(image), in nats.
struct VariationalBound {
    double end = 0;     // what the last level still tells of the image: L_T
    double steps = 0;   // what the network misses on the way, L_1 to L_{T-1}: estimated
    double pixels = 0;  // the image itself, from the first level: L_0

    /// Of an image of so many values.
    double bits_per_dimension(std::int64_t values) const;
};

/// Of one image of 8-bit values, [C, H, W] in [-1, 1] on the CPU, from one call of draws + 1 rows:
/// the first level, and `draws` of the others, one from each of as many strata of equal expected
/// share, so that few draws suffice; unbiased. The steps back have the posterior's own variance (Ho
/// et al.'s β̃), and the image is a discretised Gaussian about the guess at the first level, with
/// the variance of the step above. Draws come from `generator`: the strata, then the noise.
/// schedule: with steps, at least two. Source: Ho et al. 2020 (arXiv:2006.11239), eq. 5, 7 and 13.
VariationalBound variational_bound(const GuessAtLevels& guess, const NoiseSchedule& schedule,
                                   const at::Tensor& clean, int draws, at::Generator generator);

}  // namespace daguerre
