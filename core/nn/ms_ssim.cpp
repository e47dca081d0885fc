#include "core/nn/ms_ssim.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace daguerre {
namespace {

constexpr double exponents[]{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
constexpr double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;

/// The weights of the window along one side, summing to 1: [11].
at::Tensor window() {
    const at::Tensor at = at::arange(ms_ssim_window, at::kDouble) - ms_ssim_window / 2;
    const at::Tensor weights = (at.square() / (-2 * 1.5 * 1.5)).exp();
    return weights / weights.sum();
}

/// [N, 1, H, W] → the weighted means of all whole windows.
at::Tensor weighted(const at::Tensor& images, const at::Tensor& weights) {
    const at::Tensor rows = at::conv2d(images, weights.view({1, 1, 1, -1}));
    return at::conv2d(rows, weights.view({1, 1, -1, 1}));
}

/// Means over the image of contrast · structure, and of that times luminance: [N] each.
struct Similar {
    at::Tensor structure, whole;
};
Similar similar(const at::Tensor& a, const at::Tensor& b, const at::Tensor& weights) {
    const at::Tensor mean_a = weighted(a, weights), mean_b = weighted(b, weights);
    const at::Tensor both = mean_a * mean_b, squares = mean_a.square() + mean_b.square();
    const at::Tensor varied = weighted(a.square() + b.square(), weights) - squares;
    const at::Tensor together = weighted(a * b, weights) - both;
    const at::Tensor structure = (2 * together + c2) / (varied + c2);
    const at::Tensor whole = structure * (2 * both + c1) / (squares + c1);
    return {structure.mean({1, 2, 3}), whole.mean({1, 2, 3})};
}

}  // namespace

at::Tensor ms_ssim(const at::Tensor& a, const at::Tensor& b) {
    require(a.dim() == 4 && a.sizes() == b.sizes(), "ms_ssim: two of [N, C, H, W]");
    const std::int64_t n = a.size(0), channels = a.size(1);
    const std::int64_t side = std::min(a.size(2), a.size(3));
    require(side >= ms_ssim_window, "ms_ssim: images of at least 11 pixels");
    const int scales = std::min(int(std::log2(double(side) / ms_ssim_window)) + 1, 5);
    double sum = 0;
    for (int i = 0; i < scales; ++i) sum += exponents[i];
    const at::Tensor weights = window();
    const auto planes = [&](const at::Tensor& images) {
        return images.to(at::kDouble).reshape({n * channels, 1, a.size(2), a.size(3)});
    };
    at::Tensor x = planes(a), y = planes(b), product = at::ones({n * channels}, at::kDouble);
    for (int i = 0; i < scales; ++i) {
        const Similar here = similar(x, y, weights);
        const at::Tensor term = i + 1 < scales ? here.structure : here.whole;
        product = product * term.clamp_min(0).pow(exponents[i] / sum);
        x = at::avg_pool2d(x, 2);
        y = at::avg_pool2d(y, 2);
    }
    return product.view({n, channels}).mean(1);
}

}  // namespace daguerre
