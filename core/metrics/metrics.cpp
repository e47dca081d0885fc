#include "core/metrics/metrics.h"

namespace daguerre {

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> rows{
        {.id = "fcd",
         .title = "Fréchet classifier distance",
         .network = true,
         .less_is_better = true,
         .distance = true},
        {.id = "kid",
         .title = "Kernel distance",
         .network = true,
         .less_is_better = true,
         .distance = true},
        {.id = "precision", .title = "Precision", .network = true},
        {.id = "recall", .title = "Recall", .network = true},
        {.id = "density", .title = "Density", .network = true},
        {.id = "coverage", .title = "Coverage", .network = true},
        {.id = "score", .title = "Classifier score", .network = true},
        {.id = "recognised", .title = "Recognised as its class", .network = true, .classes = true},
        {.id = "swd",
         .title = "Sliced Wasserstein distance of patches",
         .less_is_better = true,
         .distance = true},
        {.id = "msssim", .title = "MS-SSIM of pairs", .less_is_better = true},
        {.id = "nearest", .title = "Nearest training images"},
        {.id = "bpd", .title = "Bits per dimension", .model = true, .less_is_better = true},
        {.id = "cas",
         .title = "Accuracy of a classifier that learned from samples",
         .classes = true,
         .standard = false}};
    return rows;
}

Fields evaluation_fields() {
    Fields fields = fields_of<EvaluateRequest>();
    std::erase_if(fields, [](const Field& field) {
        return field.key == "device" || field.key == "precision" || field.key == "threads";
    });
    return fields;
}

}  // namespace daguerre
