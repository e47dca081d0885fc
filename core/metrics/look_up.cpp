#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/metrics/figures.h"
#include "core/nn/image_tensor.h"

namespace daguerre {
namespace {

constexpr std::int64_t most_samples = 1000, most_shown = 64;

/// The nearest of training images, as they are or mirrored.
struct Found {
    Nearest nearest;
    at::Tensor mirrored;  // [M] bool
};

/// images: [M, C, S, S] bytes.
Found find(const at::Tensor& images, const at::Tensor& training, const at::Tensor& except,
           double from, double to, const OnShare& on_share) {
    const at::Tensor set = training.flatten(1);
    const auto half = [&](double first) {
        return [&, first](double share) {
            if (on_share) on_share(from + (to - from) * (first + share / 2));
        };
    };
    const Nearest plain = nearest_of(images.flatten(1), set, except, half(0));
    // Mirroring the few is mirroring the many.
    const Nearest turned = nearest_of(images.flip(3).flatten(1), set, except, half(0.5));
    const at::Tensor mirrored = turned.distance.lt(plain.distance);
    return {{at::where(mirrored, turned.index, plain.index),
             at::where(mirrored, turned.distance, plain.distance)},
            mirrored};
}

Image image_at(const at::Tensor& images, std::int64_t i, bool mirrored = false) {
    const at::Tensor one = images.narrow(0, i, 1).to(at::kFloat) / 127.5 - 1;
    return images_of(mirrored ? one.flip(3) : one).front();
}

}  // namespace

Lookup look_up(const Side& all_samples, const Side& training, const Side& reference,
               const OnShare& on_share) {
    const Side samples = part_of(all_samples, 0, std::min(most_samples, all_samples.count()));
    const std::int64_t n = samples.count();
    const double values = double(samples.images[0].numel());
    const Found found = find(samples.images, training.images, {}, 0, 0.5, on_share);
    const at::Tensor owners = training.images.index_select(0, found.nearest.index);
    const Found others = find(owners, training.images, found.nearest.index, 0.5, 1, on_share);
    const at::Tensor own = found.nearest.distance.gt(others.nearest.distance);

    Lookup result;
    const auto mean = [n](const at::Tensor& distances) {
        return Estimate{distances.mean().item<double>(),
                        n > 1 ? distances.std().item<double>() / std::sqrt(double(n)) : 0};
    };
    const std::string among = "Among " + std::to_string(training.count()) + " images.";
    result.figures = {figure_of("nearest_pixels", "Distance to the nearest training image, of 255",
                                mean(found.nearest.distance / std::sqrt(values)), n, among),
                      figure_of("nearest_authentic", "Farther from it than its own nearest other",
                                share_of(own.to(at::kDouble).mean().item<double>(), n), n,
                                "Below a half: the samples keep close to training images.")};
    at::Tensor alike;
    if (samples.has_features() && reference.has_features()) {
        const Nearest near = nearest_of(samples.features, reference.features, {}, {});
        alike = near.index;
        result.figures.push_back(
            figure_of("nearest_features", "The same in features", mean(near.distance), n,
                      "Among " + std::to_string(reference.count()) + " images."));
    }
    const auto [sorted, order] = found.nearest.distance.sort();
    for (std::int64_t k = 0; k < std::min(n, most_shown); ++k) {
        const std::int64_t i = order[k].item<std::int64_t>();
        const std::int64_t near = found.nearest.index[i].item<std::int64_t>();
        result.lookalikes.push_back(
            {i, near, sorted[k].item<double>() / std::sqrt(values), image_at(samples.images, i),
             image_at(training.images, near, found.mirrored[i].item<bool>()),
             alike.defined() ? image_at(reference.images, alike[i].item<std::int64_t>())
                             : Image{}});
    }
    return result;
}

}  // namespace daguerre
