#include "core/training/measuring.h"

#include "core/metrics/metrics.h"
#include "core/models/training_parts.h"
#include "core/training/collapse.h"
#include "core/training/curve_names.h"
#include "core/training/held_out.h"
#include "core/training/settings.h"

namespace daguerre {

Measuring::Measuring(std::string dataset, const DataShape& shape, const Family& family, bool raw)
    : dataset_(std::move(dataset)), shape_(shape), family_(family), raw_(raw) {}

std::optional<Measured> Measuring::measure(const Trainer& trainer, const Fields& settings) try {
    if (!images_) {
        images_ = held_out_views(dataset_, shape_, family_.held_out_images);
        if (needs_classes(settings, shape_)) keep_labelled(*images_);
    }
    if (images_->labels.empty()) return std::nullopt;
    const auto request = options_from<TrainRequest>(settings);
    const Batch batch = held_out_batch(*images_);
    const std::int64_t at_once = images_at_once(request);
    HeldOut seen = trainer.held_out(batch, at_once, Weighting::Average);
    Measured measured{seen.loss, {}, std::move(seen.confusion)};
    if (seen.loss) measured.curves.emplace_back(averaged_test_loss, *seen.loss);
    for (auto& value : seen.values) measured.curves.push_back(std::move(value));
    if (raw_)
        if (const auto loss = trainer.held_out(batch, at_once, Weighting::Raw).loss)
            measured.curves.emplace_back(raw_test_loss, *loss);
    if (family_.collapses && images_->labels.size() >= 2)
        for (auto& gauge :
             gauges_of(*trainer.snapshot({}, Weighting::Average), {.precision = request.precision,
                                                                  .device = request.device,
                                                                  .threads = int(request.threads)}))
            measured.curves.push_back(std::move(gauge));
    return measured;
} catch (...) {
    images_.emplace();
    throw;
}

/// What a family that may end in few kinds of picture is watched by.
std::vector<std::pair<std::string, double>> Measuring::gauges_of(const Model& model,
                                                                 const GenerateRequest& machine) {
    if (!judge_) judge_ = classifier_for(shape_.dataset);
    return collapse_gauges(model, *images_, judge_->get(), machine);
}

}  // namespace daguerre
