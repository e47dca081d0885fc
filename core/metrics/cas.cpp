#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/metrics/figures.h"
#include "core/models/families.h"
#include "core/models/train_request.h"
#include "core/models/trainer.h"

namespace daguerre {
namespace {

constexpr std::int64_t epochs = 10, least_steps = 40;

const Family* classifier_row() {
    const auto& rows = families();
    const auto at = std::ranges::find(rows, "classifier", &Family::id);
    return at == rows.end() ? nullptr : &*at;
}

/// The family's settings for a short run on `count` images: those of the preset of the nearest
/// size, ten times each image, one cycle of the learning rate.
Fields settings_for(const Family& family, std::int64_t count, int size, const Learner& learner) {
    Fields fields = fields_of<TrainRequest>();
    for (const Field& field : family.train_fields()) fields.push_back(field);
    const auto& presets = family.presets();
    const auto nearest = std::ranges::min_element(
        presets, {}, [&](const Preset& preset) { return std::abs(preset.size - size); });
    for (const auto& [key, value] : nearest->values) set_field(fields, key, value);
    const auto batch = options_from<TrainRequest>(fields).batch;
    const std::int64_t steps = std::max(epochs * count / batch, least_steps);
    set_field(fields, "images", steps * batch);
    set_field(fields, "warm_up", steps * batch * 3 / 10);
    set_field(fields, "size", std::int64_t(size));
    set_field(fields, "seed", std::int64_t(learner.seed));
    set_field(fields, "device", learner.device);
    set_field(fields, "precision", learner.precision);
    return fields;
}

/// Up over the warm-up, down along a cosine.
double rate_of(const TrainRequest& request, std::int64_t images_after) {
    const double seen = double(images_after), warm_up = double(request.warm_up);
    if (seen < warm_up) return request.learning_rate * seen / warm_up;
    const double part = std::min((seen - warm_up) / (double(request.images) - warm_up), 1.0);
    return request.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * part));
}

/// Image number n of the run is image n mod count of that epoch's order.
Batch batch_of(const Side& side, std::uint64_t seed, std::int64_t first, std::int64_t size) {
    const std::int64_t count = side.count();
    std::vector<std::int64_t> places;
    std::vector<std::uint32_t> order;
    std::int64_t epoch = -1;
    for (std::int64_t n = first; n < first + size; ++n) {
        if (n / count != epoch) {
            epoch = n / count;
            order = permutation(seed, std::uint64_t(epoch), std::uint32_t(count));
        }
        places.push_back(order[std::size_t(n % count)]);
    }
    const at::Tensor rows = at::tensor(places);
    return {side.images.index_select(0, rows).to(at::kFloat) / 127.5 - 1,
            side.labels.index_select(0, rows), at::Tensor(), first};
}

Side labelled(const Side& side) {
    const at::Tensor rows = side.labels.ge(0).nonzero().squeeze(1);
    return {side.images.index_select(0, rows), side.labels.index_select(0, rows), {}, {}, {}};
}

}  // namespace

bool can_learn_classes() { return classifier_row() != nullptr; }

std::optional<Estimate> learned_accuracy(const Side& training, const Side& test,
                                         const std::vector<std::string>& classes,
                                         const Learner& learner, const OnShare& on_share) {
    const Family* family = classifier_row();
    require(family != nullptr, "learned_accuracy: a family of classifiers");
    const Side learned = labelled(training), asked = labelled(test);
    if (learned.count() == 0 || asked.count() == 0) return std::nullopt;
    const int size = int(learned.images.size(2));
    const at::Tensor values = learned.images.to(at::kFloat) / 127.5 - 1;
    const DataShape shape{.size = size,
                          .channels = int(learned.images.size(1)),
                          .classes = classes,
                          .mean = values.mean().item<double>(),
                          .deviation = std::max(values.std().item<double>(), 1e-3),
                          .dataset = {}};
    const Fields settings = settings_for(*family, learned.count(), size, learner);
    const auto request = options_from<TrainRequest>(settings);
    const auto trainer = family->make_trainer(settings, shape);
    for (std::int64_t seen = 0; seen < request.images; seen += request.batch) {
        if (on_share) on_share(double(seen) / double(request.images));
        const std::int64_t after = seen + request.batch;
        trainer->step(batch_of(learned, learner.seed, seen, request.batch),
                      {after, rate_of(request, after)});
    }
    const auto judge =
        std::dynamic_pointer_cast<const Classifier>(trainer->snapshot({}, Weighting::Average));
    require(judge != nullptr, "learned_accuracy: a family of classifiers");
    Side answers = asked;
    add_features(answers, *judge, learner.device, "the real images", {});
    return recognised(answers.logits, answers.labels);
}

}  // namespace daguerre
