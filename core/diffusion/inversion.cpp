#include "core/diffusion/inversion.h"

#include "core/base/error.h"
#include "core/base/torch.h"

namespace daguerre {

at::Tensor inverted(const Denoiser& denoise, const at::Tensor& image, const Sigmas& sigmas) {
    require(sigmas.size() > 1 && sigmas.back() == 0, "inverted: levels that end at 0");
    at::Tensor x = image;
    for (std::size_t i = sigmas.size() - 1; i-- > 0;) {
        const double level = sigmas[i], below = sigmas[i + 1];
        if (below == 0) continue;  // the picture stands for x at the lowest level
        // The slope between two levels, as it is at the lower one.
        x = x + (x - denoise(x, below)) * ((level - below) / below);
    }
    return x;
}

}  // namespace daguerre
