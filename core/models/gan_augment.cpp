#include "core/models/gan_augment.h"

#include "core/base/random.h"
#include "core/nn/staging.h"

namespace daguerre {
namespace {

using Tensor = at::Tensor;

constexpr int looks = 4;  // at most at one image

Tensor recoloured(const Tensor& images, const Tensor& draws) {
    const auto row = [&](AugmentRow which) { return draws[which].view({-1, 1, 1, 1}); };
    Tensor x = images + (row(Brightness) - 0.5);
    if (x.size(1) > 1) {
        const Tensor grey = x.mean(1, true);
        x = grey + (x - grey) * (2 * row(Saturation));
    }
    const Tensor middle = x.mean({1, 2, 3}, true);
    return middle + (x - middle) * (row(Contrast) + 0.5);
}

/// [N, 1, S, S]: with 1 at (to, from) where a pixel goes `by` places on. A product with it moves
/// pixels exactly, has a slope on every device, and costs next to nothing beside a convolution.
Tensor moves(const Tensor& by, const Tensor& places) {
    const Tensor apart = places.view({-1, 1}) - places.view({1, -1});
    return (apart == by.view({-1, 1, 1, 1})).to(at::kFloat);
}

}  // namespace

Tensor augment_draws(std::uint64_t run, std::int64_t first, std::int64_t count, int look, int size,
                     const at::Device& device) {
    const Tensor draws = at::empty({7, count}, staged(at::kFloat, device));
    auto values = draws.accessor<float, 2>();
    const int far = (size + 4) / 8;  // ⌊S/8 + ½⌋
    for (std::int64_t i = 0; i < count; ++i) {
        const std::uint64_t seed =
            seed_for(run, Stream::Augment, std::uint64_t(first + i) * looks + std::uint64_t(look));
        const auto bits = [&](AugmentRow row) { return mix(seed + std::uint64_t(row)); };
        for (const AugmentRow row : {Brightness, Saturation, Contrast})
            values[row][i] = float(unit_interval(bits(row)));
        for (const AugmentRow row : {ShiftDown, ShiftRight})
            values[row][i] = float(int(below(std::uint64_t(2 * far + 1), bits(row))) - far);
        for (const AugmentRow row : {HoleY, HoleX})
            values[row][i] = float(below(std::uint64_t(size), bits(row)));
    }
    return draws;
}

Tensor augmented(const Tensor& images, const Tensor& draws) {
    const std::int64_t size = images.size(2), hole = (size + 1) / 2;  // ⌊S/2 + ½⌋
    const Tensor places = at::arange(size, images.options());
    Tensor x = recoloured(images, draws);
    x = moves(draws[ShiftDown], places)
            .matmul(x)
            .matmul(moves(draws[ShiftRight], places).transpose(2, 3));
    const auto inside = [&](AugmentRow row) {
        const Tensor from = draws[row].view({-1, 1}) - hole / 2;
        return (places >= from).logical_and(places < from + hole);
    };
    const Tensor cut = inside(HoleY).unsqueeze(2).logical_and(inside(HoleX).unsqueeze(1));
    return x * cut.unsqueeze(1).logical_not();
}

}  // namespace daguerre
