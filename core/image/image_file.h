// Image files: what they say before they are read, reading, writing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

struct ImageInfo {
    std::string format;  // id of the table of formats
    int width = 0, height = 0, channels = 0,
        depth = 0;  // channels and depth as read_image gives them
    int frames = 1;
};

inline constexpr std::int64_t default_pixel_limit = 500'000'000;
inline constexpr std::uint64_t image_file_limit = 8ull << 30;  // bytes

inline constexpr int usual_quality = 95;

struct WriteOptions {
    int quality = 0;       // JPEG and lossy WebP, 1 to 100; 0: a JPEG as it was read, else 95
    bool lossless = true;  // WebP
    bool record = true;    // false leaves out the texts `parameters` and `daguerre` (record.h)
};

/// Where a format keeps how an image was made (record.h).
enum class RecordPlace { Text, ExifAndXmp, Xmp };

/// A format: how it is recognised, read and written. Functions work on whole files in memory;
/// `name` stands in the sentences of their Errors.
struct ImageFormat {
    std::string id, title;
    std::vector<std::string> suffixes;           // ".jpg", ".jpeg"
    bool (*recognises)(std::string_view bytes);  // by the first 16 bytes
    ImageInfo (*peek)(std::string_view bytes, std::string_view name);
    Image (*read)(std::string_view bytes, std::string_view name);  // the size was checked before
    /// Null for a format that can't do less work for a smaller picture.
    Image (*read_reduced)(std::string_view bytes, std::string_view name, int side) = nullptr;
    std::string (*write)(const Image&, const Metadata&, const WriteOptions&, std::string_view name);
    RecordPlace record = RecordPlace::ExifAndXmp;  // only PNG has a place for other text
};

/// png, jpeg, webp, tiff.
const std::vector<ImageFormat>& image_formats();

/// What a file says of itself, without decoding. Throws Error when it isn't an image we read.
ImageInfo peek(const std::filesystem::path& file);
/// The same from memory; `name` stands in sentences.
ImageInfo peek(std::string_view bytes, std::string_view name);
/// Decodes. Palette and 1-, 2-, 4-bit files become 8 bit, grey with alpha RGBA. Pixels aren't
/// rotated by EXIF and not converted by ICC. Throws Error when the file is no image, broken, CMYK,
/// or has more than `pixel_limit` pixels; the size is checked before anything is allocated.
Image read_image(const std::filesystem::path& file, std::int64_t pixel_limit = default_pixel_limit);
/// The same from memory; `name` stands in sentences.
Image read_image(std::string_view bytes, std::string_view name,
                 std::int64_t pixel_limit = default_pixel_limit);
/// For looking at: as read_image, but a JPEG whose longer side has more than `side` pixels may come
/// 2, 4 or 8 times smaller, never below `side`, which is several times faster.
Image read_reduced(std::string_view bytes, std::string_view name, int side,
                   std::int64_t pixel_limit = default_pixel_limit);
/// The format is that of the suffix. ICC, EXIF, XMP and text are written where the format has a
/// place; a record (record.h) goes into EXIF and XMP where it has none for text. Where a format
/// lacks 16 bits they are rounded, where it lacks alpha it is laid over black, and where it lacks
/// grey it is written as RGB. Written whole (files.h).
/// A JPEG that was read is written with its own tables and colour sampling, unless `quality` says
/// otherwise. Throws Error for an unknown suffix, a size the format can't hold, or when it can't be
/// written.
void write_image(const std::filesystem::path& file, const Image& image,
                 const WriteOptions& options = {});
/// Where EXIF holds a thumbnail, it becomes one of the pixels as they are now: what was retouched
/// away mustn't stay there. Without one nothing happens.
void renew_thumbnail(Image& image);
/// The id of the format that the suffix names, or "".
std::string format_for(const std::filesystem::path& file);
/// Whether `file` ends in a suffix of the table, in any case.
bool has_image_suffix(const std::filesystem::path& file);

}  // namespace daguerre
