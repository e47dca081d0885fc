#include "core/data/survey.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <string_view>
#include <thread>

#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/base/random.h"
#include "core/data/preprocess.h"
#include "core/image/colour.h"

namespace daguerre {
namespace {

constexpr int largest_mean = 128, view_side = 64, small_side = 8;

/// 8 bit in sRGB, with 1 or 3 channels.
Image plain(Image image, int channels) {
    if (!image.metadata.icc.empty()) image = to_srgb(std::move(image));
    image.metadata = {};
    return to_channels(image, channels);
}

std::string_view bytes_of(const Image& image) {
    return {reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()};
}

/// The sums behind a mean image.
struct MeanSum {
    std::vector<std::uint64_t> sums;
    std::uint64_t count = 0;

    void add(const Image& image) {
        sums.resize(image.pixels.size());
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += std::uint64_t(image.pixels[k]);
        ++count;
    }
    Image mean(int width, int height, int channels) const {
        Image image = Image::blank(width, height, channels);
        for (std::size_t k = 0; k < sums.size(); ++k)
            image.pixels[k] = std::byte((sums[k] + count / 2) / count);
        return image;
    }
};

std::vector<std::uint32_t> drawn_images(std::int64_t count, bool all) {
    std::vector<std::uint32_t> drawn;
    if (all || count <= survey_all_to) {
        drawn.resize(std::size_t(count));
        std::iota(drawn.begin(), drawn.end(), 0u);
        return drawn;
    }
    drawn = permutation(0, 0, std::uint32_t(count));
    drawn.resize(std::size_t(survey_draw));
    std::sort(drawn.begin(), drawn.end());
    return drawn;
}

class Surveyor {
public:
    Surveyor(const AllSplits& dataset, bool all)
        : dataset_(dataset), drawn_(drawn_images(dataset.info().count, all)) {
        const DatasetInfo& info = dataset.info();
        channels_ = info.channels == 1 ? 1 : 3;
        own_size_ = info.width > 0 && info.height > 0 && info.width <= largest_mean &&
                    info.height <= largest_mean;
        width_ = own_size_ ? info.width : view_side;
        height_ = own_size_ ? info.height : view_side;
        sums_.resize(std::size_t(channels_));
        classes_.resize(info.classes.size());
        result_.count = info.count;
        result_.drawn = std::int64_t(drawn_.size());
        result_.facts.resize(std::size_t(info.count));
        prints_.resize(drawn_.size());
        read_.resize(drawn_.size());
    }

    Survey run(const OnSurvey& on_survey) {
        {
            std::vector<std::jthread> others;
            for (int i = 2; i < core_count(); ++i)
                others.emplace_back([this] { work([] { return true; }); });
            work([&] {
                if (!on_survey) return true;
                const std::int64_t done = std::min(next_.load(), result_.drawn);
                return on_survey({done, result_.drawn, [this] { return so_far(); }});
            });
        }
        if (failure_) std::rethrow_exception(failure_);
        Survey whole = so_far();
        whole.facts = std::move(result_.facts);
        for (std::size_t k = 0; k < drawn_.size(); ++k) {
            if (!read_[k]) continue;
            whole.images.push_back(drawn_[k]);
            whole.prints.push_back(prints_[k]);
        }
        measure_unusual(whole);
        return whole;
    }

private:
    struct ChannelSum {
        std::uint64_t sum = 0, squares = 0, count = 0;
        std::array<std::int64_t, 256> histogram{};
    };

