#include "core/models/pixel_heads.h"

#include <cmath>

namespace daguerre {
namespace {

constexpr std::int64_t values_of_a_channel = 256;
constexpr double half_bin = 1 / 255.0;
// exp of it is the narrowest logistic; the upper end only keeps numbers finite.
constexpr double least_log_scale = -7, most_log_scale = 7;

at::Tensor by_value(const at::Tensor& answer) { return answer.unflatten(1, {-1, 256}); }

at::Tensor softmax_log_likelihood(const at::Tensor& answer, const at::Tensor& pixels) {
    const at::Tensor levels = ((pixels + 1) * 127.5).round().clamp(0, 255).to(at::kLong);
    return by_value(answer).log_softmax(-1).gather(-1, levels.unsqueeze(-1)).squeeze(-1).sum(1);
}

at::Tensor softmax_log_probabilities(const at::Tensor& answer, const at::Tensor&, int channel) {
    return by_value(answer).select(1, channel).log_softmax(-1);
}

/// Coefficients of the channels before: of R in G, of R and G in B.
std::int64_t coefficients(int channels) { return channels == 3 ? 3 : 0; }

std::int64_t logistics_outputs(int channels, int mixtures) {
    return mixtures * (1 + 2 * channels + coefficients(channels));
}

struct Mixture {
    at::Tensor log_weights;        // [P, K]
    at::Tensor means, log_scales;  // [P, C, K]
    at::Tensor shares;             // [P, 3, K], or undefined

    Mixture(const at::Tensor& answer, std::int64_t channels) {
        const std::int64_t more = coefficients(int(channels));
        const std::int64_t k = answer.size(1) / (1 + 2 * channels + more);
        const at::Tensor rows = answer.unflatten(1, {-1, k});
        log_weights = rows.select(1, 0).log_softmax(-1);
        means = rows.narrow(1, 1, channels);
        log_scales = rows.narrow(1, 1 + channels, channels).clamp(least_log_scale, most_log_scale);
        if (more > 0) shares = rows.narrow(1, 1 + 2 * channels, more).tanh();
    }

    /// [P, K]; eq. 3.
    at::Tensor mean(std::int64_t channel, const at::Tensor& pixels) const {
        at::Tensor mean = means.select(1, channel);
        for (std::int64_t before = 0; shares.defined() && before < channel; ++before)
            mean = mean + shares.select(1, channel - 1 + before) *
                              pixels.narrow(1, before, 1).to(mean.scalar_type());
        return mean;
    }
};

/// ln of the probability of the bin around x; shapes are broadcast. The outer bins are open.
at::Tensor log_bin(const at::Tensor& x, const at::Tensor& mean, const at::Tensor& log_scale) {
    const at::Tensor narrowness = at::exp(-log_scale);
    const at::Tensor above = at::log_sigmoid((x + half_bin - mean) * narrowness);
    const at::Tensor below = at::log_sigmoid((mean - x + half_bin) * narrowness);
    const at::Tensor inside = above + below + at::log(-at::expm1(narrowness * (-2 * half_bin)));
    return at::where(x < half_bin - 1, above, at::where(x > 1 - half_bin, below, inside));
}

at::Tensor log_bin(const Mixture& mixture, const at::Tensor& pixels, std::int64_t channel) {
    return log_bin(pixels.narrow(1, channel, 1), mixture.mean(channel, pixels),
                   mixture.log_scales.select(1, channel));
}

at::Tensor logistics_log_likelihood(const at::Tensor& answer, const at::Tensor& pixels) {
    const Mixture mixture(answer, pixels.size(1));
    at::Tensor sum = mixture.log_weights;
    for (std::int64_t c = 0; c < pixels.size(1); ++c) sum = sum + log_bin(mixture, pixels, c);
    return sum.logsumexp(1);
}

at::Tensor logistics_log_probabilities(const at::Tensor& answer, const at::Tensor& pixels,
                                       int channel) {
    const Mixture mixture(answer, pixels.size(1));
    at::Tensor weights = mixture.log_weights;  // of the components, given the channels before
    for (int c = 0; c < channel; ++c) weights = weights + log_bin(mixture, pixels, c);
    weights = weights.log_softmax(-1);
    const at::Tensor levels =
        at::arange(values_of_a_channel, answer.options()).div(127.5).sub(1).view({1, -1, 1});
    const at::Tensor bins = log_bin(levels, mixture.mean(channel, pixels).unsqueeze(1),
                                    mixture.log_scales.select(1, channel).unsqueeze(1));
    return (weights.unsqueeze(1) + bins).logsumexp(-1);
}

/// Components of equal weight, spread over the values: equal ones would stay equal.
at::Tensor logistics_first_answer(int channels, int mixtures) {
    at::Tensor answer = at::zeros({logistics_outputs(channels, mixtures)});
    const at::Tensor rows = answer.view({-1, mixtures});
    const at::Tensor means = (at::arange(mixtures, at::kFloat) + 0.5).mul(2.0 / mixtures).sub(1);
    rows.narrow(0, 1, channels).copy_(means.expand({channels, mixtures}));
    rows.narrow(0, 1 + channels, channels).fill_(std::log(1.0 / mixtures));
    return answer;
}

}  // namespace

const std::vector<PixelHead>& pixel_heads() {
    static const std::vector<PixelHead> rows{
        {"softmax256", "256 values", true,
         [](int channels, int) { return channels * values_of_a_channel; }, softmax_log_likelihood,
         softmax_log_probabilities,
         [](int channels, int) { return at::zeros({channels * values_of_a_channel}); }},
        {"logistics", "Mixture of logistics", false, logistics_outputs, logistics_log_likelihood,
         logistics_log_probabilities, logistics_first_answer},
    };
    return rows;
}

}  // namespace daguerre
