#include <cmath>
#include <numbers>

#include "core/base/random.h"
#include "core/models/pixelcnn.h"
#include "core/models/train_request.h"
#include "core/nn/autocast.h"
#include "core/nn/batch_parts.h"
#include "core/nn/staging.h"
#include "core/nn/update.h"

namespace daguerre {
namespace {

PixelCnn prepared(const PixelCnnConfig& config, std::uint64_t run, const at::Device& device) {
    PixelCnn network(config);
    initialise(network, seed_for(run, Stream::Initialisation, 0));
    network->to(device);
    return network;
}

class PixelCnnTrainer : public Trainer {
public:
    PixelCnnTrainer(const Fields& settings, const DataShape& shape)
        : settings_(settings),
          request_(options_from<TrainRequest>(settings)),
          options_(options_from<PixelCnnOptions>(settings)),
          shape_(with_learned_classes(shape, options_.conditional)),
          config_(pixelcnn_network(options_, request_.base_channels, shape_)),
          device_(request_.device),
          network_(prepared(config_, run_seed(), device_)),
          update_(*network_, {.clip = options_.clip, .average = request_.ema != "none"}),
          parts_(request_.micro_batch) {}

    Losses step(const Batch& batch, const StepContext& context) override {
        const std::int64_t count = batch.images.size(0);
        at::Tensor loss;
        const std::int64_t at_once = parts_.run(count, [&](std::int64_t part) {
            network_->zero_grad();
            if (options_.dropout > 0) seed_dropout(run_seed(), batch.first, device_);
            loss = learn(batch, part);
        });
        // Read in one go: each reading waits until a GPU has caught up.
        const at::Tensor read = at::stack({loss, update_.norm()}).to(at::kCPU, at::kDouble);
        const double bits = read[0].item<double>(), norm = read[1].item<double>();
        const bool applied =
            update_.apply({bits, norm, count, context.images_after, context.learning_rate});
        return {{{"loss", bits}}, norm, !applied, {}, at_once};
    }

    HeldOut held_out(const Batch& batch, std::int64_t at_once, Weighting which) const override {
        const c10::InferenceMode inference;
        PixelCnn network(config_);
        load_into(*network, update_.weights(which), "a copy");
        network->to(device_);
        network->eval();
        const std::int64_t count = batch.images.size(0);
        double sum = 0;
        for (std::int64_t first = 0; first < count; first += at_once) {
            const Batch some = part_of(batch, first, std::min(at_once, count - first));
            sum += bits_of(network, some, 0).sum().item<double>();
        }
        return {.loss = sum / double(count)};
    }

    std::shared_ptr<const Model> snapshot(const Origin& origin, Weighting which) const override {
        PixelCnn copy(config_);
        load_into(*copy, update_.weights(which), origin.run);
        return make_pixelcnn_model(origin.run, copy,
                                   description_of("pixelcnn", settings_, shape_, origin), "");
    }

    Weights state() const override { return update_.state(); }
    void restore(const Weights& weights, const std::string& file) override {
        update_.restore(weights, file);
    }

private:
    std::uint64_t run_seed() const { return std::uint64_t(request_.seed); }

    at::Tensor bits_of(PixelCnn& network, const Batch& batch, double label_drop) const {
        const at::Tensor labels =
            learned_labels(batch, config_.classes, run_seed(), label_drop, device_);
        const Autocast autocast(device_.type(), request_.precision == "bf16");
        return bits_per_dimension(network, to_device(batch.images, device_), labels);
    }

    /// Leaves the gradients of the whole batch, worked through in parts; its mean loss.
    at::Tensor learn(const Batch& batch, std::int64_t part) {
        const std::int64_t count = batch.images.size(0);
        network_->train();
        at::Tensor sum = at::zeros({}, at::device(device_));
        for (std::int64_t first = 0; first < count; first += part) {
            const Batch some = part_of(batch, first, std::min(part, count - first));
            const at::Tensor loss =
                bits_of(network_, some, options_.label_drop).sum() / double(count);
            loss.backward();
            sum += loss.detach();
        }
        return sum;
    }

    Fields settings_;
    TrainRequest request_;
    PixelCnnOptions options_;
    DataShape shape_;
    PixelCnnConfig config_;
    at::Device device_;
    PixelCnn network_;
    Update update_;
    BatchParts parts_;
};

}  // namespace

at::Tensor bits_per_dimension(PixelCnn& network, const at::Tensor& images,
                              const at::Tensor& labels) {
    const at::Tensor answers = network->answers(images, labels).to(at::kFloat);
    const at::Tensor logarithms =
        head_of(network->config()).log_likelihood(answers, pixel_rows(images));
    const auto dimensions = double(images[0].numel());
    return logarithms.view({images.size(0), -1}).sum(1) / (-std::numbers::ln2 * dimensions);
}

std::unique_ptr<Trainer> make_pixelcnn_trainer(const Fields& settings, const DataShape& shape) {
    return std::make_unique<PixelCnnTrainer>(settings, shape);
}

}  // namespace daguerre
