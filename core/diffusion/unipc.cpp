// UniPC: predicts from earlier clean guesses, and corrects x when the next guess is known.
#include <algorithm>

#include "core/diffusion/sampling.h"

namespace daguerre {
namespace {

/// One step in data prediction, whose signs these are. Source: Zhao et al. 2023
/// (arXiv:2302.04867), UniP and UniC; h = −width, E = e^h − 1, B(h) = h (B1) or E (B2).
struct UniPcStep {
    double now = 0, next = 0;
    bool b1 = false;
    at::Tensor x{}, denoised{};        // at `now`
    std::vector<double> places{};      // of earlier guesses, in steps from `now`; negative
    std::vector<at::Tensor> slopes{};  // (guess − denoised) / place

    double h() const { return -width(now, next); }
    double e() const { return next / now - 1; }
    double b() const { return b1 ? h() : e(); }

    /// What slopes at these places weigh, so that polynomials are met exactly: the solution of
    /// Σ_j weight_j · node_j^k = (k + 1)! · ψ_{k + 1} / B(h) for each k.
    std::vector<double> weights(const std::vector<double>& nodes) const {
        std::vector<double> wanted, result;
        double psi = e() / h() - 1, factorial = 1;
        for (std::size_t k = 1; k <= nodes.size(); ++k) {
            wanted.push_back(factorial * psi / b());
            factorial *= double(k + 1);
            psi = psi / h() - 1 / factorial;
        }
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            const std::vector<double> polynomial = lagrange(nodes, j);
            double weight = 0;
            for (std::size_t k = 0; k < nodes.size(); ++k) weight += polynomial[k] * wanted[k];
            result.push_back(weight);
        }
        return result;
    }

    at::Tensor with_slopes(const std::vector<double>& weights,
                           const std::vector<at::Tensor>& all) const {
        at::Tensor there = x * (next / now) - denoised * e();
        for (std::size_t j = 0; j < all.size(); ++j) there = there - all[j] * (weights[j] * b());
        return there;
    }

    /// x at `next`. With one slope its weight is ½ at any width, as the paper takes it.
    at::Tensor predicted() const {
        if (slopes.size() < 2) return with_slopes({0.5}, slopes);
        return with_slopes(weights(places), slopes);
    }

    /// x at `next` once the guess there is known.
    at::Tensor corrected(const at::Tensor& denoised_there) const {
        std::vector<double> nodes = places;
        std::vector<at::Tensor> all = slopes;
        nodes.push_back(1);
        all.push_back(denoised_there - denoised);
        return with_slopes(slopes.empty() ? std::vector<double>{0.5} : weights(nodes), all);
    }
};

}  // namespace

/// The guess at a predicted x also corrects that x; it isn't made anew there.
at::Tensor loops::unipc(const Sampling& sampling, at::Tensor x) {
    const Sigmas& sigmas = sampling.sigmas;
    std::vector<at::Tensor> past;
    UniPcStep last;
    return walked_to_guess(sampling, std::move(x), [&](const Step& at) {
        UniPcStep step{.now = at.now, .next = at.next, .b1 = sampling.options.form == "bh1"};
        step.x = at.i > 0 ? last.corrected(at.denoised) : at.x;
        step.denoised = at.denoised;
        remember(past, at.denoised, std::size_t(sampling.options.order));
        const int order = std::min(int(past.size()), sampling.steps() - at.i);
        for (int k = 1; k < order; ++k) {
            const double place =
                -width(sigmas[std::size_t(at.i - k)], at.now) / width(at.now, at.next);
            step.places.push_back(place);
            step.slopes.push_back((past[std::size_t(k)] - at.denoised) / place);
        }
        last = std::move(step);
        return last.predicted();
    });
}

}  // namespace daguerre
