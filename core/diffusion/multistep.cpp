// DPM-Solver++ that looks back at earlier clean guesses, for the flow and with fresh noise.
#include <algorithm>

#include "core/diffusion/sampling.h"

namespace daguerre {
namespace {

/// How the guess changed, in widths of this step, and how that change changed: `bend` is undefined
/// when only one earlier guess is used.
struct Changes {
    at::Tensor slope, bend;
    double r0 = 0;
};

Changes changes_of(const Sigmas& sigmas, const Step& at, const std::vector<at::Tensor>& past,
                   int order) {
    const auto sigma = [&](int back) { return sigmas[std::size_t(at.i - back)]; };
    const double h = width(at.now, at.next);
    Changes changes;
    changes.r0 = width(sigma(1), sigma(0)) / h;
    changes.slope = (past[0] - past[1]) / changes.r0;
    if (order < 3) return changes;
    const double r1 = width(sigma(2), sigma(1)) / h;
    changes.bend = (changes.slope - (past[1] - past[2]) / r1) / (changes.r0 + r1);
    return changes;
}

}  // namespace

/// Source: Lu et al. 2022 (arXiv:2211.01095), section 4, for the flow (eta 0) and for the
/// stochastic equation; order 3 as published, which is of order 2 in the step size.
at::Tensor loops::dpm_solver(const Sampling& sampling, at::Tensor x) {
    const SamplerOptions& options = sampling.options;
    const int n = sampling.steps();
    const bool careful = options.lower_order_final && n < few_steps;
    std::vector<at::Tensor> past;
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        remember(past, at.denoised, std::size_t(options.order));
        const int order = std::min(int(past.size()), careful ? n - at.i : n);
        const double kept = std::pow(at.next / at.now, 1 + options.eta), gone = 1 - kept;
        const double mean = 1 - gone / ((1 + options.eta) * width(at.now, at.next));
        at::Tensor there = at.x * kept + at.denoised * gone;
        if (order > 1) {
            const auto [slope, bend, r0] = changes_of(sampling.sigmas, at, past, order);
            if (order == 2)
                there = there + slope * (options.form == "midpoint" ? gone / 2 : mean);
            else
                there = there + (slope + bend * r0) * mean -
                        bend * (mean / ((1 + options.eta) * width(at.now, at.next)) - 0.5);
        }
        const double lost = 1 - std::pow(at.next / at.now, 2 * options.eta);
        return sampling.noisy(there, at.next * std::sqrt(lost));
    });
}

}  // namespace daguerre
