#include <cmath>

#include "core/base/random.h"
#include "core/models/classifier_family.h"
#include "core/models/diffusion.h"
#include "core/models/model_files.h"
#include "core/nn/autocast.h"
#include "core/nn/staging.h"
#include "core/nn/update.h"

namespace daguerre {
namespace {

class ClassifierTrainer : public Trainer {
public:
    ClassifierTrainer(const Fields& settings, const DataShape& shape)
        : settings_(settings),
          request_(options_from<TrainRequest>(settings)),
          options_(options_from<ClassifierOptions>(settings)),
          shape_(shape),
          device_(request_.device),
          network_(classifier_network(options_, request_.base_channels, shape,
                                      seed_for(run_seed(), Stream::Initialisation, 0))) {
        if (options_.noisy()) schedule_ = schedule_of(options_);
        network_->to(device_);
        const bool sgd = options_.optimizer == "sgd";
        update_.emplace(*network_,
                        UpdateOptions{.clip = options_.clip,
                                      .average = request_.ema != "none",
                                      .optimizer = sgd ? Optimizer::Sgd : Optimizer::Adam,
                                      .decay = options_.weight_decay});
    }

    Losses step(const Batch& batch, const StepContext& context) override {
        network_->train();
        network_->zero_grad();
        seed_dropout(run_seed(), batch.first, device_);
        Batch moved = batch;
        if (options_.shift > 0)
            moved.images = shifted(batch.images, run_seed(), batch.first, options_.shift);
        const std::int64_t count = batch.images.size(0);
        const at::Tensor labels = to_device(batch.labels, device_);
        const at::Tensor logits =
            answer(*network_, moved, noise_levels(run_seed(), batch.first, count, true)).logits;
        // Images without a class count for nothing.
        const at::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -1,
                                                       options_.label_smoothing);
        loss.backward();
        const at::Tensor right = (logits.argmax(1) == labels).to(at::kFloat).mean();
        const at::Tensor read =
            at::stack({loss.detach(), right, update_->norm()}).to(at::kCPU, at::kDouble);
        const double* values = read.const_data_ptr<double>();
        const bool applied = update_->apply(
            {values[0], values[2], count, context.images_after, context.learning_rate});
        return {{{"loss", values[0]}, {"accuracy", values[1]}}, values[2], !applied, {}, count};
    }

    HeldOut held_out(const Batch& batch, std::int64_t at_once, Weighting which) const override {
        const torch::NoGradGuard no_grad;
        const auto network = copied(which, "a copy");
        const std::int64_t count = batch.images.size(0);
        const auto classes = std::int64_t(shape_.classes.size());
        std::vector<at::Tensor> logits;
        for (std::int64_t first = 0; first < count; first += at_once) {
            const Batch some = part_of(batch, first, std::min(at_once, count - first));
            std::vector<double> levels;
            for (std::int64_t k = 0; k < some.images.size(0); ++k)
                levels.push_back((double(first + k) + 0.5) / double(count));
            logits.push_back(answer(*network, some, levels).logits.to(at::kCPU));
        }
        const at::Tensor all = at::cat(logits), found = all.argmax(1);
        const at::Tensor known = batch.labels >= 0;
        const at::Tensor truth = batch.labels.masked_select(known);
        const at::Tensor taken = found.masked_select(known);
        if (truth.numel() == 0) return {};
        const at::Tensor counts =
            at::bincount(truth * classes + taken, {}, classes * classes).view({classes, classes});
        HeldOut seen;
        seen.loss =
            at::cross_entropy_loss(all, batch.labels, {}, at::Reduction::Mean, -1).item<double>();
        seen.values = {{"test accuracy", (truth == taken).to(at::kDouble).mean().item<double>()}};
        for (std::int64_t row = 0; row < classes; ++row) {
            const std::int64_t* values = counts[row].const_data_ptr<std::int64_t>();
            seen.confusion.emplace_back(values, values + classes);
        }
        return seen;
    }

    std::shared_ptr<const Model> snapshot(const Origin& origin, Weighting which) const override {
        return make_classifier(origin.run, options_, request_.base_channels, shape_,
                               copied(which, origin.run),
                               description_of("classifier", settings_, shape_, origin), "");
    }

    Weights state() const override { return update_->state(); }
    void restore(const Weights& weights, const std::string& file) override {
        update_->restore(weights, file);
    }

private:
    std::uint64_t run_seed() const { return std::uint64_t(request_.seed); }

    std::shared_ptr<ClassifierNetwork> copied(Weighting which, const std::string& name) const {
        const auto copy = classifier_network(options_, request_.base_channels, shape_, 0);
        load_into(*copy, update_->weights(which), name);
        copy->to(device_);
        copy->eval();
        return copy;
    }

    /// levels: of the images' noise, in [0, 1).
    Classifier::Answer answer(ClassifierNetwork& network, const Batch& batch,
                              const std::vector<double>& levels) const {
        at::Tensor x = to_device(batch.images, device_), t;
        if (schedule_) {
            const auto count = std::int64_t(levels.size());
            const at::Tensor rows = at::empty({3, count}, staged(at::kFloat, device_));
            auto values = rows.accessor<float, 2>();
            for (std::int64_t i = 0; i < count; ++i) {
                const std::size_t step =
                    std::size_t(levels[std::size_t(i)] * double(schedule_->sigmas.size()));
                const double sigma = schedule_->sigmas[step], scale = 1 / std::hypot(1, sigma);
                values[0][i] = float(scale);
                values[1][i] = float(scale * sigma);
                values[2][i] = float(step);
            }
            const at::Tensor there = to_device(rows, device_);
            x = x * there[0].view({-1, 1, 1, 1}) +
                to_device(batch.noise, device_) * there[1].view({-1, 1, 1, 1});
            t = there[2];
        }
        const Autocast autocast(device_.type(), request_.precision == "bf16");
        return network.forward(x, t);
    }

    Fields settings_;
    TrainRequest request_;
    ClassifierOptions options_;
    DataShape shape_;
    at::Device device_;
    std::optional<NoiseSchedule> schedule_;
    std::shared_ptr<ClassifierNetwork> network_;
    std::optional<Update> update_;
};

}  // namespace

at::Tensor shifted(const at::Tensor& images, std::uint64_t run, std::int64_t first,
                   std::int64_t most) {
    const std::int64_t height = images.size(2), width = images.size(3);
    const at::Tensor padded = at::constant_pad_nd(images, {most, most, most, most}, -1);
    std::vector<at::Tensor> moved;
    for (std::int64_t k = 0; k < images.size(0); ++k) {
        const std::uint64_t bits = seed_for(run, Stream::Augment, std::uint64_t(first + k));
        const auto choices = std::uint64_t(2 * most + 1);
        const auto across = std::int64_t(below(choices, bits));
        const auto down = std::int64_t(below(choices, mix(bits)));
        moved.push_back(padded[k].narrow(1, down, height).narrow(2, across, width));
    }
    return at::stack(moved);
}

std::unique_ptr<Trainer> make_classifier_trainer(const Fields& settings, const DataShape& shape) {
    return std::make_unique<ClassifierTrainer>(settings, shape);
}

}  // namespace daguerre
