#include "core/training/preview_sheet.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/json.h"
#include "core/image/record.h"

namespace daguerre {
namespace {

constexpr int across = 4;
constexpr std::int64_t preview_images = across * across, some_images = 2000;

/// The record of a sheet of previews, from that of its first image.
Record record_of_sheet(const Image& first) {
    Record record = record_of(first.metadata).value_or(Record{});
    Json json = Json::parse(record.daguerre);
    json["kind"] = "preview";
    json["request"]["count"] = preview_images;
    json["request"].erase("class");
    record.daguerre = json.dump();
    record.title.clear();
    std::erase_if(record.parameters, [](const auto& pair) { return pair.first == "Class"; });
    return record;
}

/// Sums of 8-bit values by channel, and how many pixels they are of.
class ChannelSums {
public:
    explicit ChannelSums(int channels) : sums_(std::size_t(channels)) {}
    void add(std::span<const std::uint8_t> pixels) {
        for (std::size_t i = 0; i < pixels.size(); ++i) sums_[i % sums_.size()] += pixels[i];
        pixels_ += pixels.size() / sums_.size();
    }
    std::vector<double> means() const {
        std::vector<double> means;
        for (const std::uint64_t sum : sums_)
            means.push_back(double(sum) / 255 / double(std::max<std::size_t>(pixels_, 1)));
        return means;
    }

private:
    std::vector<std::uint64_t> sums_;
    std::size_t pixels_ = 0;
};

std::vector<double> channel_means(const std::vector<Image>& images) {
    ChannelSums sums(images.front().channels);
    for (const Image& image : images)
        sums.add({reinterpret_cast<const std::uint8_t*>(image.pixels.data()), image.pixels.size()});
    return sums.means();
}

std::size_t bytes_an_image(const PixelBlock& views) {
    return std::size_t(views.size) * std::size_t(views.size * views.channels);
}

}  // namespace

std::optional<PreviewSheet> preview_sheet(const Model& model, const GenerateRequest& machine,
                                          const OnProgress& on_progress) {
    GenerateRequest request = machine;
    request.count = preview_images;
    request.seed = 0;
    const std::vector<Image> images = model.generate(request, model.preview_fields(), on_progress);
    if (std::int64_t(images.size()) < preview_images) return std::nullopt;
    PreviewSheet made{grid_of(images, across), channel_means(images)};
    add_record(made.sheet, record_of_sheet(images[0]));
    return made;
}

std::optional<Image> reconstruction_sheet(const Model& model, const std::vector<Image>& images,
                                          const GenerateRequest& machine) {
    std::vector<Image> sheet = model.reconstruct(images, machine);
    if (sheet.empty()) return std::nullopt;
    sheet.insert(sheet.begin(), images.begin(), images.end());
    return grid_of(sheet, int(images.size()));
}

std::vector<Image> first_images(const PixelBlock& views, std::int64_t count) {
    std::vector<Image> images;
    const std::size_t bytes = bytes_an_image(views);
    for (std::int64_t i = 0; i < std::min(count, std::int64_t(views.labels.size())); ++i) {
        Image image = Image::blank(views.size, views.size, views.channels);
        std::memcpy(image.pixels.data(), views.pixels.data() + std::size_t(i) * bytes, bytes);
        images.push_back(std::move(image));
    }
    return images;
}

std::vector<double> channel_means(const PixelBlock& views) {
    ChannelSums sums(views.channels);
    const std::size_t bytes = bytes_an_image(views);
    const auto count = std::int64_t(views.labels.size());
    const std::int64_t stride = std::max<std::int64_t>(count / some_images, 1);
    for (std::int64_t i = 0; i < count; i += stride)
        sums.add({views.pixels.data() + std::size_t(i) * bytes, bytes});
    return sums.means();
}

}  // namespace daguerre
