#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/models/train_request.h"
#include "core/models/vae.h"
#include "core/nn/autocast.h"
#include "core/nn/staging.h"
#include "core/nn/update.h"

namespace daguerre {
namespace {

/// A unit whose mean varies more than that over images is in use. Source: Burda et al. 2016
/// (arXiv:1509.00519), section 5.2.
constexpr double active_variance = 0.01;

/// Which gradients are far larger than usual.
class NormGuard {
public:
    /// Whether `norm` is at most ten times the median of the last ones; it counts from now on.
    bool takes(double norm) {
        const std::int64_t known = std::min(count_, most);
        const bool usual = known < least || norm <= 10 * median(known);
        norms_[count_ % most] = norm;
        ++count_;
        return usual;
    }

    Weights state() const {
        return {{"guard.norms", norms_}, {"guard.count", at::scalar_tensor(count_, at::kLong)}};
    }
    void restore(const Weights& weights, const std::string& file) {
        for (const auto& [name, tensor] : state())
            if (!weights.contains(name) || weights.at(name).sizes() != tensor.sizes())
                throw Error("“{file}” isn't whole: “{name}” is missing or has another shape.",
                            {{"file", file}, {"name", name}});
        norms_.copy_(weights.at("guard.norms"));
        count_ = std::max<std::int64_t>(weights.at("guard.count").item<std::int64_t>(), 0);
    }

private:
    static constexpr std::int64_t most = 64, least = 16;
    double median(std::int64_t known) const {
        return norms_.narrow(0, 0, known).median().item<double>();
    }

    at::Tensor norms_ = at::zeros({most}, at::kDouble);
    std::int64_t count_ = 0;
};

Vae prepared(const VaeConfig& config, std::uint64_t run, const at::Device& device) {
    Vae network(config);
    initialise(network, seed_for(run, Stream::Initialisation, 0));
    network->to(device);
    return network;
}

/// The normal noise as uniform numbers in [0, 1].
at::Tensor uniform_from(const at::Tensor& normal_noise) {
    return (at::erf(normal_noise * std::sqrt(0.5)) + 1) / 2;
}

/// What the step in hand makes of a batch.
struct Lesson {
    Posterior posterior;
    at::Tensor labels;                             // as learned, undefined without classes
    at::Tensor error, reconstruction, divergence;  // one number each: nats a dimension, nats
};

class VaeTrainer : public Trainer {
public:
    VaeTrainer(const Fields& settings, const DataShape& shape)
        : settings_(settings),
          request_(options_from<TrainRequest>(settings)),
          options_(options_from<VaeOptions>(settings)),
          shape_(with_learned_classes(shape, options_.conditional)),
          config_(vae_network(options_, request_.base_channels, shape_)),
          device_(request_.device),
          network_(prepared(config_, run_seed(), device_)),
          update_(*network_, {.clip = options_.clip, .average = request_.ema != "none"}) {}

    Losses step(const Batch& batch, const StepContext& context) override {
        network_->zero_grad();
        network_->train();
        const std::int64_t count = batch.images.size(0);
        const double beta = beta_at(context.images_after);
        const auto dimensions = double(batch.images[0].numel());
        const Lesson lesson = lesson_of(batch);
        const at::Tensor whole = lesson.reconstruction + lesson.divergence / dimensions;
        const at::Tensor objective = lesson.reconstruction + beta / dimensions * lesson.divergence;
        objective.backward();
        const at::Tensor active =
            (lesson.posterior.mean.detach().var(0, false) > active_variance).sum().to(at::kFloat);
        // Read in one go: each reading waits until a GPU has caught up.
        const at::Tensor read =
            at::stack({objective.detach(), update_.norm(), bits_of_nats(whole.detach()),
                       bits_of_nats(lesson.reconstruction.detach()), lesson.divergence.detach(),
                       active})
                .to(at::kCPU, at::kDouble);
        const double* values = read.const_data_ptr<double>();
        const bool finite = std::isfinite(values[0]) && std::isfinite(values[1]);
        const bool taken = finite && guard_.takes(values[1]);
        if (taken) remember(lesson, average_keeps(count, context.images_after));
        update_.apply({taken ? values[0] : std::nan(""), values[1], count, context.images_after,
                       context.learning_rate});
        return {{{"loss", values[2]},
                 {"reconstruction", values[3]},
                 {"KL", values[4]},
                 {"active units", values[5]},
                 {"beta", beta}},
                values[1],
                !taken,
                {},
                count};
    }

    HeldOut held_out(const Batch& batch, std::int64_t at_once, Weighting which) const override {
        const c10::InferenceMode inference;
        Vae network(config_);
        load_into(*network, update_.weights(which), "a copy");
        network->to(device_);
        network->eval();
        const std::int64_t count = batch.images.size(0);
        double sum = 0;
        for (std::int64_t first = 0; first < count; first += at_once) {
            const Batch some = part_of(batch, first, std::min(at_once, count - first));
            sum += bound_of_one(network, seen(some), labels_of(some, 0), code_noise(some))
                       .sum()
                       .item<double>();
        }
        return {.loss = sum / double(count)};
    }

