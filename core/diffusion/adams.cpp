// Samplers that look back at earlier slopes: lms, ipndm, plms, pndm, deis.
#include <algorithm>
#include <array>

#include "core/diffusion/sampling.h"

namespace daguerre {
namespace {

at::Tensor weighted(const std::vector<double>& weights, const std::vector<at::Tensor>& past) {
    at::Tensor sum = past[0] * weights[0];
    for (std::size_t j = 1; j < weights.size(); ++j) sum = sum + past[j] * weights[j];
    return sum;
}

/// Weights of the newest `count` slopes for a step over levels that lie as they may: the integral
/// of the polynomial through them.
std::vector<double> lms_weights(const Sigmas& sigmas, int i, std::size_t count) {
    const double now = sigmas[std::size_t(i)], h = sigmas[std::size_t(i) + 1] - now;
    std::vector<double> nodes, weights;  // nodes: now is 0, next is 1
    for (std::size_t k = 0; k < count; ++k) nodes.push_back((sigmas[std::size_t(i) - k] - now) / h);
    for (std::size_t j = 0; j < count; ++j) {
        double integral = 0;
        const std::vector<double> polynomial = lagrange(nodes, j);
        for (std::size_t m = 0; m < count; ++m) integral += polynomial[m] / double(m + 1);
        weights.push_back(integral * h);
    }
    return weights;
}

/// The slope of a step by Adams and Bashforth, as if all levels were equally far apart. Source: Liu
/// et al. 2022 (arXiv:2202.09778), eq. 12.
at::Tensor equal_steps(const std::vector<at::Tensor>& past) {
    static const std::array<std::vector<double>, 4> weights{
        {{1.0},
         {3.0 / 2, -1.0 / 2},
         {23.0 / 12, -16.0 / 12, 5.0 / 12},
         {55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24}}};
    return weighted(weights[past.size() - 1], past);
}

/// ∫ q(ln τ) dτ over a step, q in ln(τ / now): τ·(q − q′ + q″ − …) is the antiderivative.
double integral_over_logarithm(const std::vector<double>& q, double now, double next) {
    std::vector<double> sum = q;
    for (std::size_t m = q.size() - 1; m-- > 0;) sum[m] = q[m] - double(m + 1) * sum[m + 1];
    const double end = std::log(next / now);
    double value = 0;
    for (std::size_t m = sum.size(); m-- > 0;) value = value * end + sum[m];
    return next * value - now * sum[0];
}

}  // namespace

at::Tensor loops::lms(const Sampling& sampling, at::Tensor x) {
    std::vector<at::Tensor> past;
    return walked(sampling, std::move(x), [&](const Step& at) {
        remember(past, at.slope(), std::size_t(sampling.options.order));
        return at.x + weighted(lms_weights(sampling.sigmas, at.i, past.size()), past);
    });
}

at::Tensor loops::ipndm(const Sampling& sampling, at::Tensor x) {
    std::vector<at::Tensor> past;
    return walked(sampling, std::move(x), [&](const Step& at) {
        remember(past, at.slope(), std::size_t(sampling.options.order));
        return at.x + equal_steps(past) * (at.next - at.now);
    });
}

/// The first step is Heun's; of its two slopes the first is remembered.
at::Tensor loops::plms(const Sampling& sampling, at::Tensor x) {
    std::vector<at::Tensor> past;
    return walked(sampling, std::move(x), [&](const Step& at) -> at::Tensor {
        if (at.i == 0 && at.next == 0) return at.denoised;
        remember(past, at.slope(), 4);
        const double h = at.next - at.now;
        if (at.i > 0) return at.x + equal_steps(past) * h;
        return at.x + (past[0] + sampling.slope(at.x + past[0] * h, at.next)) * (h / 2);
    });
}

/// The first three steps are Runge and Kutta's. Their middle is that of the training steps, where
/// these are known.
at::Tensor loops::pndm(const Sampling& sampling, at::Tensor x) {
    std::vector<at::Tensor> past;
    return walked(sampling, std::move(x), [&](const Step& at) -> at::Tensor {
        if (at.i < 3 && at.next == 0) return at.denoised;
        remember(past, at.slope(), 4);
        const double h = at.next - at.now;
        if (at.i >= 3) return at.x + equal_steps(past) * h;
        const double middle = sampling.options.middle ? sampling.options.middle(at.now, at.next)
                                                      : std::sqrt(at.now * at.next);
        const at::Tensor k1 = past[0];
        const at::Tensor k2 = sampling.slope(at.x + k1 * (middle - at.now), middle);
        const at::Tensor k3 = sampling.slope(at.x + k2 * (middle - at.now), middle);
        const at::Tensor k4 = sampling.slope(at.x + k3 * h, at.next);
        return at.x + (k1 + k2 * 2 + k3 * 2 + k4) * (h / 6);
    });
}

at::Tensor loops::deis(const Sampling& sampling, at::Tensor x) {
    std::vector<at::Tensor> past;
    const int n = sampling.steps();
    const bool careful = sampling.options.lower_order_final && n < few_steps;
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        remember(past, at.slope(), std::size_t(sampling.options.order));
        const std::size_t count =
            careful ? std::min(past.size(), std::size_t(n - at.i)) : past.size();
        std::vector<double> nodes, weights;
        for (std::size_t k = 0; k < count; ++k)
            nodes.push_back(std::log(sampling.sigmas[std::size_t(at.i) - k] / at.now));
        for (std::size_t j = 0; j < count; ++j)
            weights.push_back(integral_over_logarithm(lagrange(nodes, j), at.now, at.next));
        return at.x + weighted(weights, past);
    });
}

}  // namespace daguerre
