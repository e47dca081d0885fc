#include "core/training/collapse.h"

#include <algorithm>
#include <cmath>

#include "core/metrics/features.h"
#include "core/metrics/measures.h"
#include "core/nn/ms_ssim.h"

namespace daguerre {
namespace {

constexpr std::int64_t samples = 256, pairs = 100;

double entropy_of(const at::Tensor& logits) {
    const std::vector<std::int64_t> counts = class_counts(logits);
    double all = 0, entropy = 0;
    for (const std::int64_t count : counts) all += double(count);
    for (const std::int64_t count : counts)
        if (count > 0) entropy -= double(count) / all * std::log(double(count) / all);
    return counts.size() > 1 ? entropy / std::log(double(counts.size())) : 0;
}

/// Some of the block's images, from all over it.
Side side_of(const PixelBlock& block) {
    const auto n = std::int64_t(block.labels.size());
    // Only read: what spread makes is a copy.
    auto* pixels = const_cast<std::uint8_t*>(block.pixels.data());
    const at::Tensor all =
        at::from_blob(pixels, {n, block.size, block.size, block.channels}, at::kByte);
    return spread({all.permute({0, 3, 1, 2}), {}, {}, {}, {}}, std::min(n, samples));
}

}  // namespace

std::vector<std::pair<std::string, double>> collapse_gauges(const Model& model,
                                                            const PixelBlock& real,
                                                            const Classifier* judge,
                                                            const GenerateRequest& machine) {
    GenerateRequest request = machine;
    request.count = samples;
    request.seed = 0;
    const ViewShape shape{real.size, real.channels};
    const std::vector<Image> images =
        model.generate(request, model.preview_fields(), [](const Progress&) { return true; });
    Side made = side_of(images, std::vector<std::int64_t>(images.size(), -1), shape);
    Side held_out = side_of(real);
    std::vector<std::pair<std::string, double>> values;
    if (shape.size >= ms_ssim_window)
        values = {
            {gauges::similarity, pair_similarity(made.images, 1, {}, pairs).value},
            {gauges::similarity_of_data, pair_similarity(held_out.images, 1, {}, pairs).value}};
    if (!judge || judge->info().width != shape.size || judge->info().channels != shape.channels)
        return values;
    add_features(made, *judge, machine.device, "the samples", {});
    add_features(held_out, *judge, machine.device, "the held-out images", {});
    values.emplace_back(gauges::entropy, entropy_of(made.logits));
    values.emplace_back(gauges::entropy_of_data, entropy_of(held_out.logits));
    if (held_out.count() > 5)
        values.emplace_back(gauges::recall,
                            neighbourhoods(made.features, held_out.features, {}).recall.value);
    return values;
}

}  // namespace daguerre
