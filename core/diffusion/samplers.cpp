#include "core/diffusion/samplers.h"

#include "core/base/torch.h"

namespace daguerre {

// Each in the file of its kind.
Sampler ddpm_sampler();
Sampler ddim_sampler();
Sampler euler_a_sampler();
Sampler dpmpp_2m_sampler();
Sampler unipc_sampler();

namespace {

at::Tensor euler(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise&,
                 const OnStep& on_step, const SamplerOptions&) {
    const int n = int(sigmas.size()) - 1;
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[i], next = sigmas[i + 1];
        const at::Tensor denoised = denoise(x, now);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        const at::Tensor slope = (x - denoised) / now;
        x = x + slope * (next - now);
    }
    return x;
}

at::Tensor heun(const Denoiser& denoise, at::Tensor x, const Sigmas& sigmas, const Noise&,
                const OnStep& on_step, const SamplerOptions&) {
    const int n = int(sigmas.size()) - 1;
    for (int i = 0; i < n; ++i) {
        const double now = sigmas[i], next = sigmas[i + 1];
        const at::Tensor denoised = denoise(x, now);
        if (!on_step({i, n, now, x, denoised}) || next == 0) return denoised;
        const at::Tensor slope = (x - denoised) / now;
        const at::Tensor there = x + slope * (next - now);
        const at::Tensor slope_there = (there - denoise(there, next)) / next;
        x = x + (slope + slope_there) * ((next - now) / 2);
    }
    return x;
}

}  // namespace

const std::vector<Sampler>& samplers() {
    static const std::vector<Sampler> rows{
        ddpm_sampler(),
        ddim_sampler(),
        {"euler", "Euler", "Karras et al. 2022 (arXiv:2206.00364), eq. 4", 1, false, euler},
        euler_a_sampler(),
        {"heun", "Heun", "Karras et al. 2022 (arXiv:2206.00364), algorithm 1", 2, false, heun},
        dpmpp_2m_sampler(),
        unipc_sampler(),
    };
    return rows;
}

}  // namespace daguerre
