// What images cost under a VAE.
#include <cmath>
#include <numbers>

#include "core/models/vae.h"

namespace daguerre {
namespace {

/// [N, latent] for each of N posteriors.
at::Tensor codes_at(const Posterior& posterior, const at::Tensor& noise) {
    return posterior.mean + (posterior.log_variance / 2).exp() * noise;
}

/// −ln p(y | code) of each image, in nats: [N].
at::Tensor misses(Vae& network, const at::Tensor& y, const at::Tensor& codes,
                  const at::Tensor& labels) {
    const at::Tensor error = (network->decode(codes, labels) - y).square().mean({1, 2, 3});
    return miss_nats(error, variance_for(network->error)) * double(y[0].numel());
}

}  // namespace

at::Tensor bound_of_one(Vae& network, const at::Tensor& y, const at::Tensor& labels,
                        const at::Tensor& noise) {
    const Posterior posterior = network->encode(y, labels);
    const at::Tensor nats =
        misses(network, y, codes_at(posterior, noise), labels) + divergence(posterior);
    return bits_of_nats(nats / double(y[0].numel()));
}

double bound_of_many(Vae& network, const at::Tensor& y, const at::Tensor& labels,
                     const at::Tensor& noise) {
    const std::int64_t count = noise.size(0);
    const Posterior posterior = network->encode(y, labels);
    const at::Tensor codes = codes_at(posterior, noise);
    const at::Tensor all_labels = labels.defined() ? labels.expand({count}) : labels;
    // ln p(code) − ln q(code | y); the constants of both are equal.
    const at::Tensor prior = -codes.square().sum(1) / 2;
    const at::Tensor drawn = -(noise.square() + posterior.log_variance).sum(1) / 2;
    const at::Tensor logarithms = prior - drawn - misses(network, y, codes, all_labels);
    const double nats =
        std::log(double(count)) - logarithms.to(at::kDouble).logsumexp(0).item<double>();
    return nats / double(y.numel()) / std::numbers::ln2 + 7;
}

}  // namespace daguerre
