#include "core/data/preprocess.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/image/colour.h"

namespace daguerre {
namespace {

BrokenFile broken_file(const Error& error, std::int64_t i) {
    for (const auto& [name, value] : error.sentence().values)
        if (name == "file") return {value.text(), error.what()};
    return {"image " + std::to_string(i), error.what()};
}

bool is_grey(const Image& image) {
    if (image.channels == 1) return true;
    const Image rgb = to_channels(image, 3);
    for (int y = 0; y < rgb.height; ++y) {
        const auto row = rgb.row<std::uint8_t>(y);
        for (std::size_t at = 0; at < row.size(); at += 3)
            if (row[at] != row[at + 1] || row[at] != row[at + 2]) return false;
    }
    return true;
}

bool all_grey(const Dataset& dataset) {
    const std::int64_t count = dataset.info().count, looks = std::min<std::int64_t>(count, 64);
    std::int64_t read = 0;
    std::string reason;
    for (std::int64_t k = 0; k < looks; ++k) try {
            if (!is_grey(dataset.at(k * (count - 1) / std::max<std::int64_t>(looks - 1, 1)).image))
                return false;
            ++read;
        } catch (const Error& error) {
            reason = error.what();
        }
    if (read == 0)
        throw Error("None of {n} images of “{id}” could be read. The last one: {reason}",
                    {{"n", looks}, {"id", dataset.info().id}, {"reason", reason}});
    return true;
}

/// Turns images into views, on several threads at once.
class Decoding {
public:
    Decoding(const Dataset& dataset, PixelBlock& block)
        : dataset_(dataset),
          block_(block),
          done_(std::size_t(dataset.info().count)),
          bytes_(std::size_t(block.size) * std::size_t(block.size) * std::size_t(block.channels)) {
        block_.pixels.resize(done_.size() * bytes_);
        block_.labels.resize(done_.size());
    }

    void run(const OnProgress& on_progress) {
        std::vector<std::jthread> others;
        for (int i = 1; i < core_count(); ++i)
            others.emplace_back([this] { work([] { return true; }); });
        const auto total = std::int64_t(done_.size());
        work([&] {
            return !on_progress || on_progress({std::min(next_.load(), total), total, "image", {}});
        });
        for (std::jthread& other : others) other.join();
        if (failure_) std::rethrow_exception(failure_);
        drop_missing();
    }

private:
    /// Takes images until none is left, one of the threads failed, or `go_on` says no.
    void work(const std::function<bool()>& go_on) {
        try {
            while (go_on()) {
                const std::int64_t i = next_++;
                if (i >= std::int64_t(done_.size())) return;
                decode(i);
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
        }
        next_ = std::int64_t(done_.size());
    }

    void decode(std::int64_t i) {
        try {
            const Example example = dataset_.at(i);
            const Image view = network_view(example.image, block_.size, block_.channels);
            std::memcpy(block_.pixels.data() + std::size_t(i) * bytes_, view.pixels.data(), bytes_);
            block_.labels[std::size_t(i)] = example.label;
            done_[std::size_t(i)] = 1;
        } catch (const Error& error) {
            const std::lock_guard lock(mutex_);
            broken_.emplace_back(i, broken_file(error, i));
        }
    }

    void drop_missing() {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < done_.size(); ++i) {
            if (!done_[i]) continue;
            if (kept != i)
                std::memcpy(&block_.pixels[kept * bytes_], &block_.pixels[i * bytes_], bytes_);
            block_.labels[kept++] = block_.labels[i];
        }
        block_.pixels.resize(kept * bytes_);
        block_.labels.resize(kept);
        std::sort(broken_.begin(), broken_.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        for (auto& [i, file] : broken_) block_.left_out.push_back(std::move(file));
    }

    const Dataset& dataset_;
    PixelBlock& block_;
    std::vector<char> done_;  // a byte each: threads write side by side
    std::size_t bytes_;       // of one view
    std::atomic<std::int64_t> next_ = 0;
    std::mutex mutex_;  // of what follows
    std::vector<std::pair<std::int64_t, BrokenFile>> broken_;
    std::exception_ptr failure_;
};

/// Sums in whole numbers, so that the result doesn't hang on their order.
void measure(PixelBlock& block) {
    const std::size_t n = block.labels.size();
    if (n == 0) return;
    const std::size_t values = block.pixels.size() / n;
    std::vector<std::uint64_t> sums(values), squares(values);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < values; ++k) {
            const std::uint64_t v = block.pixels[i * values + k];
            sums[k] += v;
            squares[k] += v * v;
        }
    double mean = 0, variance = 0;
    for (std::size_t k = 0; k < values; ++k) {
        const double m = double(sums[k]) / double(n);
        mean += m;
        variance += double(squares[k]) / double(n) - m * m;
    }
    block.mean = mean / double(values) / 127.5 - 1;
    block.deviation = std::sqrt(std::max(variance / double(values), 0.0)) / 127.5;
}

void require_memory(const DatasetInfo& info, int size, int channels) {
    const double need = double(info.count) * size * size * channels;
    const auto free = memory_available();
    if (need > 0.9 * double(free))
        throw Error(
            "{n} images of {size} x {size} need {need} MB of memory, and {free} MB are free. "
            "Choose "
            "a smaller size, or close other programs.",
            {{"n", info.count},
             {"size", size},
             {"need", std::uint64_t(need / 1e6)},
             {"free", free / 1'000'000}});
}

}  // namespace

Image network_view(const Image& image, int size, int channels) {
    if (!image.metadata.icc.empty()) {
        Image plain = to_srgb(image);
        plain.metadata = {};
        return network_view(plain, size, channels);
    }
    if (image.width == size && image.height == size && image.channels == channels &&
        image.depth == 8)
        return image;
    // Alpha goes first: what lies under transparent pixels must not bleed into the others.
    const Image square = to_channels(centre_square(image), channels);
    return square.width == size ? square : resize(square, {size, size});
}

Image mirror(const Image& image) {
    Image result = image;
    const auto width = std::size_t(image.width), channels = std::size_t(image.channels);
    for (int y = 0; y < image.height; ++y) {
        const auto from = image.row<std::uint8_t>(y);
        const auto to = result.row<std::uint8_t>(y);
        for (std::size_t x = 0; x < width; ++x)
            std::copy_n(&from[(width - 1 - x) * channels], channels, &to[x * channels]);
    }
    return result;
}

ViewShape suggested_view(const Dataset& dataset) {
    const DatasetInfo& info = dataset.info();
    const bool keeps_size = info.width == info.height && info.width > 0 && info.width <= 128;
    return {keeps_size ? (info.width + 3) / 4 * 4 : 64,
            info.channels == 1 || all_grey(dataset) ? 1 : 3};
}

PixelBlock network_views(const Dataset& dataset, int size, int channels,
                         const OnProgress& on_progress) {
    require(size >= 0 && (channels == 0 || channels == 1 || channels == 3), "no such view");
    PixelBlock block;
    block.size = size;
    block.channels = channels;
    if (size == 0 || channels == 0) {
        const ViewShape suggested = suggested_view(dataset);
        if (size == 0) block.size = suggested.size;
        if (channels == 0) block.channels = suggested.channels;
    }
    require_memory(dataset.info(), block.size, block.channels);
    Decoding(dataset, block).run(on_progress);
    if (block.labels.empty() && !block.left_out.empty())
        throw Error("None of the images of “{id}” could be read. The first: {reason}",
                    {{"id", dataset.info().id}, {"reason", block.left_out.front().reason}});
    measure(block);
    return block;
}

}  // namespace daguerre
