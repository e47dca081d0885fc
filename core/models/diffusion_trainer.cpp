#include "core/models/diffusion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/models/class_labels.h"
#include "core/models/model_files.h"
#include "core/nn/autocast.h"
#include "core/nn/batch_parts.h"
#include "core/nn/staging.h"
#include "core/nn/update.h"

namespace daguerre {
namespace {

/// What the network is given and what it should answer, for a batch. All [N, C, H, W] or [N].
struct Lesson {
    at::Tensor x, t, target, weight;
};

class DiffusionTrainer : public Trainer {
public:
    DiffusionTrainer(const Fields& settings, const DataShape& shape, const UNetConfig& network)
        : settings_(settings),
          request_(options_from<TrainRequest>(settings)),
          options_(options_from<DiffusionOptions>(settings)),
          shape_(shape),
          setup_(setup_of(options_, network, shape_.deviation)),
          schedule_(noise_schedule(setup_.noise_schedule)),
          objective_(row_named(objectives(), options_.objective, "objective")),
          weight_(
              row_named(loss_weights(),
                        options_.loss_weight == "own" ? options_.objective : options_.loss_weight,
                        "loss weight")),
          device_(request_.device),
          network_(prepared(setup_.network, run_seed(), device_)),
          update_(*network_, {options_.clip, request_.ema != "none"}),
          parts_(request_.micro_batch) {
        check_pairing(objective_, schedule_);
    }

    Losses step(const Batch& batch, const StepContext& context) override {
        const std::int64_t count = batch.images.size(0);
        const std::vector<double> levels =
            noise_levels(run_seed(), batch.first, count, options_.levels == "stratified");
        const std::int64_t at_once = parts_.run(count, [&](std::int64_t part) {
            network_->zero_grad();
            if (options_.dropout > 0) seed_dropout(run_seed(), batch.first, device_);
            learn(batch, levels, part);
        });
        // Read in one go: each reading waits until a GPU has caught up.
        const at::Tensor read =
            at::cat({at::cat(errors_), at::stack({at::stack(losses_).sum(), update_.norm()})})
                .to(at::kCPU, at::kDouble);
        const double* values = read.const_data_ptr<double>();
        const double value = values[count], norm = values[count + 1];
        const bool applied =
            update_.apply({value, norm, count, context.images_after, context.learning_rate});
        return {{{"loss", value}}, norm, !applied, by_level(values, levels), at_once};
    }

    HeldOut held_out(const Batch& batch, std::int64_t at_once, Weighting which) const override {
        const c10::InferenceMode inference;
        UNet network(setup_.network);
        load_into(*network, update_.weights(which), "a copy");
        network->to(device_);
        network->eval();
        const std::int64_t count = batch.images.size(0);
        at::Tensor sum = at::zeros({}, at::TensorOptions(device_).dtype(at::kDouble));
        for (std::int64_t first = 0; first < count; first += at_once) {
            const Batch some = part_of(batch, first, std::min(at_once, count - first));
            std::vector<double> levels;
            for (std::int64_t k = 0; k < some.images.size(0); ++k)
                levels.push_back((double(first + k) + 0.5) / double(count));
            const Lesson lesson = lesson_of(some, levels);
            sum += errors_of(network, lesson, labels_of(some, 0)).sum(at::kDouble);
        }
        return {sum.item<double>() / double(count), {}, {}};
    }

    std::shared_ptr<const Model> snapshot(const Origin& origin, Weighting which) const override {
        UNet copy(setup_.network);
        load_into(*copy, update_.weights(which), origin.run);
        return make_diffusion_model(origin.run, setup_, copy, about(origin), "");
    }

    Weights state() const override { return update_.state(); }
    void restore(const Weights& weights, const std::string& file) override {
        update_.restore(weights, file);
    }

private:
    static DiffusionSetup setup_of(const DiffusionOptions& options, const UNetConfig& network,
                                   double deviation) {
        DiffusionSetup setup;
        setup.network = network;
        setup.noise_schedule = levels_to_learn(options, deviation);
        setup.objective = options.objective;
        // As its scheduler will say, which doesn't clip.
        setup.sigma_space = options.objective == "edm";
        setup.clip = !setup.sigma_space;
        return setup;
    }

    static UNet prepared(const UNetConfig& config, std::uint64_t run, const at::Device& device) {
        UNet network(config);
        initialise(network, seed_for(run, Stream::Initialisation, 0));
        network->to(device);
        return network;
    }

    std::uint64_t run_seed() const { return std::uint64_t(request_.seed); }

