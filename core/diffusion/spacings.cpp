#include "core/diffusion/spacings.h"

#include <algorithm>
#include <cmath>

namespace daguerre {
namespace {

/// Levels over this are left out where a table goes over `steep`.
constexpr double top_of_steep = 80, steep = 200;

double highest(const NoiseSchedule& schedule) {
    return schedule.sigma_max() > steep ? top_of_steep : schedule.sigma_max();
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
    std::vector<double> levels;
    for (int i = 0; i < n; ++i)
        levels.push_back(std::min(schedule.sigma_of(step(i)), highest(schedule)));
    return finished(std::move(levels));
}

/// n levels between the ends of the table; level(u) for u = 0 (highest) to 1 (lowest).
template <class Level>
std::vector<double> of_range(const NoiseSchedule& schedule, int n, Level level) {
    std::vector<double> levels{highest(schedule)};
    for (int i = 1; i < n - 1; ++i) levels.push_back(level(double(i) / (n - 1)));
    if (n > 1) levels.push_back(schedule.sigma_min());  // exactly, whatever level() rounds to
    return finished(std::move(levels));
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

std::vector<double> karras(const NoiseSchedule& schedule, int n) {
    const double rho = 7;
    const double top = std::pow(highest(schedule), 1 / rho);
    const double low = std::pow(schedule.sigma_min(), 1 / rho);
    return of_range(schedule, n, [&](double u) { return std::pow(top + u * (low - top), rho); });
}

std::vector<double> exponential(const NoiseSchedule& schedule, int n) {
    const double top = std::log(highest(schedule)), low = std::log(schedule.sigma_min());
    return of_range(schedule, n, [&](double u) { return std::exp(top + u * (low - top)); });
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

}  // namespace

const std::vector<Spacing>& spacings() {
    static const char* const lin = "Lin et al. 2023 (arXiv:2305.08891), table 2";
    static const char* const lu = "Lu et al. 2022 (arXiv:2206.00927)";
    static const std::vector<Spacing> rows{
        {"trailing", "Trailing", lin, trailing},
        {"leading", "Leading", lin, leading},
        {"linspace", "Linspace", lin, linspace},
        {"karras", "Karras", "Karras et al. 2022 (arXiv:2206.00364), eq. 5, ρ 7", karras},
        {"exponential", "Exponential", lu, exponential},
        {"lu", "Lu (same as Exponential)", lu, exponential},
        {"beta", "Beta", "Lee et al. 2024 (arXiv:2407.12173)", beta},
    };
    return rows;
}

}  // namespace daguerre
