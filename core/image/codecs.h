// What the files of the formats share.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/image.h"
#include "core/image/image_file.h"

namespace daguerre {

ImageFormat png_format();
ImageFormat jpeg_format();
ImageFormat webp_format();
ImageFormat tiff_format();

/// The text and XMP of metadata as the chunks of a PNG file, checksums included.
std::string png_text_chunks(const Metadata& metadata);

/// The file ends before its pixels do. Throws Error.
[[noreturn]] void refuse_unfinished(std::string_view name, int rows, int height);
/// The file holds what can't be; `why` is the library's word. Throws Error.
[[noreturn]] void refuse_broken(std::string_view name, int rows, int height, std::string_view why);
/// The header alone is unreadable. Throws Error.
[[noreturn]] void refuse_header(std::string_view name, std::string_view why);
/// An encoder failed. Throws Error.
[[noreturn]] void refuse_write(std::string_view name, std::string_view why);
[[noreturn]] void refuse_cmyk(std::string_view name);
/// Throws Error when the format `title` can't hold an image of this size.
void require_side(const Image& image, int most, std::string_view title, std::string_view name);

/// An image without pixels whose rows are added by next_row, so that a file that claims more than
/// it holds touches no more memory than it fills.
Image rows_to_come(int width, int height, int channels, int depth, std::string format);
/// Adds a row of zeros and returns it.
std::byte* next_row(Image& image);

inline std::vector<std::byte> bytes_of(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}
inline std::string_view view_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// What comes after `prefix`, or "" when the text doesn't begin so.
inline std::string_view after(std::string_view text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view();
}

}  // namespace daguerre
