#include <array>
#include <limits>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/models/gan.h"
#include "core/models/gan_augment.h"
#include "core/models/train_request.h"
#include "core/nn/autocast.h"
#include "core/nn/staging.h"
#include "core/nn/update.h"

namespace daguerre {
namespace {

using Tensor = at::Tensor;

constexpr std::int64_t r1_every = 16;          // steps: Karras et al. 2020 (arXiv:1912.04958)
constexpr std::int64_t gathered_images = 512;  // for the statistics of batch norm

// Which time an image is looked at in a step: its augmentation hangs on it.
enum Look { RealLook, FakeLook, GeneratorLook, BetweenLook };

/// What a step doesn't always measure, and then reports as it last was.
enum Remembered { LossG, NormG, FakeAfter, Penalty, RememberedCount };

/// A batch on the device, and what the generator begins with beside it.
struct Round {
    std::int64_t first = 0, count = 0;
    Tensor images, labels, z;  // labels: undefined without classes
};

class GanTrainer : public Trainer {
public:
    GanTrainer(const Fields& settings, const DataShape& shape)
        : settings_(settings),
          request_(options_from<TrainRequest>(settings)),
          options_(options_from<GanOptions>(settings)),
          shape_(gan_shape(options_, shape)),
          config_(gan_config(options_, request_.base_channels, shape)),
          loss_(row_named(gan_losses(), options_.loss, "loss")),
          device_(request_.device),
          generator_(make_generator(config_, at::kCPU)),
          discriminator_(make_discriminator(config_, at::kCPU)),
          g_update_(prepared(*generator_, 0), update_options(request_.ema != "none")),
          d_update_(prepared(*discriminator_, 1), update_options(false)) {}

    Losses step(const Batch& batch, const StepContext& context) override {
        const Round round = round_of(batch);
        const std::int64_t number = round.first / round.count;
        const bool both = number % options_.d_steps == 0;
        seed_dropout(run_seed(), round.first, device_);
        generator_->train();
        discriminator_->train();
        const Tensor fake = made(round, both);
        Losses losses;
        improve_discriminator(round, fake, number % r1_every == 0, context, losses);
        if (both) improve_generator(round, fake, context, losses);
        report(losses);
        return losses;
    }

    HeldOut held_out(const Batch& batch, std::int64_t at_once, Weighting) const override {
        const c10::InferenceMode inference;
        discriminator_->eval();
        const std::int64_t count = batch.images.size(0);
        Tensor sum = at::zeros({}, at::TensorOptions(device_).dtype(at::kDouble));
        for (std::int64_t first = 0; first < count; first += at_once) {
            const Batch some = part_of(batch, first, std::min(at_once, count - first));
            const Tensor seen = looked_at(to_device(some.images, device_), some.first, RealLook);
            sum += critic(labels_of(some), true)(seen).sign().sum(at::kDouble);
        }
        return {{}, {{"r_t held out", sum.item<double>() / double(count)}}, {}};
    }

    std::shared_ptr<const Model> snapshot(const Origin& origin, Weighting which) const override {
        const auto copy = make_generator(config_, at::kCPU);
        load_into(*copy, g_update_.weights(which), origin.run);
        copy->to(device_);
        gather_statistics(*copy);
        copy->to(at::kCPU);
        return make_gan_model(origin.run, config_, copy,
                              {description_of("gan", settings_, shape_, origin), {}, {}, {}});
    }

    Weights state() const override {
        Weights state = with_prefix(g_update_.state(), "g.");
        state.merge(with_prefix(d_update_.state(), "d."));
        state.emplace("remembered", at::tensor(remembered_, at::kDouble));
        return state;
    }

    void restore(const Weights& weights, const std::string& file) override {
        const auto found = weights.find("remembered");
        if (found == weights.end() || found->second.numel() != RememberedCount)
            throw Error("“{file}” isn't whole: “remembered” is missing.", {{"file", file}});
        g_update_.restore(under(weights, "g."), file);
        d_update_.restore(under(weights, "d."), file);
        const Tensor values = found->second.to(at::kDouble).contiguous();
        for (std::size_t i = 0; i < remembered_.size(); ++i)
            remembered_[i] = values.const_data_ptr<double>()[i];
    }

private:
    std::uint64_t run_seed() const { return std::uint64_t(request_.seed); }
    bool bf16() const { return request_.precision == "bf16"; }

