#include "core/data/thumbnails.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/base/table.h"
#include "core/image/colour.h"
#include "core/image/image_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

/// Before each JPEG.
struct Head {
    std::uint32_t sign = 0, bytes = 0;
    std::int64_t image = 0;
};
constexpr std::uint32_t sign = 0x44475448;
constexpr std::uint32_t largest_record = 1u << 20;
constexpr int quality = 90;

Image reduced(Image image, int side) {
    if (!image.metadata.icc.empty()) image = to_srgb(std::move(image));
    image.metadata = {};
    const int longer = std::max(image.width, image.height);
    if (longer > side)
        image = resize(image, {std::max(1, image.width * side / longer),
                               std::max(1, image.height * side / longer)});
    return to_channels(image, image.channels == 1 ? 1 : 3);
}

/// Removes the files used longest ago until what is left, with `own`, is under `limit`; the bytes
/// of the others.
std::uint64_t make_room(const fs::path& folder, const fs::path& own, std::uint64_t limit) {
    struct Kept {
        fs::file_time_type used;
        fs::path file;
        std::uint64_t bytes;
    };
    std::vector<Kept> all;
    std::uint64_t total = 0, own_bytes = 0;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        if (!entry.is_regular_file(error)) continue;
        if (entry.path() == own) {
            own_bytes = entry.file_size(error);
            continue;
        }
        all.push_back({entry.last_write_time(error), entry.path(), entry.file_size(error)});
        total += all.back().bytes;
    }
    std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
    for (const Kept& oldest : all) {
        if (total + own_bytes <= limit) break;
        if (fs::remove(oldest.file, error)) total -= oldest.bytes;
    }
    return total;
}

}  // namespace

Image thumbnail(const Dataset& dataset, std::int64_t i, int side) {
    return reduced(dataset.glimpse(i, side), side);
}

ThumbnailStore::ThumbnailStore(const fs::path& folder, std::string_view hash, int side,
                               std::uint64_t limit) {
    std::error_code error;
    fs::create_directories(folder, error);
    file_ = folder / (std::string(hash.substr(0, 32)) + "-" + std::to_string(side));
    stream_ = std::fopen(file_.c_str(), "a+b");
    if (!stream_)
        throw Error("Daguerre may not write in “{folder}”. Thumbnails aren't kept.",
                    {{"folder", folder}});
    fs::last_write_time(file_, fs::file_time_type::clock::now(), error);
    const std::uint64_t others = make_room(folder, file_, limit);
    room_ = limit > others ? limit - others : 0;
    read_index();
}

ThumbnailStore::~ThumbnailStore() { std::fclose(stream_); }

void ThumbnailStore::read_index() {
    std::error_code error;
    const std::uint64_t length = fs::file_size(file_, error);
    Head head;
    while (end_ + sizeof head <= length) {
        std::fseek(stream_, long(end_), SEEK_SET);
        if (std::fread(&head, sizeof head, 1, stream_) != 1 || head.sign != sign ||
            head.bytes > largest_record || end_ + sizeof head + head.bytes > length)
            break;
        places_[head.image] = {end_ + sizeof head, head.bytes};
        end_ += sizeof head + head.bytes;
    }
    if (end_ < length) fs::resize_file(file_, end_, error);
}

std::optional<Image> ThumbnailStore::find(std::int64_t i) const {
    std::string bytes;
    {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(i);
        if (found == places_.end()) return std::nullopt;
        bytes.resize(found->second.bytes);
        std::fseek(stream_, long(found->second.at), SEEK_SET);
        if (std::fread(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) return std::nullopt;
    }
    try {
        return read_image(bytes, file_.string(), kept_pixels_from * 16);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void ThumbnailStore::add(std::int64_t i, const Image& thumbnail) {
    const ImageFormat& jpeg = row_named(image_formats(), "jpeg", "format");
    const std::string bytes = jpeg.write(thumbnail, {}, {.quality = quality}, file_.string());
    if (bytes.size() > largest_record) return;
    const Head head{sign, std::uint32_t(bytes.size()), i};
    std::string record(sizeof head, '\0');
    std::memcpy(record.data(), &head, sizeof head);
    record += bytes;
    const std::lock_guard lock(mutex_);
    if (end_ + record.size() > room_ || places_.contains(i)) return;
    std::fseek(stream_, 0, SEEK_END);
    const bool written = std::fwrite(record.data(), 1, record.size(), stream_) == record.size() &&
                         std::fflush(stream_) == 0;
    if (!written) {
        std::error_code error;
        fs::resize_file(file_, end_, error);
        room_ = 0;
        return;
    }
    places_[i] = {end_ + sizeof head, head.bytes};
    end_ += record.size();
}

std::size_t ThumbnailStore::count() const {
    const std::lock_guard lock(mutex_);
    return places_.size();
}

Image thumbnail(const Dataset& dataset, std::int64_t i, int side, ThumbnailStore* store) {
    if (!store) return thumbnail(dataset, i, side);
    if (auto kept = store->find(i)) return std::move(*kept);
    Image image = dataset.glimpse(i, side);
    const bool large = std::int64_t(image.width) * image.height >= kept_pixels_from;
    Image small = reduced(std::move(image), side);
    if (large) store->add(i, small);
    return small;
}

}  // namespace daguerre
