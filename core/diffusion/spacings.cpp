#include "core/diffusion/spacings.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace daguerre {
namespace {

/// Levels over this are left out where a table goes over `steep`.
constexpr double top_of_steep = 80, steep = 200;

double highest(const NoiseSchedule& schedule) {
    const bool cut = schedule.sigma_max() > steep && !schedule.range;
    return cut ? top_of_steep : schedule.sigma_max();
}

/// Falling levels and the final 0, without repeats.
std::vector<double> finished(std::vector<double> levels) {
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    levels.push_back(0);
    return levels;
}

/// The levels of n steps of the table, step(i) for i = 0 (highest) to n - 1.
template <class Step>
std::vector<double> of_steps(const NoiseSchedule& schedule, int n, Step step) {
    if (schedule.range)
        throw Error(
            "This schedule counts training steps, and the model has none: it learned any noise "
            "level from {low} to {high}. Choose the schedule karras or exponential.",
            {{"low", schedule.sigma_min()}, {"high", schedule.sigma_max()}});
    std::vector<double> levels;
    for (int i = 0; i < n; ++i)
        levels.push_back(std::min(schedule.sigma_of(step(i)), highest(schedule)));
    return finished(std::move(levels));
}

/// n levels between two; level(u) for u = 0 (highest) to 1 (lowest).
template <class Level>
std::vector<double> of_range(double high, double low, int n, Level level) {
    std::vector<double> levels{high};
    for (int i = 1; i < n - 1; ++i) levels.push_back(level(double(i) / (n - 1)));
    if (n > 1) levels.push_back(low);  // exactly, whatever level() rounds to
    return finished(std::move(levels));
}

/// A spacing of ranges on the whole table.
template <auto range>
std::vector<double> whole(const NoiseSchedule& schedule, int n) {
    return range(highest(schedule), schedule.sigma_min(), n);
}

// Steps are rounded as numpy does, half to even.

std::vector<double> trailing(const NoiseSchedule& schedule, int n) {
    const double steps = double(schedule.sigmas.size());
    return of_steps(schedule, n,
                    [&](int i) { return std::nearbyint(steps - i * (steps / n)) - 1; });
}

std::vector<double> leading(const NoiseSchedule& schedule, int n) {
    const int steps = int(schedule.sigmas.size());
    const int count = std::min(n, steps);
    return of_steps(schedule, count, [&](int i) { return (count - 1 - i) * (steps / count); });
}

std::vector<double> linspace(const NoiseSchedule& schedule, int n) {
    const double last = double(schedule.sigmas.size() - 1);
    return of_steps(schedule, n,
                    [&](int i) { return std::nearbyint(last - i * last / std::max(n - 1, 1)); });
}

/// n + 1 points as leading has them, without the last.
std::vector<double> leading_b(const NoiseSchedule& schedule, int n) {
    const int steps = int(schedule.sigmas.size());
    const int count = std::min(n, steps - 1);
    return of_steps(schedule, count, [&](int i) { return (count - i) * (steps / (count + 1)); });
}

/// n + 1 points as linspace has them, without the last.
std::vector<double> linspace_b(const NoiseSchedule& schedule, int n) {
    const double last = double(schedule.sigmas.size() - 1);
    return of_steps(schedule, n, [&](int i) { return std::nearbyint(last - i * last / n); });
}

std::vector<double> karras_by(double rho, double high, double low, int n) {
    const double first = std::pow(high, 1 / rho), last = std::pow(low, 1 / rho);
    return of_range(high, low, n,
                    [&](double u) { return std::pow(first + u * (last - first), rho); });
}

std::vector<double> karras(double high, double low, int n) { return karras_by(7, high, low, n); }

std::vector<double> karras_of(const NoiseSchedule& schedule, int n) {
    return karras_by(schedule.rho, highest(schedule), schedule.sigma_min(), n);
}

std::vector<double> exponential(double high, double low, int n) {
    const double first = std::log(high), last = std::log(low);
    return of_range(high, low, n, [&](double u) { return std::exp(first + u * (last - first)); });
}

/// The incomplete beta function B(x; a, a) for x <= 1/2, by its power series (DLMF 8.17.7), of
/// which each term is at most half the last.
double incomplete_beta(double x, double a) {
    double sum = 0, term = 1;
    for (int k = 0; k < 60; ++k) {
        sum += term / (a + k);
        term *= (k + 1 - a) / (k + 1) * x;
    }
    return std::pow(x, a) * sum;
}

/// Where the symmetric Beta(a, a) distribution reaches the probability p, by bisection.
double beta_quantile(double p, double a) {
    if (p > 0.5) return 1 - beta_quantile(1 - p, a);
    const double wanted = 2 * p * incomplete_beta(0.5, a);
    double low = 0, high = 0.5;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (incomplete_beta(middle, a) < wanted ? low : high) = middle;
    }
    return high;
}

std::vector<double> beta(const NoiseSchedule& schedule, int n) {
    const double last = double(schedule.sigmas.size() - 1);
    return of_steps(schedule, n, [&](int i) {
        return std::nearbyint(last * beta_quantile(1 - double(i) / n, 0.6));
    });
}

/// The quantiles taken of σ itself, as diffusers does: nearly all levels are high ones.
std::vector<double> beta_sigma(double high, double low, int n) {
    return of_range(high, low, n,
                    [&](double u) { return low + (high - low) * beta_quantile(1 - u, 0.6); });
}

}  // namespace

const std::vector<Spacing>& spacings() {
    static const char* const lin = "Lin et al. 2023 (arXiv:2305.08891), table 2";
    static const char* const lee = "Lee et al. 2024 (arXiv:2407.12173)";
    static const char* const diffusers = "diffusers: DPMSolverMultistepScheduler";
    static const std::vector<Spacing> rows{
        {"karras", "Karras", "Karras et al. 2022 (arXiv:2206.00364), eq. 5, ρ 7", karras_of,
         karras},
        {"trailing", "Trailing", lin, trailing},
        {"leading", "Leading", lin, leading},
        {"linspace", "Linspace", lin, linspace},
        {"exponential", "Exponential", "Lu et al. 2022 (arXiv:2206.00927)", whole<exponential>,
         exponential},
        {"beta", "Beta", lee, beta},
        {"leading-b", "Leading, without the last", diffusers, leading_b, nullptr, false},
        {"linspace-b", "Linspace, without the last", diffusers, linspace_b, nullptr, false},
        {"beta-sigma", "Beta of σ", "diffusers: use_beta_sigmas", whole<beta_sigma>, beta_sigma,
         false},
    };
    return rows;
}

std::vector<double> sigmas_between(const Spacing& spacing, double high, double low, int n) {
    require(high >= low && low > 0 && n > 0, "levels lie between two");
    if (!spacing.range)
        throw Error(
            "{title} counts the training steps of a model, and here are none. Choose karras or "
            "exponential.",
            {{"title", spacing.title}});
    return spacing.range(high, low, n);
}

}  // namespace daguerre
