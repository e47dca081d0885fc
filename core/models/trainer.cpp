#include "core/models/trainer.h"

#include "core/base/random.h"

namespace daguerre {

Batch part_of(const Batch& batch, std::int64_t first, std::int64_t count) {
    return {batch.images.narrow(0, first, count), batch.labels.narrow(0, first, count),
            batch.noise.narrow(0, first, count), batch.first + first};
}

void seed_dropout(std::uint64_t run, std::int64_t images_before, const at::Device& device) {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    generator.set_current_seed(seed_for(run, Stream::Dropout, std::uint64_t(images_before)));
}

}  // namespace daguerre
