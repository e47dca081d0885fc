// Colours of a hole from wanted differences: the screened Poisson equation.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/inpaint/inpainter.h"
#include "core/inpaint/watch.h"

namespace daguerre {

/// The pixels of a hole and, for each, its neighbours right, below, left, above.
struct Unknowns {
    static constexpr std::int32_t none = -1;

    std::vector<std::int32_t> pixels;                     // y · width + x, rising
    std::vector<std::array<std::int32_t, 4>> neighbours;  // numbers of unknowns; none: known
    std::vector<std::array<std::int32_t, 4>> known;       // pixels; none: unknown, or outside
};
/// hole: 1 or 0 a pixel.
Unknowns unknowns_of(const std::vector<std::uint8_t>& hole, int width, int height);

/// The wanted difference of pixel p to its neighbour q, in greys, one value a channel; at least one
/// of the two is in the hole. Must be the negative of that of q to p.
using WantedStep = std::function<void(std::int32_t p, std::int32_t q, float* step)>;

struct PoissonOptions {
    float screening = 0.0001f;  // λ
    int steps = 500;            // at most
    float accuracy = 0.05f;     // greys: ends when no equation is off by so much
};

/// For each channel, finds the u of the hole that minimises
///     Σ (u_p − u_q − step_pq)² + λ · Σ_hole (u_p − v_p)²
/// over all pairs of 4-neighbours in the picture with an end in the hole; v is what the hole holds,
/// u the picture outside. Writes u into the hole. Every part of the hole has a known neighbour or
/// λ > 0. Conjugate gradients, diagonal preconditioner; the same for any number of threads.
/// After Pérez, Gangnet, Blake 2003, "Poisson image editing", eq. 7, and Bhat et al. 2008 (the
/// screening).
void solve_poisson(Colours& picture, const Unknowns& unknowns, const WantedStep& step,
                   const PoissonOptions& options, Watch& watch);

/// The matrix of the equations times x, one value an unknown: (n + λ) · x_p − Σ x_q, n the number
/// of neighbours in the picture.
std::vector<float> poisson_product(const Unknowns& unknowns, float screening,
                                   const std::vector<float>& x);

}  // namespace daguerre
