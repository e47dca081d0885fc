#include "core/image/image_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/image/codecs.h"
#include "core/image/metadata.h"
#include "core/image/record.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

const ImageFormat& format_of(std::string_view bytes, std::string_view name) {
    for (const ImageFormat& format : image_formats())
        if (format.recognises(bytes)) return format;
    throw Error("“{file}” isn't an image, whatever its name says.", {{"file", name}});
}

const ImageFormat* format_of_suffix(const fs::path& file) {
    std::string suffix = file.extension().string();
    std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const ImageFormat& format : image_formats())
        if (std::ranges::find(format.suffixes, suffix) != format.suffixes.end()) return &format;
    return nullptr;
}

void check_size(const ImageInfo& info, std::string_view name, std::int64_t pixel_limit) {
    const std::int64_t pixels = std::int64_t(info.width) * info.height;
    if (pixels > pixel_limit)
        throw Error(
            "“{file}” says it is {w} x {h}. The limit is {limit} megapixels; make it "
            "smaller first.",
            {{"file", name},
             {"w", info.width},
             {"h", info.height},
             {"limit", double(pixel_limit) / 1e6}});
    const std::uint64_t need = std::uint64_t(pixels * info.channels * (info.depth / 8));
    constexpr std::uint64_t hardly_any = 256 << 20;
    if (need < hardly_any) return;
    if (const std::uint64_t free = memory_available(); need > free)
        throw Error("“{file}” needs about {need} MB of memory; {free} MB are free.",
                    {{"file", name}, {"need", need >> 20}, {"free", free >> 20}});
}

}  // namespace

void refuse_unfinished(std::string_view name, int rows, int height) {
    throw Error("“{file}” ends too soon: {rows} of {height} rows can be read.",
                {{"file", name}, {"rows", rows}, {"height", height}});
}

void refuse_broken(std::string_view name, int rows, int height, std::string_view why) {
    throw Error("“{file}” is broken after {rows} of {height} rows ({why}).",
                {{"file", name}, {"rows", rows}, {"height", height}, {"why", why}});
}

void refuse_header(std::string_view name, std::string_view why) {
    throw Error("“{file}” can't be read: its header is broken ({why}).",
                {{"file", name}, {"why", why}});
}

void refuse_write(std::string_view name, std::string_view why) {
    throw Error("“{file}” can't be written ({why}).", {{"file", name}, {"why", why}});
}

void refuse_cmyk(std::string_view name) {
    throw Error("“{file}” is CMYK; Daguerre works in grey and RGB. Convert it first.",
                {{"file", name}});
}

void require_side(const Image& image, int most, std::string_view title, std::string_view name) {
    if (std::max(image.width, image.height) > most)
        throw Error("“{file}” would be {w} x {h}; {title} holds at most {most} x {most}. Use PNG.",
                    {{"file", name},
                     {"w", image.width},
                     {"h", image.height},
                     {"title", title},
                     {"most", most}});
}

Image rows_to_come(int width, int height, int channels, int depth, std::string format) {
    Image image{width, height, channels, depth, {}, {}};
    image.pixels.reserve(image.row_bytes() * std::size_t(height));
    image.metadata.format = std::move(format);
    return image;
}

std::byte* next_row(Image& image) {
    image.pixels.resize(image.pixels.size() + image.row_bytes());
    return image.pixels.data() + image.pixels.size() - image.row_bytes();
}

const std::vector<ImageFormat>& image_formats() {
    static const std::vector<ImageFormat> rows{png_format(), jpeg_format(), webp_format(),
                                               tiff_format()};
    return rows;
}

ImageInfo peek(const fs::path& file) {
    return peek(read_file(file, image_file_limit), file.string());
}

ImageInfo peek(std::string_view bytes, std::string_view name) {
    return format_of(bytes, name).peek(bytes, name);
}

Image read_image(const fs::path& file, std::int64_t pixel_limit) {
    return read_image(read_file(file, image_file_limit), file.string(), pixel_limit);
}

Image read_image(std::string_view bytes, std::string_view name, std::int64_t pixel_limit) {
    const ImageFormat& format = format_of(bytes, name);
    check_size(format.peek(bytes, name), name, pixel_limit);
    return format.read(bytes, name);
}

Image read_reduced(std::string_view bytes, std::string_view name, int side,
                   std::int64_t pixel_limit) {
    const ImageFormat& format = format_of(bytes, name);
    if (!format.read_reduced) return read_image(bytes, name, pixel_limit);
    check_size(format.peek(bytes, name), name, pixel_limit);
    return format.read_reduced(bytes, name, side);
}

void write_image(const fs::path& file, const Image& image, const WriteOptions& options) {
    const ImageFormat* format = format_of_suffix(file);
    if (!format) {
        std::string known;
        for (const ImageFormat& row : image_formats())
            for (const std::string& suffix : row.suffixes)
                known += (known.empty() ? "" : ", ") + suffix;
        throw Error("“{file}” doesn't say which image to write: its name must end in {known}.",
                    {{"file", file}, {"known", known}});
    }
    Metadata metadata = image.metadata;
    if (!options.record) remove_record(metadata);
    if (format->record != RecordPlace::Text)
        metadata = record_in_tags(std::move(metadata), format->record == RecordPlace::ExifAndXmp);
    write_whole(file, format->write(image, metadata, options, file.string()));
}

void renew_thumbnail(Image& image) {
    if (!has_thumbnail(image.metadata.exif)) return;
    constexpr int longer_side = 160, quality = 85;  // EXIF 2.32: 160 x 120
    const double scale = std::min(1.0, double(longer_side) / std::max(image.width, image.height));
    const auto side = [&](int n) { return std::max(int(std::lround(n * scale)), 1); };
    const Image small = resize(image, {side(image.width), side(image.height)});
    const std::string jpeg = jpeg_format().write(small, {}, {.quality = quality}, "thumbnail");
    image.metadata.exif = with_thumbnail(image.metadata.exif, jpeg);
}

std::string format_for(const fs::path& file) {
    const ImageFormat* format = format_of_suffix(file);
    return format ? format->id : "";
}

bool has_image_suffix(const fs::path& file) { return format_of_suffix(file) != nullptr; }

}  // namespace daguerre
