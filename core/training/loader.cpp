#include "core/training/loader.h"

#include "core/base/error.h"
#include "core/base/random.h"

namespace daguerre {
namespace {

constexpr std::size_t made_ahead = 3;

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
    Batch batch{.images = at::empty({count, channels, size, size}, at::kFloat),
                .labels = at::empty({count}, at::kLong),
                .noise = at::empty({count, channels, size, size}, at::kFloat),
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

Loader::Loader(PixelBlock views, LoaderOptions options, std::int64_t first)
    : views_(std::move(views)),
      options_(options),
      order_(options.seed, std::uint32_t(views_.labels.size())),
      first_(first) {
    require(!views_.labels.empty(), "a loader needs images");
    thread_ = std::jthread([this](std::stop_token stop) { make_ahead(std::move(stop)); });
}

Loader::~Loader() = default;

void Loader::make_ahead(std::stop_token stop) {
    try {
        while (!stop.stop_requested()) {
            Batch batch = batch_at(views_, options_, order_, first_);
            first_ += options_.batch;
            std::unique_lock lock(mutex_);
            changed_.wait(lock, stop, [this] { return ready_.size() < made_ahead; });
            ready_.push_back(std::move(batch));
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
    changed_.wait(lock, [this] { return !ready_.empty() || failure_; });
    if (ready_.empty()) std::rethrow_exception(failure_);
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
}

}  // namespace daguerre
