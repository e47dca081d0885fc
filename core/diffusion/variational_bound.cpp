#include "core/diffusion/variational_bound.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"

namespace daguerre {
namespace {

/// The weight of ‖guess − clean‖² in the KL divergence of the step from level t to the one below.
double step_weight(const NoiseSchedule& schedule, std::size_t t) {
    const double from = schedule.sigmas[t], to = schedule.sigmas[t - 1];
    return 0.5 * (1 / (to * to) - 1 / (from * from));
}

/// The expected shares of the steps 1 to T-1, summed up: of pixels with the deviation ½ and their
/// best guess. Any other would do as well, with more variance.
std::vector<double> summed_shares(const NoiseSchedule& schedule) {
    constexpr double variance = 0.25;
    std::vector<double> sums;
    double sum = 0;
    for (std::size_t t = 1; t < schedule.sigmas.size(); ++t) {
        const double level = schedule.sigmas[t] * schedule.sigmas[t];
        sum += step_weight(schedule, t) * level / (level + variance);
        sums.push_back(sum);
    }
    for (double& each : sums) each /= sum;
    return sums;
}

/// KL of q(x_T | clean) from N(0, 1), where √ᾱ = 1/√(1+σ²) of the image is left.
double end_nats(const at::Tensor& clean, double sigma) {
    const double kept = 1 / (1 + sigma * sigma);
    const double values = double(clean.numel());
    const double squares = clean.to(at::kDouble).square().sum().item<double>();
    return 0.5 * (kept * squares - values * (kept + std::log1p(-kept)));
}

/// ln(Φ(high) − Φ(low)), also far from the middle, where both are nearly 0 or 1.
at::Tensor log_between(const at::Tensor& low, const at::Tensor& high) {
    const at::Tensor turned = low > 0;  // the upper tail is the lower one, mirrored
    const at::Tensor a = at::special_log_ndtr(at::where(turned, -high, low));
    const at::Tensor b = at::special_log_ndtr(at::where(turned, -low, high));
    return b + at::log1p(-(a - b).exp());
}

/// −ln of the probability that a Gaussian about `guess` gives the 8-bit values of `clean`.
double pixel_nats(const at::Tensor& clean, const at::Tensor& guess, double deviation) {
    constexpr double half = 1 / 255.0;  // of the distance between two values
    const at::Tensor value = clean.to(at::kDouble), away = value - guess.to(at::kDouble);
    const double edge = 1 - half, far = 1e9;
    const at::Tensor low = at::where(value < -edge, -far, (away - half) / deviation);
    const at::Tensor high = at::where(value > edge, far, (away + half) / deviation);
    return -log_between(low, high).sum().item<double>();
}

/// The deviation of the step above the first level, in an image of x/√(1+σ²).
double first_deviation(const NoiseSchedule& schedule) {
    const double to = schedule.sigmas[0], from = schedule.sigmas[1];
    return to * std::sqrt((1 - to * to / (from * from)) / (1 + to * to));
}

}  // namespace

double VariationalBound::bits_per_dimension(std::int64_t values) const {
    return (end + steps + pixels) / double(values) / std::numbers::ln2;
}

VariationalBound variational_bound(const GuessAtLevels& guess, const NoiseSchedule& schedule,
                                   const at::Tensor& clean, int draws, at::Generator generator) {
    require(schedule.sigmas.size() > 1 && draws > 0, "a bound needs two levels and a draw");
    const std::vector<double> sums = summed_shares(schedule);
    const double u = at::rand({1}, generator, at::kDouble).item<double>();
    std::vector<double> sigmas{schedule.sigmas[0]}, weights;
    for (int k = 0; k < draws; ++k) {
        const auto found = std::ranges::upper_bound(sums, (k + u) / draws);
        const auto i = std::size_t(std::min(found, sums.end() - 1) - sums.begin());
        const double share = sums[i] - (i > 0 ? sums[i - 1] : 0);
        sigmas.push_back(schedule.sigmas[i + 1]);
        weights.push_back(step_weight(schedule, i + 1) / share / draws);
    }
    std::vector<std::int64_t> shape = clean.sizes().vec();
    shape.insert(shape.begin(), draws + 1);
    const at::Tensor level = at::tensor(sigmas, at::kFloat).view({-1, 1, 1, 1});
    const at::Tensor guesses = guess(clean + level * at::randn(shape, generator), sigmas);
    const at::Tensor misses = (guesses.narrow(0, 1, draws) - clean).to(at::kDouble).square();
    return {.end = end_nats(clean, schedule.sigma_max()),
            .steps = misses.sum({1, 2, 3}).dot(at::tensor(weights, at::kDouble)).item<double>(),
            .pixels = pixel_nats(clean, guesses[0], first_deviation(schedule))};
}

}  // namespace daguerre