    std::shared_ptr<const Model> snapshot(const Origin& origin, Weighting which) const override {
        Vae copy(config_);
        load_into(*copy, update_.weights(which), origin.run);
        return make_vae_model(origin.run, copy, config_.classes > 0 && options_.label_drop > 0,
                              description_of("vae", settings_, shape_, origin), "");
    }

    Weights state() const override {
        Weights state = update_.state();
        state.merge(guard_.state());
        return state;
    }
    void restore(const Weights& weights, const std::string& file) override {
        update_.restore(weights, file);
        guard_.restore(weights, file);
    }

private:
    std::uint64_t run_seed() const { return std::uint64_t(request_.seed); }

    double beta_at(std::int64_t images) const {
        const auto warm_up = double(options_.kl_warm_up);
        return options_.beta * (warm_up > 0 ? std::min(double(images) / warm_up, 1.0) : 1.0);
    }

    at::Tensor seen(const Batch& batch) const {
        return to_device(dequantised(batch.images, uniform_from(batch.noise)), device_);
    }

    at::Tensor labels_of(const Batch& batch, double label_drop) const {
        return learned_labels(batch, config_.classes, run_seed(), label_drop, device_);
    }

    /// [N, latent] standard normal, that of image n from its own number in the run.
    at::Tensor code_noise(const Batch& batch) const {
        const std::int64_t count = batch.images.size(0), latent = config_.latent;
        const at::Tensor noise = at::empty({count, latent}, staged(at::kFloat, device_));
        auto* to = noise.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i) {
            const std::uint64_t seed =
                seed_for(run_seed(), Stream::Latent, std::uint64_t(batch.first + i));
            for (std::int64_t k = 0; k < latent; ++k) *to++ = float(normal(seed, std::uint64_t(k)));
        }
        return to_device(noise, device_);
    }

    Lesson lesson_of(const Batch& batch) {
        const at::Tensor y = seen(batch), labels = labels_of(batch, options_.label_drop);
        const at::Tensor noise = code_noise(batch);
        Lesson lesson;
        lesson.labels = labels;
        at::Tensor decoded;
        {
            const Autocast autocast(device_.type(), request_.precision == "bf16");
            lesson.posterior = network_->encode(y, labels);
            const Posterior& code = lesson.posterior;
            decoded = network_->decode(code.mean + (code.log_variance / 2).exp() * noise, labels);
        }
        const at::Tensor error = (decoded - y).square().mean();
        lesson.error = error.detach();
        lesson.reconstruction = miss_nats(error, variance_for(lesson.error));
        lesson.divergence = divergence(lesson.posterior).mean();
        return lesson;
    }

    /// Takes the batch into the running means, which keep `keeps` of what they were; those of a
    /// class as if all classes came equally often. A Gaussian a class: Ghosh et al. 2020
    /// (arXiv:1903.12436), section 5, density estimation after the fact.
    void remember(const Lesson& lesson, double keeps) {
        const torch::NoGradGuard no_grad;
        const at::Tensor& mean = lesson.posterior.mean;
        const at::Tensor variance = lesson.posterior.log_variance.exp();
        const std::int64_t count = mean.size(0), rows = config_.classes + 1;
        at::Tensor of_row = at::zeros({count, rows}, mean.options());
        if (lesson.labels.defined()) of_row.scatter_(1, lesson.labels.unsqueeze(1), 1);
        of_row.select(1, rows - 1).fill_(1);
        const at::Tensor seen = of_row.sum(0);
        const at::Tensor share = (of_row / seen.clamp_min(1)).t();
        at::Tensor batches = seen * (double(config_.classes) / double(count));
        batches[rows - 1] = 1;
        const at::Tensor fresh = 1 - at::pow(keeps, batches);
        const at::Tensor second =
            at::einsum("kn,ni,nj->kij", {share, mean, mean}) + at::diag_embed(share.mm(variance));
        network_->error.lerp_(lesson.error, 1 - keeps);
        network_->code_mean.lerp_(share.mm(mean), fresh.unsqueeze(1));
        network_->code_second.lerp_(second, fresh.unsqueeze(1).unsqueeze(2));
    }

    Fields settings_;
    TrainRequest request_;
    VaeOptions options_;
    DataShape shape_;
    VaeConfig config_;
    at::Device device_;
    Vae network_;
    Update update_;
    NormGuard guard_;
};

}  // namespace

std::unique_ptr<Trainer> make_vae_trainer(const Fields& settings, const DataShape& shape) {
    return std::make_unique<VaeTrainer>(settings, shape);
}

}  // namespace daguerre
