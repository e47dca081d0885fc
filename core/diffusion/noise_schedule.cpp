#include "core/diffusion/noise_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "core/base/table.h"

namespace daguerre {
namespace {

constexpr int max_steps = 100000;
constexpr double ln_sigma_mean = -1.2, ln_sigma_deviation = 1.2;  // that training on a range draws

/// Entry t of torch.linspace(start, end, steps) in float32, to the bit: it counts from both ends
/// with fused multiply-adds.
float linspace(double start, double end, int steps, int t) {
    const float first = float(start), last = float(end);
    const float step = (last - first) / float(steps - 1);
    return t < steps / 2 ? std::fma(step, float(t), first)
                         : std::fma(-step, float(steps - 1 - t), last);
}

double linear(const NoiseScheduleOptions& o, int t) {
    return linspace(o.beta_start, o.beta_end, o.steps, t);
}

double scaled_linear(const NoiseScheduleOptions& o, int t) {
    const float root = linspace(std::sqrt(o.beta_start), std::sqrt(o.beta_end), o.steps, t);
    return root * root;
}

/// β of a step from ᾱ before and after it.
double beta_between(double before, double after) { return std::min(1 - after / before, 0.999); }

double cosine(const NoiseScheduleOptions& o, int t) {
    const auto signal = [&](int step) {
        const double u = (double(step) / o.steps + 0.008) / 1.008;
        return std::pow(std::cos(u * std::numbers::pi / 2), 2);
    };
    return beta_between(signal(t), signal(t + 1));
}

double sigmoid(const NoiseScheduleOptions& o, int t) {
    const double u = linspace(-6, 6, o.steps, t);
    return (o.beta_end - o.beta_start) / (1 + std::exp(-u)) + o.beta_start;
}

/// ᾱ falls along the logistic curve from 3 to -3.
double sigmoid_alpha(const NoiseScheduleOptions& o, int t) {
    const auto signal = [&](int step) {
        const auto logistic = [](double u) { return 1 / (1 + std::exp(-u)); };
        return logistic(3) - logistic(6 * double(step) / o.steps - 3);
    };
    return beta_between(signal(t), signal(t + 1));
}

double trained(const NoiseScheduleOptions& o, int t) { return o.trained_betas[std::size_t(t)]; }

/// Φ, the normal distribution.
double normal_share(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

/// And back, by bisection; p in [0, 1] gives values in [-9, 9].
double normal_quantile(double p) {
    if (p > 0.5) return -normal_quantile(1 - p);
    double low = -9, high = 0;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (normal_share(middle) < p ? low : high) = middle;
    }
    return high;
}

/// A range of levels, checked.
NoiseSchedule range_of(const NoiseScheduleOptions& o) {
    constexpr double highest = 1e5;
    if (o.zero_terminal_snr)
        throw Error(
            "The noise schedule “{id}” has no last step that could be pure noise. Leave out zero "
            "terminal SNR.",
            {{"id", o.id}});
    if (!(o.sigma_min > 0 && o.sigma_min < o.sigma_max && o.sigma_max <= highest))
        throw Error(
            "The noise schedule goes from σ {low} to {high}. It must rise from over 0 to at most "
            "{most}: check sigma_min and sigma_max.",
            {{"low", o.sigma_min}, {"high", o.sigma_max}, {"most", highest}});
    for (const auto& [name, value] : {std::pair{"sigma_data", o.sigma_data}, {"rho", o.rho}})
        if (!(value > 0 && value <= highest))
            throw Error("{name} of the noise schedule is {value}; it must lie over 0.",
                        {{"name", name}, {"value", value}});
    return {o.id, {o.sigma_min, o.sigma_max}, false, true, o.sigma_data, o.rho};
}

void check(const NoiseScheduleOptions& o) {
    if (o.steps < 2 || o.steps > max_steps)
        throw Error("A noise schedule of {n} steps can't be made. Choose 2 to {max}.",
                    {{"n", o.steps}, {"max", max_steps}});
    if (o.id == "trained_betas" && o.trained_betas.size() != std::size_t(o.steps))
        throw Error(
            "The noise schedule has {m} values in trained_betas for {n} steps; there must "
            "be as many.",
            {{"m", o.trained_betas.size()}, {"n", o.steps}});
}

/// β of each step, checked.
std::vector<float> betas(const NoiseScheduleOptions& o) {
    const NoiseScheduleRow& row = row_named(noise_schedules(), o.id, "noise schedule");
    check(o);
    std::vector<float> result;
    for (int t = 0; t < o.steps; ++t) {
        const double beta = row.beta(o, t);
        if (!(beta > 0 && beta < 1))
            throw Error(
                "β of the noise schedule is {beta} at step {t}. It must lie between 0 and "
                "1: check beta_start, beta_end and trained_betas.",
                {{"beta", beta}, {"t", t}});
        result.push_back(float(beta));
    }
    return result;
}

/// ᾱ_t, the running product of 1 − β, each rounded to float32.
std::vector<float> alpha_bars(const std::vector<float>& betas) {
    std::vector<float> result;
    double product = 1;
    for (const float beta : betas) result.push_back(float(product *= double(1 - beta)));
    return result;
}

/// β moved so that the last ᾱ is 0 and the first stays. Source: Lin et al. 2023
/// (arXiv:2305.08891), algorithm 1.
std::vector<float> with_zero_terminal_snr(const std::vector<float>& betas) {
    std::vector<float> bars = alpha_bars(betas);
    const float first = std::sqrt(bars.front()), last = std::sqrt(bars.back());
    for (float& bar : bars) {
        const float root = (std::sqrt(bar) - last) * (first / (first - last));
        bar = root * root;
    }
    std::vector<float> result{1 - bars.front()};
    for (std::size_t t = 1; t < bars.size(); ++t) result.push_back(1 - bars[t] / bars[t - 1]);
    return result;
}

/// σ of each step, checked to rise.
std::vector<double> sigmas_of(const std::vector<float>& bars) {
    std::vector<double> sigmas;
    for (const float bar : bars) {
        const double alpha_bar = bar, sigma = std::sqrt((1 - alpha_bar) / alpha_bar);
        if (!std::isfinite(sigma) || !(sigma > (sigmas.empty() ? 0 : sigmas.back())))
            throw Error(
                "The noise of the noise schedule doesn't grow at step {t}, since β is too "
                "small or too large there. Check steps, beta_start, beta_end and "
                "trained_betas.",
                {{"t", sigmas.size()}});
        sigmas.push_back(sigma);
    }
    return sigmas;
}

}  // namespace

const std::vector<NoiseScheduleRow>& noise_schedules() {
    static const std::vector<NoiseScheduleRow> rows{
        {"linear", "Linear", "Ho et al. 2020 (arXiv:2006.11239)", linear},
        {"scaled_linear", "Scaled linear", "Rombach et al. 2022 (arXiv:2112.10752)", scaled_linear},
        {"squaredcos_cap_v2", "Cosine", "Nichol and Dhariwal 2021 (arXiv:2102.09672), eq. 17",
         cosine},
        {"sigmoid", "Sigmoid", "Xu et al. 2022 (arXiv:2203.02923)", sigmoid},
        {"sigmoid-alpha", "Sigmoid of the signal",
         "Jabri et al. 2022 (arXiv:2212.11972), start -3, end 3, τ 1", sigmoid_alpha},
        {"edm", "EDM", "Karras et al. 2022 (arXiv:2206.00364), table 1"},
        {"trained_betas", "List of β", "the model's own", trained},
    };
    return rows;
}

std::vector<std::string> schedules_to_learn() {
    std::vector<std::string> list = ids(noise_schedules());
    std::erase(list, "trained_betas");
    return list;
}

NoiseSchedule noise_schedule(const NoiseScheduleOptions& options) {
    if (!row_named(noise_schedules(), options.id, "noise schedule").beta) return range_of(options);
    std::vector<float> beta = betas(options);
    if (options.zero_terminal_snr) beta = with_zero_terminal_snr(beta);
    std::vector<float> bars = alpha_bars(beta);
    // σ is infinite at ᾱ = 0. diffusers puts 2^-24 there, but that can be over the step before.
    if (options.zero_terminal_snr) bars.back() = std::min(0x1p-24f, bars[bars.size() - 2] / 4);
    return {options.id, sigmas_of(bars), options.zero_terminal_snr};
}

double NoiseSchedule::t_of(double sigma) const {
    if (range) return std::log(sigma) / 4;
    if (!(sigma > sigma_min())) return 0;
    if (sigma >= sigma_max()) return double(sigmas.size() - 1);
    const auto above = std::upper_bound(sigmas.begin(), sigmas.end(), sigma);
    const double low = std::log(*(above - 1)), high = std::log(*above);
    const double t = double(above - 1 - sigmas.begin()) + (std::log(sigma) - low) / (high - low);
    return std::abs(t - std::round(t)) < 1e-3 ? std::round(t) : t;
}

double NoiseSchedule::sigma_of(double t) const {
    if (range) return std::clamp(std::exp(4 * t), sigma_min(), sigma_max());
    const double place = std::clamp(t, 0.0, double(sigmas.size() - 1));
    const auto below = std::size_t(place);
    const double part = place - double(below);
    if (part == 0) return sigmas[below];
    return std::exp(std::lerp(std::log(sigmas[below]), std::log(sigmas[below + 1]), part));
}

double NoiseSchedule::middle_of(double high, double low) const {
    if (range) return std::sqrt(high * low);
    const double from = t_of(low), half = (t_of(high) - from) / 2;
    const bool whole = std::floor(from) == from && std::floor(2 * half) == 2 * half;
    return sigma_of(from + (whole ? std::floor(half) : half));
}

double NoiseSchedule::learned_at(double u) const {
    if (range) return std::exp(ln_sigma_mean + ln_sigma_deviation * normal_quantile(u));
    return sigmas[std::size_t(u * double(sigmas.size()))];
}

double NoiseSchedule::share_below(double sigma) const {
    if (range) return normal_share((std::log(sigma) - ln_sigma_mean) / ln_sigma_deviation);
    return t_of(sigma) / double(sigmas.size() - 1);
}

double NoiseSchedule::start_deviation(double sigma) const {
    return range ? sigma : std::hypot(1, sigma);
}

int NoiseSchedule::most_levels() const { return range ? max_steps : int(sigmas.size()); }

}  // namespace daguerre
