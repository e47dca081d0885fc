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

std::shared_ptr<const Dataset> held_out_split(const std::string& dataset,
                                              const DatasetInfo& learned,
                                              const std::vector<std::string>& classes) {
    for (const char* split : {"test", "validation"}) {
        if (std::ranges::count(learned.splits, split) == 0 || learned.split == split) continue;
        auto all = open_dataset(dataset, split);
        if (all->info().count > 0 && all->info().classes == classes) return all;
    }
    return nullptr;
}

PixelBlock held_out_views(const std::string& dataset, const DataShape& shape, std::int64_t most) {
    const auto all = held_out_split(dataset, shape.dataset, shape.classes);
    return all ? views_of(*all, std::min(all->info().count, most), shape) : PixelBlock{};
}

Batch held_out_batch(const PixelBlock& views) {
    const auto count = std::uint32_t(views.labels.size());
    Order order(seed, count);
    return batch_at(views, {.seed = seed, .batch = count}, order, 0);
}

}  // namespace daguerre
