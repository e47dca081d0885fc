#include "core/metrics/features.h"

#include <algorithm>
#include <cstring>

#include "core/base/error.h"
#include "core/metrics/measures.h"
#include "core/metrics/subsets.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace {

constexpr std::int64_t images_at_once = 250;

}  // namespace

Side part_of(const Side& side, std::int64_t first, std::int64_t count) {
    const auto rows = [&](const at::Tensor& tensor) {
        return tensor.defined() ? tensor.narrow(0, first, count) : tensor;
    };
    return {rows(side.images), rows(side.labels), rows(side.features), rows(side.logits), {}};
}

Side spread(const Side& side, std::int64_t count) {
    const at::Tensor places = at::tensor(some_places(side.count(), count));
    const auto rows = [&](const at::Tensor& tensor) {
        return tensor.defined() ? tensor.index_select(0, places) : tensor;
    };
    return {rows(side.images), rows(side.labels), rows(side.features), rows(side.logits), {}};
}

Side side_of(const Dataset& dataset, std::int64_t count, ViewShape shape,
             const std::vector<std::string>& classes, const OnProgress& on_progress) {
    bool stopped = false;
    PixelBlock block = network_views(*some_of(dataset, count, classes), shape.size, shape.channels,
                                     [&](const Progress& at) {
                                         stopped = on_progress && !on_progress(at);
                                         return !stopped;
                                     });
    if (stopped) throw MeasuringStopped();
    const auto n = std::int64_t(block.labels.size());
    Side side{at::empty({n, shape.channels, shape.size, shape.size}, at::kByte),
              at::empty({n}, at::kLong),
              {},
              {},
              std::move(block.left_out)};
    side.images.copy_(
        at::from_blob(block.pixels.data(), {n, shape.size, shape.size, shape.channels}, at::kByte)
            .permute({0, 3, 1, 2}));
    std::copy(block.labels.begin(), block.labels.end(),
              side.labels.mutable_data_ptr<std::int64_t>());
    return side;
}

Side side_of(const std::vector<Image>& images, const std::vector<std::int64_t>& labels,
             ViewShape shape) {
    const auto n = std::int64_t(images.size());
    at::Tensor pixels = at::empty({n, shape.size, shape.size, shape.channels}, at::kByte);
    auto* to = pixels.mutable_data_ptr<std::uint8_t>();
    for (const Image& image : images) {
        const Image view = network_view(image, shape.size, shape.channels);
        std::memcpy(to, view.pixels.data(), view.pixels.size());
        to += view.pixels.size();
    }
    return {pixels.permute({0, 3, 1, 2}).contiguous(), at::tensor(labels), {}, {}, {}};
}

Side blurred(const Side& side) {
    constexpr std::int64_t reach = 4;
    at::Tensor weights = (at::arange(-reach, reach + 1, at::kFloat).square() / -2).exp();
    weights = weights / weights.sum();
    Side result{at::empty_like(side.images), side.labels, {}, {}, {}};
    for (std::int64_t first = 0; first < side.count(); first += images_at_once) {
        const std::int64_t count = std::min(images_at_once, side.count() - first);
        const at::Tensor images = side.images.narrow(0, first, count).to(at::kFloat);
        const at::Tensor planes = images.flatten(0, 1).unsqueeze(1);
        const at::Tensor wider = at::replication_pad2d(planes, {reach, reach, reach, reach});
        const at::Tensor rows = at::conv2d(wider, weights.view({1, 1, 1, -1}));
        const at::Tensor both = at::conv2d(rows, weights.view({1, 1, -1, 1}));
        result.images.narrow(0, first, count)
            .copy_(both.round().clamp(0, 255).view(images.sizes()));
    }
    return result;
}

void add_features(Side& side, const Classifier& network, const std::string& device,
                  const std::string& whose, const OnProgress& on_progress) {
    const at::NoGradGuard no_gradient;
    std::vector<at::Tensor> features, logits;
    for (std::int64_t first = 0; first < side.count(); first += images_at_once) {
        if (on_progress && !on_progress({first, side.count(), "feature", {}}))
            throw MeasuringStopped();
        const std::int64_t count = std::min(images_at_once, side.count() - first);
        const at::Tensor images = side.images.narrow(0, first, count).to(at::Device(device));
        const Classifier::Answer answer = network.classify(images.to(at::kFloat) / 127.5 - 1);
        features.push_back(answer.features.cpu());
        logits.push_back(answer.logits.cpu());
    }
    side.features = at::cat(features);
    side.logits = at::cat(logits);
    require_finite(side.features, whose);
    require_finite(side.logits, whose);
}

void add_cached_features(Side& side, const Classifier& network, const std::string& device,
                         const std::string& whose, const std::filesystem::path& file,
                         const std::string& key, const OnProgress& on_progress) {
    if (std::filesystem::exists(file)) try {
            const TensorFile kept = read_safetensors(file);
            const auto &features = kept.weights.at("features"), &logits = kept.weights.at("logits");
            if (kept.metadata.at("key") == key && features.dim() == 2 && logits.dim() == 2 &&
                features.size(0) == side.count() && logits.size(0) == side.count() &&
                features.scalar_type() == at::kFloat && logits.scalar_type() == at::kFloat &&
                features.isfinite().all().item<bool>()) {
                side.features = features;
                side.logits = logits;
                return;
            }
        } catch (const Error&) {              // broken: made anew
        } catch (const std::out_of_range&) {  // something else under this name
        }
    add_features(side, network, device, whose, on_progress);
    try {
        write_safetensors(file, {{"features", side.features}, {"logits", side.logits}},
                          {{"key", key}});
    } catch (const Error&) {  // a full disk costs the next evaluation time, not this one
    }
}

}  // namespace daguerre
