#include <cmath>

#include "core/base/random.h"
#include "core/metrics/measures.h"

namespace daguerre {

Estimate classifier_score(const at::Tensor& logits, std::uint64_t seed) {
    constexpr std::int64_t parts = 10;
    // Sorted images would make parts of one class each.
    const auto order = permutation(seed, 0, std::uint32_t(logits.size(0)));
    const std::vector<std::int64_t> places(order.begin(), order.end());
    const at::Tensor all = logits.to(at::kDouble).index_select(0, at::tensor(places));
    std::vector<double> scores;
    for (std::int64_t k = 0; k < parts; ++k) {
        const std::int64_t n = all.size(0), first = n * k / parts, last = n * (k + 1) / parts;
        const at::Tensor log_p = all.narrow(0, first, last - first).log_softmax(1);
        const at::Tensor p = log_p.exp(), marginal = p.mean(0).clamp_min(1e-300).log();
        scores.push_back(std::exp((p * (log_p - marginal)).sum(1).mean().item<double>()));
    }
    const Estimate mean = mean_of(scores);
    return {mean.value, mean.error * std::sqrt(double(parts))};
}

std::optional<Estimate> recognised(const at::Tensor& logits, const at::Tensor& labels) {
    const at::Tensor known = labels.ge(0);
    const std::int64_t n = known.sum().item<std::int64_t>();
    if (n == 0) return std::nullopt;
    const at::Tensor right = logits.argmax(1).eq(labels).logical_and(known);
    return share_of(double(right.sum().item<std::int64_t>()) / double(n), n);
}

std::vector<std::int64_t> class_counts(const at::Tensor& logits) {
    const at::Tensor counts = logits.argmax(1).bincount({}, logits.size(1));
    const auto* count = counts.const_data_ptr<std::int64_t>();
    return {count, count + counts.numel()};
}

}  // namespace daguerre
