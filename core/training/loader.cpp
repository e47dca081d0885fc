#include "core/training/loader.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/staging.h"

namespace daguerre {
namespace {

constexpr std::int64_t made_ahead = 3;  // batches, beside the one that each thread has in hand

/// Image `place` of the set as [C, H, W] in [-1, 1], mirrored when asked.
void write_image_values(const PixelBlock& views, std::uint32_t place, bool mirrored, float* to) {
    const auto size = std::size_t(views.size), channels = std::size_t(views.channels);
    const std::uint8_t* from = views.pixels.data() + std::size_t(place) * size * size * channels;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t y = 0; y < size; ++y)
            for (std::size_t x = 0; x < size; ++x) {
                const std::size_t column = mirrored ? size - 1 - x : x;
                const float value = from[(y * size + column) * channels + c];
                *to++ = value / 127.5f - 1;
            }
}

}  // namespace

std::uint32_t Order::at(std::int64_t n) {
    const std::int64_t epoch = n / count_;
    if (epoch != epoch_) {
        places_ = permutation(seed_, std::uint64_t(epoch), count_);
        epoch_ = epoch;
    }
    return places_[std::size_t(n % count_)];
}

Batch batch_at(const PixelBlock& views, const LoaderOptions& options, Order& order,
               std::int64_t first) {
    const torch::NoGradGuard no_grad;
    const std::int64_t count = options.batch, channels = views.channels, size = views.size;
    const at::TensorOptions floats = staged(at::kFloat, options.device);
    Batch batch{.images = at::empty({count, channels, size, size}, floats),
                .labels = at::empty({count}, at::kLong),
                .noise = at::empty({count, channels, size, size}, floats),
                .first = first};
    auto* values = batch.images.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto n = std::uint64_t(first + i);
        const std::uint32_t place = order.at(first + i);
        const bool mirrored = options.flips && seed_for(options.seed, Stream::Flip, n) >> 63 != 0;
        write_image_values(views, place, mirrored, values + i * channels * size * size);
        batch.labels.mutable_data_ptr<std::int64_t>()[i] = views.labels[place];
        batch.noise[i].normal_(0, 1,
                               at::detail::createCPUGenerator(
                                   seed_for(options.seed, Stream::TrainingNoise, n) & 0xFFFFFFFFu));
    }
    return batch;
}

int loader_threads(const at::Device& device, int threads) {
    return device.is_cpu() ? 1 : std::clamp(threads - 1, 1, 4);
}

Loader::Loader(PixelBlock views, LoaderOptions options, std::int64_t first)
    : views_(std::move(views)), options_(options), taken_(first), begun_(first) {
    require(!views_.labels.empty(), "a loader needs images");
    for (int i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this](std::stop_token stop) { make_ahead(std::move(stop)); });
}

Loader::~Loader() {
    for (std::jthread& thread : threads_) thread.request_stop();  // all of them, then wait
}

void Loader::make_ahead(std::stop_token stop) {
    Order order(options_.seed, std::uint32_t(views_.labels.size()));
    const std::int64_t most = (made_ahead + options_.threads) * options_.batch;
    try {
        for (;;) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [&] { return begun_ < taken_ + most; })) return;
            const std::int64_t first = begun_;
            begun_ += options_.batch;
            lock.unlock();
            Batch batch = batch_at(views_, options_, order, first);
            lock.lock();
            ready_.emplace(first, std::move(batch));
            changed_.notify_all();
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        changed_.notify_all();
    }
}

Batch Loader::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.contains(taken_) || failure_; });
    if (!ready_.contains(taken_)) std::rethrow_exception(failure_);
    Batch batch = std::move(ready_.extract(taken_).mapped());
    taken_ += options_.batch;
    changed_.notify_all();
    return batch;
}

}  // namespace daguerre