    UpdateOptions update_options(bool average) const {
        return {.clip = std::numeric_limits<double>::infinity(),
                .average = average,
                .beta1 = options_.beta1,
                .beta2 = options_.beta2};
    }

    torch::nn::Module& prepared(torch::nn::Module& network, std::uint64_t which) const {
        // Radford et al. 2016 (arXiv:1511.06434), section 4.
        const double deviation = config_.backbone == "dcgan" ? 0.02 : 0;
        initialise_gan(network, deviation, seed_for(run_seed(), Stream::Initialisation, which));
        network.to(device_);
        return network;
    }

    Round round_of(const Batch& batch) const {
        const std::int64_t count = batch.images.size(0);
        std::vector<Tensor> latents;
        for (std::int64_t i = 0; i < count; ++i)
            latents.push_back(latent_of(
                std::uint32_t(seed_for(run_seed(), Stream::Latent, std::uint64_t(batch.first + i))),
                config_.latent));
        return {batch.first, count, to_device(batch.images, device_), labels_of(batch),
                at::stack(latents).to(device_)};
    }

    /// Every image shows a class, where there are any.
    Tensor labels_of(const Batch& batch) const {
        return config_.classes == 0 ? Tensor() : to_device(batch.labels, device_);
    }

    Tensor made(const Round& round, bool with_gradients) const {
        const torch::AutoGradMode gradients(with_gradients);
        const Autocast autocast(device_.type(), bf16());
        return generator_->forward(round.z, generator_->class_vectors(round.labels));
    }

    Tensor looked_at(const Tensor& images, std::int64_t first, Look look) const {
        if (!options_.augment) return images;
        const Tensor draws =
            augment_draws(run_seed(), first, images.size(0), look, config_.size, device_);
        return augmented(images, to_device(draws, device_));
    }

    /// fast: as the precision says; else fp32, which gradients of gradients need.
    Critic critic(const Tensor& labels, bool fast) const {
        return [this, labels, fast](const Tensor& images) {
            const Autocast autocast(device_.type(), fast && bf16());
            return discriminator_->forward(images, labels);
        };
    }

    /// The penalty of this step as it is reported, and as it weighs in the loss; undefined: none.
    std::pair<Tensor, Tensor> penalty(const Round& round, const Tensor& real, const Tensor& fake,
                                      bool r1_due) const {
        const Critic exact = critic(round.labels, false);
        if (loss_.penalty > 0) {
            const Tensor value = gradient_penalty(exact, real, fake, between(round));
            return {value, loss_.penalty * value};
        }
        if (options_.r1 == 0 || !r1_due) return {};
        const Tensor value = squared_slope(exact, real);
        return {value, options_.r1 / 2 * double(r1_every) * value};
    }

    Tensor between(const Round& round) const {
        const Tensor u = at::empty({round.count}, staged(at::kFloat, device_));
        for (std::int64_t i = 0; i < round.count; ++i)
            u.mutable_data_ptr<float>()[i] = float(unit_interval(seed_for(
                run_seed(), Stream::Augment, std::uint64_t(round.first + i) * 4 + BetweenLook)));
        return to_device(u, device_);
    }

    void improve_discriminator(const Round& round, const Tensor& made_images, bool r1_due,
                               const StepContext& context, Losses& losses) {
        discriminator_->zero_grad();
        const Tensor real = looked_at(round.images, round.first, RealLook);
        const Tensor fake = looked_at(made_images.detach(), round.first, FakeLook);
        const Critic judge = critic(round.labels, true);
        const Tensor of_real = judge(real), of_fake = judge(fake);
        const auto [slope, weighed] = penalty(round, real, fake, r1_due);
        Tensor loss = loss_.of_discriminator(of_real, of_fake);
        const Tensor shown = loss.detach();
        if (weighed.defined()) loss = loss + weighed;
        loss.backward();
        const torch::NoGradGuard no_grad;
        const std::vector<double> values =
            read({loss, d_update_.norm(), shown, of_real.sigmoid().mean(), of_fake.sigmoid().mean(),
                  of_real.sign().mean(), slope.defined() ? slope : shown});
        const bool applied =
            d_update_.apply({values[0], values[1], round.count, context.images_after,
                             context.learning_rate * options_.d_rate});
        losses.gradient_norm = values[1];
        losses.skipped = !applied;
        losses.values = {{"loss D", values[2]},
                         {"D real", values[3]},
                         {"D fake before", values[4]},
                         {"r_t", values[5]}};
        if (slope.defined()) remembered_[Penalty] = values[6];
    }

