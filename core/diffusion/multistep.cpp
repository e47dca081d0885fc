// Samplers that look back at earlier clean guesses: dpmpp_2m, unipc.
#include <algorithm>
#include <cmath>

#include "core/base/torch.h"
#include "core/diffusion/samplers.h"

namespace daguerre {
namespace {

/// How far a step goes, in half the logarithm of the signal-to-noise ratio.
double width(double now, double next) { return std::log(now / next); }

/// Source: Lu et al. 2022 (arXiv:2211.01095), algorithm 2 in data prediction, midpoint form.
at::Tensor dpmpp_2m(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise&,
                    const OnStep& on_step, const SamplerOptions&) {
    const int n = int(sigmas.size()) - 1;
    at::Tensor previous;
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[i], next = sigmas[i + 1];
        const at::Tensor denoised = denoise(x, now);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        at::Tensor goal = denoised;
        if (i > 0) {
            const double ratio = width(sigmas[i - 1], now) / width(now, next);
            goal = denoised + (denoised - previous) / (2 * ratio);
        }
        x = x * (next / now) + goal * (1 - next / now);
        previous = denoised;
    }
    return x;
}

/// The polynomial part of UniPC of order 2 in form B2(h) = e^h − 1, from the level `now` to `next`,
/// h = −width; the signs are those of data prediction.
struct UniPcStep {
    double now, next;
    at::Tensor x, denoised;  // at `now`
    at::Tensor slope;        // (previous − denoised) / r, undefined in a step of order 1
    double r = 0;            // where the previous guess lies, in steps from `now`; negative

    double decay() const { return next / now - 1; }  // e^h − 1
    at::Tensor first_order() const { return x * (next / now) - denoised * decay(); }

    /// x at `next`. Source: Zhao et al. 2023 (arXiv:2302.04867), UniP in data prediction.
    at::Tensor predicted() const {
        return slope.defined() ? first_order() - slope * (decay() / 2) : first_order();
    }

    /// x at `next` once the guess there is known. Source: as above, UniC in data prediction.
    at::Tensor corrected(const at::Tensor& denoised_there) const {
        const at::Tensor change = denoised_there - denoised;
        if (!slope.defined()) return first_order() - change * (decay() / 2);
        const double h = -width(now, next);
        const double psi_1 = decay() / h - 1, psi_2 = psi_1 / h - 0.5;
        const double b_1 = psi_1 / decay(), b_2 = 2 * psi_2 / decay();
        const double rho_1 = (b_1 - b_2) / (1 - r), rho_2 = b_1 - rho_1;
        return first_order() - (slope * rho_1 + change * rho_2) * decay();
    }
};

/// The guess at a predicted x also corrects that x; it isn't made anew there.
at::Tensor unipc(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise&,
                 const OnStep& on_step, const SamplerOptions&) {
    const int n = int(sigmas.size()) - 1;
    UniPcStep step{};
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[i], next = sigmas[i + 1];
        const at::Tensor denoised = denoise(x, now);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        UniPcStep following{now, next, i > 0 ? step.corrected(denoised) : x, denoised, {}, 0};
        if (i > 0 && i < n - 1) {  // the last step is of order 1
            following.r = -width(sigmas[i - 1], now) / width(now, next);
            following.slope = (step.denoised - denoised) / following.r;
        }
        step = std::move(following);
        x = step.predicted();
    }
    return x;
}

}  // namespace

Sampler dpmpp_2m_sampler() {
    return {"dpmpp_2m", "DPM++ 2M", "Lu et al. 2022 (arXiv:2211.01095), algorithm 2",
            2,          false,      dpmpp_2m};
}

Sampler unipc_sampler() {
    return {"unipc", "UniPC", "Zhao et al. 2023 (arXiv:2302.04867), order 2, B2", 3, false, unipc};
}

}  // namespace daguerre
