#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/metrics/measures.h"

namespace daguerre {
namespace {

constexpr int bootstraps = 20, sizes = 10;

at::Tensor resampled(const at::Tensor& rows, std::uint64_t seed) {
    const auto n = std::uint64_t(rows.size(0));
    at::Tensor picks = at::empty({rows.size(0)}, at::kLong);
    auto* to = picks.mutable_data_ptr<std::int64_t>();
    for (std::uint64_t i = 0; i < n; ++i) to[i] = std::int64_t(below(n, mix(seed + i)));
    return rows.index_select(0, picks);
}

at::Tensor some_of(const at::Tensor& rows, std::int64_t count, std::uint64_t seed,
                   std::uint64_t turn) {
    const auto order = permutation(seed, turn, std::uint32_t(rows.size(0)));
    const std::vector<std::int64_t> picks(order.begin(), order.begin() + count);
    return rows.index_select(0, at::tensor(picks));
}

/// Where the straight line through the points meets x = 0, by least squares.
Estimate intercept(const std::vector<double>& x, const std::vector<double>& y) {
    const double n = double(x.size());
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, off = 0;
    for (std::size_t i = 0; i < x.size(); ++i) mean_x += x[i] / n, mean_y += y[i] / n;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    const double slope = xy / xx, at_zero = mean_y - slope * mean_x;
    for (std::size_t i = 0; i < x.size(); ++i) off += std::pow(y[i] - at_zero - slope * x[i], 2);
    return {at_zero, std::sqrt(off / (n - 2) * (1 / n + mean_x * mean_x / xx))};
}

void require_enough(const at::Tensor& features, const char* whose) {
    const std::int64_t n = features.size(0), d = features.size(1);
    if (n < 2 * d)
        throw Error(
            "The Fréchet distance of {d} features needs at least {need} of {whose}, better {good}; "
            "there are {n}. Take more, or leave out fcd.",
            {{"d", d}, {"need", 2 * d}, {"whose", whose}, {"good", 20 * d}, {"n", n}});
}

}  // namespace

void require_finite(const at::Tensor& features, const std::string& whose) {
    const at::Tensor wrong = features.isfinite().logical_not().nonzero();
    if (wrong.size(0) == 0) return;
    throw Error(
        "Feature {feature} of image {image} of {whose} isn't a number: the network that compares "
        "is broken, or doesn't fit these images. Choose another one.",
        {{"feature", wrong[0][1].item<std::int64_t>()},
         {"image", wrong[0][0].item<std::int64_t>()},
         {"whose", whose}});
}

Moments moments_of(const at::Tensor& features) {
    const at::Tensor rows = features.to(at::kDouble), mean = rows.mean(0), off = rows - mean;
    return {mean, at::matmul(off.t(), off) / double(rows.size(0) - 1)};
}

double frechet_distance(const Moments& a, const Moments& b) {
    const auto [values, vectors] = at::linalg_eigh(a.covariance);
    const at::Tensor root = at::matmul(vectors * values.clamp_min(0).sqrt(), vectors.t());
    const at::Tensor inner = at::matmul(at::matmul(root, b.covariance), root);
    const at::Tensor both = at::linalg_eigvalsh((inner + inner.t()) / 2);
    return ((a.mean - b.mean).square().sum() + a.covariance.trace() + b.covariance.trace() -
            2 * both.clamp_min(0).sqrt().sum())
        .item<double>();
}

Frechet frechet(const at::Tensor& samples, const at::Tensor& reference, std::uint64_t seed,
                const OnShare& on_share) {
    require_enough(samples, "the samples");
    require_enough(reference, "the reference images");
    const at::Tensor rows = samples.to(at::kDouble);
    const Moments of_reference = moments_of(reference);
    const std::int64_t n = rows.size(0);
    double done = 0;
    const auto distance_of = [&](const at::Tensor& some) {
        if (on_share) on_share(done++ / (1 + bootstraps + sizes));
        return frechet_distance(moments_of(some), of_reference);
    };
    Frechet result{{distance_of(rows), 0}, {}};
    std::vector<double> again;
    for (std::uint64_t i = 0; i < bootstraps; ++i)
        again.push_back(distance_of(resampled(rows, seed_for(seed, Stream::Order, i))));
    result.distance.error = mean_of(again).error * std::sqrt(double(bootstraps));
    if (n < 8 * rows.size(1)) return result;
    std::vector<double> x, y;
    for (std::int64_t i = 0; i < sizes; ++i) {
        const std::int64_t size = n / 4 + (n - n / 4) * i / (sizes - 1);
        x.push_back(1 / double(size));
        y.push_back(distance_of(some_of(rows, size, seed, std::uint64_t(i))));
    }
    result.unbounded = intercept(x, y);
    return result;
}

Estimate mean_of(const std::vector<double>& values) {
    const double n = double(values.size());
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / n;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return {mean, n > 1 ? std::sqrt(squares / (n - 1) / n) : 0};
}

Estimate share_of(double share, std::int64_t n) {
    return {share, std::sqrt(std::max(share * (1 - share), 0.0) / double(n))};
}

}  // namespace daguerre