    /// The mean square of what a network's answer misses, unweighted, one an image.
    at::Tensor errors_of(UNet& network, const Lesson& lesson, const at::Tensor& labels) const {
        at::Tensor answer;
        {
            const Autocast autocast(device_.type(), request_.precision == "bf16");
            answer = network->forward(lesson.x, lesson.t, labels);
        }
        return (answer.to(at::kFloat) - lesson.target).square().mean({1, 2, 3});
    }

    /// Leaves the gradients of the whole batch, worked through in parts of `part` images; errors_
    /// and losses_ of each part.
    void learn(const Batch& batch, const std::vector<double>& levels, std::int64_t part) {
        const auto count = std::int64_t(levels.size());
        errors_.clear();
        losses_.clear();
        network_->train();
        for (std::int64_t first = 0; first < count; first += part) {
            const std::int64_t n = std::min(part, count - first);
            const Batch some = part_of(batch, first, n);
            const Lesson lesson =
                lesson_of(some, {levels.begin() + first, levels.begin() + first + n});
            const at::Tensor error =
                errors_of(network_, lesson, labels_of(some, options_.label_drop));
            const at::Tensor loss = (error * lesson.weight).sum() / double(count);
            loss.backward();
            errors_.push_back(error.detach());
            losses_.push_back(loss.detach());
        }
    }

    Lesson lesson_of(const Batch& batch, const std::vector<double>& levels) const {
        const auto count = std::int64_t(levels.size());
        // Of x: share of image and noise; of the target: the same; t; weight. A row each.
        const at::Tensor rows = at::empty({6, count}, staged(at::kFloat, device_));
        auto values = rows.accessor<float, 2>();
        for (std::int64_t i = 0; i < count; ++i) {
            const double sigma = schedule_.learned_at(levels[std::size_t(i)]);
            const Scaling scaling = objective_.at(sigma, schedule_);
            const Target target = target_of(objective_, weight_, schedule_, sigma);
            const std::array column{scaling.in,   scaling.in * sigma, target.clean,
                                    target.noise, scaling.noise,      target.weight};
            for (std::size_t k = 0; k < column.size(); ++k)
                values[std::int64_t(k)][i] = float(column[k]);
        }
        const at::Tensor images = to_device(batch.images, device_);
        const at::Tensor noise = to_device(batch.noise, device_), there = to_device(rows, device_);
        const auto mixed = [&](std::int64_t clean, std::int64_t noisy) {
            return images * there[clean].view({-1, 1, 1, 1}) +
                   noise * there[noisy].view({-1, 1, 1, 1});
        };
        return {mixed(0, 1), there[4], mixed(2, 3), there[5]};
    }

    /// Undefined for a network without classes; the last index stands for no class.
    at::Tensor labels_of(const Batch& batch, double label_drop) const {
        return learned_labels(batch, std::int64_t(shape_.classes.size()), run_seed(), label_drop,
                              device_);
    }

    /// errors: one an image.
    static std::vector<LevelLoss> by_level(const double* errors,
                                           const std::vector<double>& levels) {
        std::vector<LevelLoss> bins(level_bins);
        for (std::size_t i = 0; i < levels.size(); ++i) {
            LevelLoss& bin = bins[std::size_t(levels[i] * level_bins)];
            bin.sum += errors[i];
            ++bin.count;
        }
        return bins;
    }

    /// daguerre.json.
    Json about(const Origin& origin) const {
        Json about = description_of("diffusion", settings_, shape_, origin);
        const bool null_class = setup_.network.num_class_embeds > int(shape_.classes.size());
        about["null_class"] = null_class ? Json(shape_.classes.size()) : Json();
        return about;
    }

    Fields settings_;
    TrainRequest request_;
    DiffusionOptions options_;
    DataShape shape_;
    DiffusionSetup setup_;
    NoiseSchedule schedule_;
    Objective objective_;
    LossWeight weight_;
    at::Device device_;
    UNet network_;
    Update update_;
    BatchParts parts_;
    std::vector<at::Tensor> errors_, losses_;  // of the parts of the step in hand
};

}  // namespace

std::unique_ptr<Trainer> make_diffusion_trainer(const Fields& settings, const DataShape& shape) {
    return make_diffusion_trainer(
        settings, shape,
        diffusion_network(options_from<DiffusionOptions>(settings),
                          options_from<TrainRequest>(settings).base_channels, shape));
}

std::unique_ptr<Trainer> make_diffusion_trainer(const Fields& settings, const DataShape& shape,
                                                const UNetConfig& network) {
    return std::make_unique<DiffusionTrainer>(settings, shape, network);
}

}  // namespace daguerre
