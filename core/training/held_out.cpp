#include "core/training/held_out.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/data/datasets.h"
#include "core/metrics/subsets.h"
#include "core/training/loader.h"

namespace daguerre {
namespace {

constexpr std::uint64_t seed = std::uint64_t(1) << 32;  // no run's own: these are less

/// `count` images of all over the set, without those that can't be read.
PixelBlock views_of(const Dataset& all, std::int64_t count, const DataShape& shape) {
    PixelBlock views;
    views.size = shape.size;
    views.channels = shape.channels;
    for (const std::int64_t place : some_places(all.info().count, count)) try {
            const Example example = all.at(place);
            const Image view = network_view(example.image, shape.size, shape.channels);
            const auto* values = reinterpret_cast<const std::uint8_t*>(view.pixels.data());
            views.pixels.insert(views.pixels.end(), values, values + view.pixels.size());
            views.labels.push_back(example.label);
        } catch (const Error&) {  // the others will do
        }
    return views;
}

}  // namespace

PixelBlock held_out_views(const std::string& dataset, const DataShape& shape, std::int64_t most) {
    for (const char* split : {"test", "validation"}) {
        if (std::ranges::count(shape.dataset.splits, split) == 0 || shape.dataset.split == split)
            continue;
        const auto all = open_dataset(dataset, split);
        const std::int64_t count = std::min(all->info().count, most);
        if (count == 0 || all->info().classes != shape.classes) continue;
        return views_of(*all, count, shape);
    }
    return {};
}

Batch held_out_batch(const PixelBlock& views) {
    const auto count = std::uint32_t(views.labels.size());
    Order order(seed, count);
    return batch_at(views, {.seed = seed, .batch = count}, order, 0);
}

}  // namespace daguerre