    void work(const std::function<bool()>& go_on) {
        try {
            while (go_on()) {
                const std::int64_t k = next_++;
                if (k >= result_.drawn) return;
                look(std::size_t(k));
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
        }
        next_ = result_.drawn;
    }

    void look(std::size_t k) {
        const std::uint32_t number = drawn_[k];
        try {
            const Example example = dataset_.at(number);
            const Image image = plain(example.image, channels_);
            prints_[k] = print_of(example.image);
            const bool as_it_is = own_size_ && image.width == width_ && image.height == height_;
            const Image view = as_it_is ? Image() : network_view(image, view_side, channels_);
            const bool usable = as_it_is || !own_size_;
            std::vector<ChannelSum> sums;
            sums.resize(sums_.size());
            for (std::size_t at = 0; at < image.pixels.size(); ++at) {
                const auto value = std::uint64_t(image.pixels[at]);
                ChannelSum& sum = sums[at % std::size_t(channels_)];
                sum.sum += value;
                sum.squares += value * value;
                ++sum.histogram[value];
            }
            add(number, example.label, image, usable ? (as_it_is ? &image : &view) : nullptr, sums);
            read_[k] = 1;
        } catch (const Error& error) {
            const std::lock_guard lock(mutex_);
            result_.broken.push_back({number, {dataset_.name(number), error.what()}});
            ++result_.done;
        }
    }

    void add(std::uint32_t number, int label, const Image& image, const Image* view,
             const std::vector<ChannelSum>& sums) {
        const std::lock_guard lock(mutex_);
        std::uint64_t all = 0;
        for (std::size_t c = 0; c < sums.size(); ++c) {
            all += sums[c].sum;
            sums_[c].sum += sums[c].sum;
            sums_[c].squares += sums[c].squares;
            sums_[c].count += image.pixels.size() / sums.size();
            for (std::size_t v = 0; v < 256; ++v) sums_[c].histogram[v] += sums[c].histogram[v];
        }
        result_.facts[number] = {image.width, image.height,
                                 float(double(all) / double(image.pixels.size()) / 255), 0};
        ++sizes_[{image.width, image.height}];
        ++result_.done;
        if (!view) return;
        mean_.add(*view);
        if (label >= 0 && std::size_t(label) < classes_.size())
            classes_[std::size_t(label)].add(*view);
    }

    Survey so_far() {
        const std::lock_guard lock(mutex_);
        Survey now;
        now.count = result_.count;
        now.drawn = result_.drawn;
        now.done = result_.done;
        now.broken = result_.broken;
        std::sort(now.broken.begin(), now.broken.end(),
                  [](const auto& a, const auto& b) { return a.image < b.image; });
        for (const ChannelSum& sum : sums_) {
            ChannelNumbers numbers;
            const double n = double(std::max<std::uint64_t>(sum.count, 1));
            numbers.mean = double(sum.sum) / n;
            numbers.deviation =
                std::sqrt(std::max(double(sum.squares) / n - numbers.mean * numbers.mean, 0.));
            numbers.histogram = sum.histogram;
            now.channels.push_back(numbers);
        }
        for (const auto& [size, count] : sizes_)
            now.sizes.push_back({size.first, size.second, count});
        std::stable_sort(now.sizes.begin(), now.sizes.end(),
                         [](const SizeCount& a, const SizeCount& b) { return a.count > b.count; });
        if (mean_.count > 0) now.mean = mean_.mean(width_, height_, channels_);
        for (const MeanSum& sum : classes_)
            now.class_means.push_back(sum.count > 0 ? sum.mean(width_, height_, channels_)
                                                    : Image());
        return now;
    }

    /// From the mean of the class, both 8 x 8 and grey.
    void measure_unusual(Survey& whole) const {
        std::vector<std::array<double, 64>> means(classes_.size() + 1, std::array<double, 64>{});
        std::vector<double> counts(means.size());
        const auto class_of = [&](std::uint32_t number) {
            const int label = dataset_.label(number);
            return label >= 0 && std::size_t(label) < classes_.size() ? std::size_t(label)
                                                                      : classes_.size();
        };
        for (std::size_t k = 0; k < whole.images.size(); ++k) {
            const std::size_t own = class_of(whole.images[k]);
            ++counts[own];
            for (std::size_t v = 0; v < 64; ++v) means[own][v] += whole.prints[k].small[v];
        }
        for (std::size_t k = 0; k < whole.images.size(); ++k) {
            const std::size_t own = class_of(whole.images[k]);
            double far = 0;
            for (std::size_t v = 0; v < 64; ++v)
                far += std::abs(means[own][v] / counts[own] - whole.prints[k].small[v]);
            whole.facts[whole.images[k]].unusual = float(far / 64 / 255);
        }
    }

    const AllSplits& dataset_;
    std::vector<std::uint32_t> drawn_;
    int channels_ = 1, width_ = 0, height_ = 0;
    bool own_size_ = false;
    std::vector<ImagePrint> prints_;  // of drawn_
    std::vector<char> read_;          // a byte each: threads write side by side
    std::atomic<std::int64_t> next_ = 0;
    std::mutex mutex_;  // of what follows
    Survey result_;
    std::vector<ChannelSum> sums_;
    std::map<std::pair<int, int>, std::int64_t> sizes_;
    MeanSum mean_;
    std::vector<MeanSum> classes_;
    std::exception_ptr failure_;
};

}  // namespace

ImagePrint print_of(const Image& image) {
    ImagePrint print;
    const std::uint64_t shape = std::uint64_t(image.width) << 40 |
                                std::uint64_t(image.height) << 16 |
                                std::uint64_t(image.channels) << 8 | std::uint64_t(image.depth);
    print.pixels = mix(std::hash<std::string_view>{}(bytes_of(image)) ^ mix(shape));
    const Image grey = plain(image, 1);
    const Image small = resize(grey, {small_side, small_side});
    std::transform(small.pixels.begin(), small.pixels.end(), print.small.begin(),
                   [](std::byte value) { return std::uint8_t(value); });
    const Image wide = resize(grey, {small_side + 1, small_side});
    for (int y = 0; y < small_side; ++y)
        for (int x = 0; x < small_side; ++x) {
            const auto row = wide.row<std::uint8_t>(y);
            const bool grows = row[std::size_t(x)] < row[std::size_t(x + 1)];
            print.look = print.look << 1 | std::uint64_t(grows);
        }
    return print;
}

Survey survey(const AllSplits& dataset, bool all, const OnSurvey& on_survey) {
    return Surveyor(dataset, all).run(on_survey);
}

}  // namespace daguerre
