#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/metrics/measures.h"

namespace daguerre {
namespace {

constexpr std::int64_t most_images = 1000;
constexpr int subsets = 100;

at::Tensor kernel(const at::Tensor& x, const at::Tensor& y) {
    return at::matmul(x, y.t()).div_(double(x.size(1))).add_(1).pow_(3);
}

/// Mean over all pairs of two different rows.
double mean_of_pairs(const at::Tensor& x) {
    const at::Tensor all = kernel(x, x);
    const double m = double(x.size(0));
    return (all.sum() - all.trace()).item<double>() / (m * (m - 1));
}

/// `count` rows in the order of a permutation of its own.
at::Tensor subset(const at::Tensor& rows, std::int64_t count, std::uint64_t seed,
                  std::uint64_t turn) {
    const auto order = permutation(seed, turn, std::uint32_t(rows.size(0)));
    const std::vector<std::int64_t> picks(order.begin(), order.begin() + count);
    return rows.index_select(0, at::tensor(picks));
}

}  // namespace

double kernel_distance(const at::Tensor& x, const at::Tensor& y) {
    const at::Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
    return mean_of_pairs(a) + mean_of_pairs(b) - 2 * kernel(a, b).mean().item<double>();
}

Estimate kernel_distance(const at::Tensor& samples, const at::Tensor& reference, std::uint64_t seed,
                         const OnShare& on_share) {
    const std::int64_t m = std::min({most_images, samples.size(0), reference.size(0)});
    const at::Tensor a = samples.to(at::kDouble), b = reference.to(at::kDouble);
    std::vector<double> values;
    for (std::uint64_t i = 0; i < subsets; ++i) {
        if (on_share) on_share(double(i) / subsets);
        values.push_back(kernel_distance(subset(a, m, seed, 2 * i), subset(b, m, seed, 2 * i + 1)));
    }
    const Estimate mean = mean_of(values);
    return {mean.value, mean.error * std::sqrt(double(subsets))};
}

}  // namespace daguerre
