// Samplers that put fresh noise in: ddpm, ddim, euler_a.
#include <algorithm>
#include <cmath>

#include "core/base/torch.h"
#include "core/diffusion/samplers.h"

namespace daguerre {
namespace {

/// Goes down to a level below the next one, then up to it with fresh noise; eta is the share of
/// that noise. Source: Song et al. 2021 (arXiv:2010.02502), eq. 12 and 16.
at::Tensor ancestral(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas,
                     const Noise& noise, const OnStep& on_step, double eta) {
    const int n = int(sigmas.size()) - 1;
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[i], next = sigmas[i + 1];
        const at::Tensor denoised = denoise(x, now);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        const double ratio = next / now;
        const double up = std::min(next, eta * next * std::sqrt(1 - ratio * ratio));
        const double down = std::sqrt(next * next - up * up);
        x = denoised + (x - denoised) * (down / now);
        if (up > 0) x = x + noise().to(x.options()) * up;
    }
    return x;
}

/// The own eta of a row, as a sampler of the table.
template <int own_eta>
at::Tensor with_eta(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise& noise,
                    const OnStep& on_step, const SamplerOptions& options) {
    return ancestral(denoise, std::move(x), sigmas, noise, on_step,
                     options.eta < 0 ? own_eta : options.eta);
}

/// With the small variance n²(1 − n²/s²), all that is fresh noise is what eta = 1 puts in.
at::Tensor ddpm(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise& noise,
                const OnStep& on_step, const SamplerOptions&) {
    return ancestral(denoise, std::move(x), sigmas, noise, on_step, 1);
}

}  // namespace

Sampler ddpm_sampler() {
    return {"ddpm", "DDPM", "Ho et al. 2020 (arXiv:2006.11239), eq. 7, small variance",
            1,      true,   ddpm};
}

Sampler ddim_sampler() {
    return {"ddim", "DDIM", "Song et al. 2021 (arXiv:2010.02502), eq. 12", 1, false, with_eta<0>};
}

Sampler euler_a_sampler() {
    return {"euler_a", "Euler a", "Crowson 2022, k-diffusion: ancestral Euler",
            1,         true,      with_eta<1>};
}

}  // namespace daguerre
