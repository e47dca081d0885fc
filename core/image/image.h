// Pixels as the file had them, what rode along with them, and plain geometry.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace daguerre {

struct Metadata {
    std::string format;                     // "png", "jpeg", "webp", "tiff"; empty: made here
    std::vector<std::byte> icc, exif, xmp;  // exif begins with its TIFF header, "II*" or "MM"
    std::vector<std::pair<std::string, std::string>> text;  // PNG text chunks, UTF-8, in order
    std::vector<std::byte> jpeg{};  // how a JPEG was encoded; jpeg.cpp writes it again the same way
};

struct Size {
    int width = 0, height = 0;
    bool operator==(const Size&) const = default;
};

struct Rect {
    int x = 0, y = 0, width = 0, height = 0;
    bool operator==(const Rect&) const = default;
};

/// Row by row, no padding. channels: 1 grey, 3 RGB, 4 RGBA. depth: 8 or 16 bits a channel, 16-bit
/// values in the byte order of the machine.
/// A mask is an 8-bit, 1-channel Image: 128 and over may change, the rest is kept.
struct Image {
    int width = 0, height = 0, channels = 3, depth = 8;
    std::vector<std::byte> pixels;
    Metadata metadata;

    /// Zeroed pixels. Throws std::logic_error for sizes under 1 or other channels or depths.
    static Image blank(int width, int height, int channels = 3, int depth = 8);

    std::size_t row_bytes() const { return std::size_t(width) * channels * (depth / 8); }
    /// Row y, 0 at the top, as std::uint8_t (depth 8) or std::uint16_t (depth 16).
    template <class T>
    std::span<T> row(int y) {
        return {reinterpret_cast<T*>(pixels.data() + std::size_t(y) * row_bytes()),
                std::size_t(width) * channels};
    }
    template <class T>
    std::span<const T> row(int y) const {
        return {reinterpret_cast<const T*>(pixels.data() + std::size_t(y) * row_bytes()),
                std::size_t(width) * channels};
    }
};

/// A part of an image; metadata isn't copied. The rectangle must lie inside.
Image crop(const Image& image, Rect where);
/// Writes `part` over `image` with its left upper corner at (x, y); it must lie inside, and have
/// the same channels and depth.
void paste(Image& image, int x, int y, const Image& part);
/// The largest square in the middle.
Image centre_square(const Image& image);
/// Box filter to twice the size where the image is larger than that, then bicubic with a kernel
/// that widens with the reduction; enlarging is bicubic. Channels are filtered apart. Metadata
/// isn't copied.
Image resize(const Image& image, Size size);
/// 1 or 3 channels, 8 bit. Alpha is laid over black. Grey from RGB by Rec. 601 luma; 16 bit are
/// rounded to 8. Metadata isn't copied.
Image to_channels(const Image& image, int channels);
/// 8 or 16 bits a channel, with the same channels; rounded. Metadata isn't copied.
Image to_depth(const Image& image, int depth);
/// Images of one size and kind side by side, at most `columns` a row, `gap` black pixels between.
/// Not empty.
Image grid_of(std::span<const Image> images, int columns, int gap = 2);

}  // namespace daguerre