    void improve_generator(const Round& round, const Tensor& made_images,
                           const StepContext& context, Losses& losses) {
        generator_->zero_grad();
        const Critic judge = critic(round.labels, true);
        const Tensor of_fake = judge(looked_at(made_images, round.first, GeneratorLook));
        Tensor of_real;
        if (loss_.compares) {
            const torch::NoGradGuard no_grad;
            of_real = judge(looked_at(round.images, round.first, RealLook));
        }
        const Tensor loss = loss_.of_generator(of_real, of_fake);
        // Those of the discriminator aren't wanted, and would cost as much as its own step.
        loss.backward({}, /*retain_graph=*/false, /*create_graph=*/false, generator_->parameters());
        const torch::NoGradGuard no_grad;
        const std::vector<double> values = read({loss, g_update_.norm(), of_fake.sigmoid().mean()});
        const bool applied = g_update_.apply(
            {values[0], values[1], round.count, context.images_after, context.learning_rate});
        losses.skipped = losses.skipped || !applied;
        remembered_[LossG] = values[0];
        remembered_[NormG] = values[1];
        remembered_[FakeAfter] = values[2];
    }

    /// In one go: each reading waits until a GPU has caught up.
    static std::vector<double> read(const std::vector<Tensor>& numbers) {
        std::vector<Tensor> same;
        for (const Tensor& number : numbers) same.push_back(number.detach().to(at::kFloat));
        const Tensor values = at::stack(same).to(at::kCPU, at::kDouble);
        const double* first = values.const_data_ptr<double>();
        return {first, first + values.numel()};
    }

    void report(Losses& losses) const {
        auto& values = losses.values;
        values.insert(values.begin() + 1, {"loss G", remembered_[LossG]});
        values.insert(values.begin() + 4, {"D fake after", remembered_[FakeAfter]});
        if (loss_.penalty > 0)
            values.emplace_back("gradient penalty", remembered_[Penalty]);
        else if (options_.r1 > 0)
            values.emplace_back("r1", remembered_[Penalty]);
        values.emplace_back("norm G", remembered_[NormG]);
    }

    /// Averaged weights see other values than those they are the average of, so that neither the
    /// statistics of these nor their average would fit: Izmailov et al. 2018 (arXiv:1803.05407),
    /// section 3.2.
    void gather_statistics(Generator& network) const {
        const torch::NoGradGuard no_grad;
        const GatheredStatistics gathered(network);
        if (gathered.empty()) return;
        network.train();
        const std::int64_t count = request_.batch;
        for (std::int64_t first = 0; first < gathered_images; first += count) {
            std::vector<Tensor> latents;
            std::vector<std::int64_t> labels;
            for (std::int64_t i = first; i < first + count; ++i) {
                latents.push_back(latent_of(
                    std::uint32_t(seed_for(run_seed(), Stream::Preview, std::uint64_t(i))),
                    config_.latent));
                labels.push_back(i % std::max<std::int64_t>(config_.classes, 1));
            }
            const Autocast autocast(device_.type(), bf16());
            network.forward(at::stack(latents).to(device_),
                            network.class_vectors(at::tensor(labels).to(device_)));
        }
    }

    Fields settings_;
    TrainRequest request_;
    GanOptions options_;
    DataShape shape_;
    GanConfig config_;
    GanLoss loss_;
    at::Device device_;
    std::shared_ptr<Generator> generator_;
    std::shared_ptr<Discriminator> discriminator_;
    Update g_update_, d_update_;
    std::array<double, RememberedCount> remembered_{};
};

}  // namespace

std::unique_ptr<Trainer> make_gan_trainer(const Fields& settings, const DataShape& shape) {
    return std::make_unique<GanTrainer>(settings, shape);
}

}  // namespace daguerre
