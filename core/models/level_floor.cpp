#include "core/models/level_floor.h"

#include <algorithm>
#include <cmath>

#include "core/base/torch.h"
#include "core/models/diffusion.h"

namespace daguerre {
namespace {

constexpr std::int64_t exact_values = 1024, most_images = 20'000, most_floats = 32'000'000;
// So many probes cost no more than few: products of narrow matrices are slow.
constexpr std::int64_t probes = 16, lanczos_steps = 32;

/// [n, D], centred.
at::Tensor pixels_of(const PixelBlock& views) {
    const std::int64_t values = std::int64_t(views.size) * views.size * views.channels;
    const auto count = std::int64_t(views.labels.size());
    const std::int64_t n =
        std::min({count, most_images, std::max<std::int64_t>(most_floats / values, 1)});
    const at::Tensor all =
        at::from_blob(const_cast<std::uint8_t*>(views.pixels.data()), {count, values}, at::kByte);
    const at::Tensor places = at::arange(n, at::kLong).mul_(count).div_(n, "floor");
    const at::Tensor x = all.index_select(0, places).to(at::kFloat).div_(127.5);
    return x - x.mean(0);
}

std::vector<Spread> exact_spread(const at::Tensor& x) {
    const at::Tensor covariance = x.t().mm(x).div_(double(x.size(0)));
    const at::Tensor variances = at::linalg_eigvalsh(covariance.to(at::kDouble)).clamp_min_(0);
    std::vector<Spread> spread;
    for (std::int64_t i = 0; i < variances.size(0); ++i)
        spread.push_back({variances[i].item<double>(), 1 / double(variances.size(0))});
    return spread;
}

/// Lanczos with full orthogonalisation on all probes at once; what they see of the covariance are
/// eigenvalues of small tridiagonal matrices.
std::vector<Spread> probed_spread(const at::Tensor& x) {
    const std::int64_t values = x.size(1), steps = std::min(lanczos_steps, x.size(0));
    const at::Tensor signs =
        at::randint(0, 2, {values, probes}, at::detail::createCPUGenerator(1), at::kFloat);
    at::Tensor v = (signs * 2 - 1).div_(std::sqrt(double(values)));
    const at::Tensor small = at::zeros({probes, steps, steps}, at::kDouble);
    std::vector<at::Tensor> seen;
    for (std::int64_t k = 0; k < steps; ++k) {
        seen.push_back(v);
        at::Tensor next = x.t().mm(x.mm(v)).div_(double(x.size(0)));
        small.select(1, k).select(1, k).copy_((next * v).sum(0));
        for (int again = 0; again < 2; ++again)
            for (const at::Tensor& before : seen) next -= before * (before * next).sum(0);
        const at::Tensor length = next.norm(2, 0);
        if (k + 1 == steps) break;
        small.select(1, k).select(1, k + 1).copy_(length);
        small.select(1, k + 1).select(1, k).copy_(length);
        v = next / length.clamp_min(1e-20);
    }
    const auto [variances, vectors] = at::linalg_eigh(small);
    std::vector<Spread> spread;
    for (std::int64_t p = 0; p < probes; ++p)
        for (std::int64_t k = 0; k < steps; ++k) {
            const double first = vectors[p][0][k].item<double>();
            spread.push_back(
                {std::max(variances[p][k].item<double>(), 0.0), first * first / double(probes)});
        }
    return spread;
}

}  // namespace

std::vector<Spread> pixel_spread(const PixelBlock& views) {
    const c10::InferenceMode inference;
    const at::Tensor x = pixels_of(views);
    return x.size(1) <= exact_values ? exact_spread(x) : probed_spread(x);
}

std::vector<double> level_floor(const Fields& settings, const std::vector<Spread>& spread) {
    const auto options = options_from<DiffusionOptions>(settings);
    double variance = 0;
    for (const Spread& part : spread) variance += part.share * part.variance;
    const NoiseSchedule schedule = noise_schedule(levels_to_learn(options, std::sqrt(variance)));
    const Objective& objective = row_named(objectives(), options.objective, "objective");
    constexpr int levels = 1000;  // each step of a table, and enough of a range
    std::vector<double> sums(level_bins), counts(level_bins);
    for (int i = 0; i < levels; ++i) {
        const double sigma = schedule.learned_at((i + 0.5) / levels), noise = sigma * sigma;
        double error = 0;  // of the clean guess: that of a Wiener filter
        for (const Spread& part : spread)
            error += part.share * part.variance * noise / (part.variance + noise);
        const double out = objective.at(sigma, schedule).out;
        const auto bin = std::size_t(i * level_bins / levels);
        sums[bin] += error / (out * out);
        ++counts[bin];
    }
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= std::max(counts[i], 1.0);
    return sums;
}

}  // namespace daguerre
