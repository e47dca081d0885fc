#include "core/models/class_labels.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/staging.h"

namespace daguerre {

DataShape with_learned_classes(DataShape shape, const std::string& conditional) {
    if (conditional == "on" && shape.classes.empty())
        throw Error("“{data}” has no classes to learn. Leave conditional out, or set it to off.",
                    {{"data", shape.dataset.id}});
    if (conditional == "off") shape.classes.clear();
    return shape;
}

bool drops_label(std::uint64_t run, std::int64_t n, double share) {
    return unit_interval(seed_for(run, Stream::LabelDrop, std::uint64_t(n))) < share;
}

at::Tensor learned_labels(const Batch& batch, std::int64_t classes, std::uint64_t run,
                          double label_drop, const at::Device& device) {
    if (classes == 0) return {};
    const at::Tensor labels = at::empty(batch.labels.sizes(), staged(at::kLong, device));
    labels.copy_(batch.labels);
    auto* values = labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < labels.size(0); ++i)
        if (values[i] < 0 || drops_label(run, batch.first + i, label_drop)) values[i] = classes;
    return to_device(labels, device);
}

}  // namespace daguerre
