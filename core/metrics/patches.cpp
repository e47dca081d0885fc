#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/metrics/measures.h"
#include "core/nn/ms_ssim.h"

namespace daguerre {
namespace {

constexpr std::int64_t most_images = 8192, patches_an_image = 128, patch = 7;
constexpr std::int64_t repeats = 4, directions = 128, directions_at_once = 16;
constexpr std::int64_t coarsest = 14, images_at_once = 256;

/// Mirrored at the border without repeating it, smoothed by [1 4 6 4 1] × gain/16 along each side.
at::Tensor smoothed(const at::Tensor& images, double gain) {
    const at::Tensor weights = at::tensor({1.f, 4.f, 6.f, 4.f, 1.f}) * (gain / 16);
    const at::Tensor planes = images.flatten(0, 1).unsqueeze(1);
    const at::Tensor wider = at::reflection_pad2d(planes, {2, 2, 2, 2});
    const at::Tensor rows = at::conv2d(wider, weights.view({1, 1, 1, -1}));
    return at::conv2d(rows, weights.view({1, 1, -1, 1})).view(images.sizes());
}

at::Tensor halved(const at::Tensor& images) {
    return smoothed(images, 1).slice(2, 0, {}, 2).slice(3, 0, {}, 2).contiguous();
}

at::Tensor doubled(const at::Tensor& images) {
    const std::int64_t height = 2 * images.size(2), width = 2 * images.size(3);
    at::Tensor apart = at::zeros({images.size(0), images.size(1), height, width});
    apart.slice(2, 0, {}, 2).slice(3, 0, {}, 2).copy_(images);
    return smoothed(apart, 2);
}

int levels_of(std::int64_t side) {
    int levels = 1;
    for (; side % 2 == 0 && side / 2 >= coarsest; side /= 2) ++levels;
    return levels;
}

/// Level `level` of the pyramid of some images, [N, C, S, S] bytes; the last is what is left.
at::Tensor pyramid_level(const at::Tensor& images, int level, int levels) {
    at::Tensor here = images.to(at::kFloat);
    for (int i = 0; i < level; ++i) here = halved(here);
    return level + 1 == levels ? here : here - doubled(halved(here));
}

/// A patch a row: [images · 128, C · 49], each channel with mean 0 and deviation 1 over the set.
/// Where a patch lies hangs on the number of its image alone.
at::Tensor patches_of(const at::Tensor& images, int level, int levels, std::uint64_t seed) {
    const std::int64_t n = images.size(0), channels = images.size(1);
    at::Tensor rows = at::empty({n * patches_an_image, channels, patch * patch});
    auto* to = rows.mutable_data_ptr<float>();
    for (std::int64_t first = 0; first < n; first += images_at_once) {
        const std::int64_t count = std::min(images_at_once, n - first);
        const at::Tensor level_images =
            pyramid_level(images.narrow(0, first, count), level, levels).contiguous();
        const std::int64_t side = level_images.size(2);
        const auto* from = level_images.const_data_ptr<float>();
        for (std::int64_t i = 0; i < count * patches_an_image; ++i) {
            const auto number = std::uint64_t(first * patches_an_image + i);
            const auto spot = [&](std::uint64_t axis) {
                return std::int64_t(
                    below(std::uint64_t(side - patch + 1), mix(seed + 2 * number + axis)));
            };
            const std::int64_t left = spot(0), top = spot(1), image = i / patches_an_image;
            for (std::int64_t c = 0; c < channels; ++c)
                for (std::int64_t y = 0; y < patch; ++y, to += patch)
                    std::memcpy(to, from + ((image * channels + c) * side + top + y) * side + left,
                                patch * sizeof(float));
        }
    }
    for (std::int64_t c = 0; c < channels; ++c) {
        at::Tensor channel = rows.select(1, c);
        const double mean = channel.mean(at::kDouble).item<double>();
        channel.sub_(mean);
        const double deviation = channel.norm().item<double>() / std::sqrt(double(channel.numel()));
        if (deviation > 0) channel.div_(deviation);
    }
    return rows.view({rows.size(0), channels * patch * patch});
}

/// Unit vectors, a row each.
at::Tensor directions_of(std::int64_t count, std::int64_t values, std::uint64_t seed) {
    at::Tensor rows = at::empty({count, values}, at::kDouble);
    auto* to = rows.mutable_data_ptr<double>();
    for (std::int64_t d = 0; d < count; ++d) {
        const std::uint64_t own = seed_for(seed, Stream::Directions, std::uint64_t(d));
        for (std::int64_t i = 0; i < values; ++i) *to++ = normal(own, std::uint64_t(i));
    }
    return (rows / rows.norm(2, {1}, true)).to(at::kFloat);
}

/// Sorts by the bits of the numbers, a byte at a time: a million take a fraction of a comparing
/// sort's time, and thousands of lists of that length are to be sorted. `room`: as long as
/// `values`.
void sort_floats(std::uint32_t* values, std::uint32_t* room, std::size_t count) {
    constexpr int bits = 8, passes = 4;  // even, so that the last one ends where the first began
    constexpr std::uint32_t slots = 1u << bits, sign = 1u << 31;
    std::array<std::array<std::uint32_t, slots>, passes> starts{};
    for (std::size_t i = 0; i < count; ++i) {
        // So the order of floats is that of whole numbers.
        values[i] ^= values[i] & sign ? ~0u : sign;
        for (int pass = 0; pass < passes; ++pass)
            ++starts[std::size_t(pass)][values[i] >> (bits * pass) & (slots - 1)];
    }
    for (int pass = 0; pass < passes; ++pass) {
        auto& start = starts[std::size_t(pass)];
        std::exclusive_scan(start.begin(), start.end(), start.begin(), 0u);
        for (std::size_t i = 0; i < count; ++i)
            room[start[values[i] >> (bits * pass) & (slots - 1)]++] = values[i];
        std::swap(values, room);
    }
    for (std::size_t i = 0; i < count; ++i) values[i] ^= values[i] & sign ? sign : ~0u;
}

/// Each row sorted, in place.
void sort_rows(at::Tensor rows) {
    const std::int64_t length = rows.size(1);
    auto* values = static_cast<std::uint32_t*>(rows.mutable_data_ptr());
    at::parallel_for(0, rows.size(0), 1, [&](std::int64_t from, std::int64_t to) {
        std::vector<std::uint32_t> room(static_cast<std::size_t>(length));
        for (std::int64_t row = from; row < to; ++row)
            sort_floats(values + row * length, room.data(), room.size());
    });
}

/// The patches' distance along some directions.
double sliced_distance(const at::Tensor& a, const at::Tensor& b, const at::Tensor& along) {
    at::Tensor x = at::matmul(along, a.t()), y = at::matmul(along, b.t());
    sort_rows(x);
    sort_rows(y);
    return x.sub_(y).abs_().mean(at::kDouble).item<double>();
}

}  // namespace

std::vector<SlicedLevel> sliced_wasserstein(const at::Tensor& samples, const at::Tensor& reference,
                                            std::uint64_t seed, const OnShare& on_share) {
    require(samples.sizes() == reference.sizes() && samples.size(2) >= patch,
            "sliced_wasserstein: as many images on both sides, of at least 7 pixels");
    const std::int64_t n = std::min(samples.size(0), most_images);
    const int levels = levels_of(samples.size(2));
    const at::Tensor all =
        directions_of(repeats * directions, samples.size(1) * patch * patch, seed);
    const std::int64_t blocks = all.size(0) / directions_at_once;
    std::vector<SlicedLevel> result;
    for (int level = 0; level < levels; ++level) {
        const std::uint64_t spots = seed_for(seed, Stream::Directions, std::uint64_t(-1 - level));
        const at::Tensor a = patches_of(samples.narrow(0, 0, n), level, levels, spots);
        const at::Tensor b = patches_of(reference.narrow(0, 0, n), level, levels, spots);
        std::vector<double> distances(repeats);
        for (std::int64_t block = 0; block < blocks; ++block) {
            if (on_share) on_share((level + double(block) / double(blocks)) / double(levels));
            const at::Tensor along = all.narrow(0, block * directions_at_once, directions_at_once);
            distances[std::size_t(block * repeats / blocks)] +=
                1000 * sliced_distance(a, b, along) * double(repeats) / double(blocks);
        }
        result.push_back({int(samples.size(2) >> level), mean_of(distances)});
    }
    return result;
}

Estimate pair_similarity(const at::Tensor& images, std::uint64_t seed, const OnShare& on_share,
                         std::int64_t most) {
    const auto n = std::uint64_t(images.size(0));
    require(n > 1, "pair_similarity: at least two images");
    const std::int64_t pairs = std::min<std::int64_t>(most, std::int64_t(n * (n - 1) / 2));
    std::vector<std::int64_t> one, other;
    for (std::uint64_t i = 0; i < std::uint64_t(pairs); ++i) {
        const std::uint64_t bits = seed_for(seed, Stream::Order, i);
        const std::uint64_t first = below(n, bits), step = 1 + below(n - 1, mix(bits));
        one.push_back(std::int64_t(first));
        other.push_back(std::int64_t((first + step) % n));
    }
    const at::Tensor a = at::tensor(one), b = at::tensor(other);
    std::vector<at::Tensor> values;
    for (std::int64_t first = 0; first < pairs; first += 100) {
        if (on_share) on_share(double(first) / double(pairs));
        const std::int64_t count = std::min<std::int64_t>(100, pairs - first);
        values.push_back(ms_ssim(images.index_select(0, a.narrow(0, first, count)),
                                 images.index_select(0, b.narrow(0, first, count))));
    }
    const at::Tensor all = at::cat(values);
    const auto* value = all.const_data_ptr<double>();
    return mean_of({value, value + all.numel()});
}

}  // namespace daguerre
