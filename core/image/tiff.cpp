// TIFF by libtiff: 8- and 16-bit grey and RGB exactly, other kinds through its RGBA interface.
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <new>

#include "core/base/error.h"
#include "core/image/codecs.h"
#include "core/image/metadata.h"

namespace daguerre {
namespace {

constexpr std::int64_t tile_limit = 256 << 20;  // bytes

/// A file in memory as libtiff sees it, and the first thing it complained about.
struct Memory {
    std::string_view bytes;        // when reading
    std::string* grows = nullptr;  // when writing
    std::uint64_t at = 0;
    char why[160] = "";

    std::uint64_t size() const { return grows ? grows->size() : bytes.size(); }
};

Memory& memory_of(thandle_t handle) { return *static_cast<Memory*>(handle); }

tmsize_t read_memory(thandle_t handle, void* to, tmsize_t n) {
    Memory& memory = memory_of(handle);
    const std::string_view all = memory.grows ? std::string_view(*memory.grows) : memory.bytes;
    if (memory.at >= all.size() || n <= 0) return 0;
    const std::string_view part = all.substr(memory.at, std::size_t(n));
    std::memcpy(to, part.data(), part.size());
    memory.at += part.size();
    return tmsize_t(part.size());
}

tmsize_t write_memory(thandle_t handle, void* from, tmsize_t n) {
    Memory& memory = memory_of(handle);
    if (!memory.grows || n < 0) return -1;
    try {
        if (memory.size() < memory.at + std::uint64_t(n))
            memory.grows->resize(memory.at + std::uint64_t(n));
    } catch (const std::bad_alloc&) {  // may not cross libtiff
        return -1;
    }
    std::memcpy(memory.grows->data() + memory.at, from, std::size_t(n));
    memory.at += std::uint64_t(n);
    return n;
}

toff_t seek_memory(thandle_t handle, toff_t offset, int whence) {
    Memory& memory = memory_of(handle);
    memory.at = offset + (whence == SEEK_CUR ? memory.at : whence == SEEK_END ? memory.size() : 0);
    return memory.at;
}

int close_memory(thandle_t) { return 0; }
toff_t size_of_memory(thandle_t handle) { return memory_of(handle).size(); }

int map_memory(thandle_t handle, void** base, toff_t* size) {
    Memory& memory = memory_of(handle);
    if (memory.grows) return 0;
    *base = const_cast<char*>(memory.bytes.data());
    *size = memory.bytes.size();
    return 1;
}

void unmap_memory(thandle_t, void*, toff_t) {}

int keep_error(TIFF*, void* memory, const char*, const char* format, va_list values) {
    char* why = static_cast<Memory*>(memory)->why;
    if (!*why) std::vsnprintf(why, sizeof Memory::why, format, values);
    return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Handle = std::unique_ptr<TIFF, Close>;

Handle opened(Memory& memory, const char* mode) {
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
        TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), tmsize_t(2) << 30);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &memory);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
    return Handle(TIFFClientOpenExt("image", mode, &memory, read_memory, write_memory, seek_memory,
                                    close_memory, size_of_memory, map_memory, unmap_memory,
                                    options.get()));
}

template <class T>
T tag(const Handle& tiff, std::uint32_t id, T otherwise) {
    T value{};
    return TIFFGetFieldDefaulted(tiff.get(), id, &value) ? value : otherwise;
}

/// How the first page stores its pixels.
struct Layout {
    int width = 0, height = 0, samples = 1, bits = 1, colours = 1;
    bool alpha = false, planes = false, tiled = false, white_is_zero = false;
    bool exact = false;  // read by us, sample by sample; else by TIFFRGBAImage

    std::size_t sample_bytes() const { return std::size_t(bits) / 8; }
    int samples_in_plane() const { return planes ? 1 : samples; }
    std::size_t row_bytes() const {
        return std::size_t(width) * std::size_t(samples_in_plane()) * sample_bytes();
    }
    int channels() const { return alpha ? 4 : colours; }
};

Layout layout_of(const Handle& tiff, std::string_view name) {
    const auto width = tag<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
    const auto height = tag<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
    constexpr std::uint32_t most = std::numeric_limits<int>::max();
    if (width < 1 || height < 1 || width > most || height > most)
        refuse_header(name, "impossible size");
    const auto photometric = tag<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    if (photometric == PHOTOMETRIC_SEPARATED) refuse_cmyk(name);
    Layout layout{.width = int(width),
                  .height = int(height),
                  .samples = tag<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1),
                  .bits = tag<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1)};
    const bool grey =
        photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    const bool numbers =
        tag<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT) == SAMPLEFORMAT_UINT;
    if (!numbers || layout.bits > 16)
        throw Error(
            "“{file}” has {bits} bits a channel{kind}; Daguerre reads 8 and 16. Convert it first.",
            {{"file", name},
             {"bits", layout.bits},
             {"kind", numbers ? "" : ", not whole numbers"}});
    layout.colours = grey ? 1 : 3;
    layout.planes = tag<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, 1) == PLANARCONFIG_SEPARATE;
    layout.tiled = TIFFIsTiled(tiff.get()) != 0;
    layout.white_is_zero = photometric == PHOTOMETRIC_MINISWHITE;
    std::uint16_t extras = 0, *kinds = nullptr;
    TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    layout.alpha = extras > 0 && layout.samples == layout.colours + extras &&
                   (kinds[0] == EXTRASAMPLE_ASSOCALPHA || kinds[0] == EXTRASAMPLE_UNASSALPHA);
    layout.exact = (layout.bits == 8 || layout.bits == 16) && layout.samples >= layout.colours &&
                   (grey || photometric == PHOTOMETRIC_RGB);
    return layout;
}

/// One row of the file's samples into the image. plane: which channel it holds, or -1 for all.
template <class T>
void spread(const Layout& layout, const std::byte* bytes, int plane, std::span<T> row) {
    const auto* from = reinterpret_cast<const T*>(bytes);
    const auto channels = std::size_t(layout.channels()), colours = std::size_t(layout.colours);
    const auto step = std::size_t(layout.samples_in_plane());
    const T flip = layout.white_is_zero ? std::numeric_limits<T>::max() : T(0);
    for (std::size_t c = 0; c < channels; ++c) {
        const bool is_alpha = c == 3;
        const std::size_t sample = is_alpha ? colours : std::min(c, colours - 1);
        if (plane >= 0 && sample != std::size_t(plane)) continue;
        const T* source = from + (plane >= 0 ? 0 : sample);
        for (std::size_t x = 0; x < std::size_t(layout.width); ++x)
            row[x * channels + c] = T(source[x * step] ^ (is_alpha ? T(0) : flip));
    }
}

class Reader {
public:
    Reader(std::string_view bytes, std::string_view name)
        : memory_{bytes}, name_(name), tiff_(opened(memory_, "r")) {
        if (!tiff_) refuse_header(name, memory_.why);
        layout_ = layout_of(tiff_, name);
    }

    ImageInfo info() const {
        return {.format = "tiff",
                .width = layout_.width,
                .height = layout_.height,
                .channels = layout_.channels(),
                .depth = layout_.exact ? layout_.bits : 8,
                .frames = std::max(int(TIFFNumberOfDirectories(tiff_.get())), 1)};
    }
    Image image() {
        Image image = rows_to_come(layout_.width, layout_.height, layout_.channels(),
                                   layout_.exact ? layout_.bits : 8, "tiff");
        if (layout_.exact)
            for (int plane = 0; plane < (layout_.planes ? layout_.samples : 1); ++plane)
                read_plane(image, plane);
        else
            read_as_rgba(image);
        return image;
    }
    void metadata(Metadata& metadata) const {
        for (const auto& [id, part] : {std::pair(TIFFTAG_ICCPROFILE, &metadata.icc),
                                       std::pair(TIFFTAG_XMLPACKET, &metadata.xmp)}) {
            std::uint32_t size = 0;
            const char* bytes = nullptr;
            if (TIFFGetField(tiff_.get(), std::uint32_t(id), &size, &bytes))
                *part = bytes_of({bytes, size});
        }
        metadata.exif = exif_of_tiff(memory_.bytes);
    }

private:
    void read_plane(Image& image, int plane) {
        std::vector<std::byte> band;
        const int rows_in_band = start_band(band);
        for (int y = 0; y < layout_.height; ++y) {
            if (y % rows_in_band == 0) read_band(band, y, plane);
            if (plane == 0) next_row(image);
            const std::byte* from = &band[std::size_t(y % rows_in_band) * layout_.row_bytes()];
            const int which = layout_.planes ? plane : -1;
            layout_.bits == 8 ? spread(layout_, from, which, image.row<std::uint8_t>(y))
                              : spread(layout_, from, which, image.row<std::uint16_t>(y));
        }
    }
    /// Rows come one at a time, from tiles as many as a tile is high. Checks what libtiff will
    /// write into the band.
    int start_band(std::vector<std::byte>& band) {
        int rows = 1;
        if (layout_.tiled) {
            tile_width_ = int(tag<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0));
            rows = int(tag<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0));
            const auto bytes = std::int64_t(TIFFTileSize64(tiff_.get()));
            if (tile_width_ < 1 || rows < 1 || bytes < 1 || bytes > tile_limit ||
                TIFFTileRowSize64(tiff_.get()) != tile_row_bytes())
                refuse_header(name_, "impossible tiles");
            tile_.resize(std::size_t(bytes));
        } else if (TIFFScanlineSize64(tiff_.get()) != layout_.row_bytes()) {
            refuse_header(name_, "impossible rows");
        }
        band.resize(layout_.row_bytes() * std::size_t(std::min(rows, layout_.height)));
        return rows;
    }
    std::size_t tile_row_bytes() const {
        return layout_.row_bytes() / std::size_t(layout_.width) * std::size_t(tile_width_);
    }
    void read_band(std::vector<std::byte>& band, int y, int plane) {
        const auto row = std::uint32_t(y);
        const auto sample = std::uint16_t(plane);
        if (!layout_.tiled) {
            if (TIFFReadScanline(tiff_.get(), band.data(), row, sample) < 0)
                refuse(y, TIFFComputeStrip(tiff_.get(), row, sample));
            return;
        }
        for (int x = 0; x < layout_.width; x += tile_width_) {
            const std::uint32_t index =
                TIFFComputeTile(tiff_.get(), std::uint32_t(x), row, 0, sample);
            if (TIFFReadEncodedTile(tiff_.get(), index, tile_.data(), tmsize_t(tile_.size())) < 0)
                refuse(y, index);
            const std::size_t pixel = layout_.row_bytes() / std::size_t(layout_.width);
            const std::size_t used = pixel * std::size_t(std::min(tile_width_, layout_.width - x));
            for (std::size_t r = 0; r * layout_.row_bytes() < band.size(); ++r)
                std::memcpy(&band[r * layout_.row_bytes() + std::size_t(x) * pixel],
                            &tile_[r * tile_row_bytes()], used);
        }
    }
    void read_as_rgba(Image& image) {
        TIFFRGBAImage rgba;
        char why[1024] = "";
        if (!TIFFRGBAImageOK(tiff_.get(), why) || !TIFFRGBAImageBegin(&rgba, tiff_.get(), 1, why))
            refuse_header(name_, why);
        rgba.req_orientation = rgba.orientation;  // as the file has it, not turned
        const std::size_t pixels = std::size_t(layout_.width) * std::size_t(layout_.height);
        const auto raster = std::make_unique_for_overwrite<std::uint32_t[]>(pixels);
        const int read = TIFFRGBAImageGet(&rgba, raster.get(), std::uint32_t(layout_.width),
                                          std::uint32_t(layout_.height));
        TIFFRGBAImageEnd(&rgba);
        if (!read) refuse(0, 0);
        for (std::size_t i = 0; i < pixels;) {
            std::byte* out = next_row(image);
            for (int x = 0; x < layout_.width; ++x, ++i)
                for (int c = 0; c < image.channels; ++c)
                    *out++ = std::byte(raster[i] >> (8 * c) & 0xFF);
        }
    }
    /// Reading failed at row y, in this strip or tile.
    [[noreturn]] void refuse(int y, std::uint32_t index) const {
        const std::uint64_t end =
            TIFFGetStrileOffset(tiff_.get(), index) + TIFFGetStrileByteCount(tiff_.get(), index);
        if (end > memory_.bytes.size()) refuse_unfinished(name_, y, layout_.height);
        refuse_broken(name_, y, layout_.height, memory_.why);
    }

    Memory memory_;
    std::string_view name_;
    Handle tiff_;
    Layout layout_;
    int tile_width_ = 0;
    std::vector<std::byte> tile_;
};

bool recognises(std::string_view bytes) {
    for (const std::string_view start :
         {std::string_view("II*\0", 4), std::string_view("MM\0*", 4), std::string_view("II+\0", 4),
          std::string_view("MM\0+", 4)})
        if (bytes.starts_with(start)) return true;
    return false;
}

ImageInfo info_of(std::string_view bytes, std::string_view name) {
    return Reader(bytes, name).info();
}

Image read(std::string_view bytes, std::string_view name) {
    Reader reader(bytes, name);
    Image image = reader.image();
    reader.metadata(image.metadata);
    return image;
}

void set_tags(TIFF* tiff, const Image& image, const Metadata& metadata) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, std::uint32_t(image.width));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, std::uint32_t(image.height));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, image.channels);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, image.depth);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 image.channels == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
    const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
    if (image.channels == 4) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
    if (!metadata.icc.empty())
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, std::uint32_t(metadata.icc.size()),
                     metadata.icc.data());
    if (!metadata.xmp.empty())
        TIFFSetField(tiff, TIFFTAG_XMLPACKET, std::uint32_t(metadata.xmp.size()),
                     metadata.xmp.data());
}

std::string write(const Image& image, const Metadata& metadata, const WriteOptions&,
                  std::string_view name) {
    std::string bytes;
    Memory memory;
    memory.grows = &bytes;
    constexpr std::size_t needs_big_offsets = 0xF0000000;
    Handle tiff = opened(memory, image.pixels.size() > needs_big_offsets ? "w8" : "w");
    if (!tiff) refuse_write(name, memory.why);
    set_tags(tiff.get(), image, metadata);
    std::vector<std::byte> row(image.row_bytes());  // the predictor changes what it is given
    bool written = true;
    for (int y = 0; y < image.height && written; ++y) {
        std::memcpy(row.data(), image.row<std::byte>(y).data(), row.size());
        written = TIFFWriteScanline(tiff.get(), row.data(), std::uint32_t(y), 0) >= 0;
    }
    written = written && TIFFFlush(tiff.get());
    tiff.reset();
    if (!written) refuse_write(name, memory.why);
    return metadata.exif.empty() ? bytes : tiff_with_exif(std::move(bytes), metadata.exif);
}

}  // namespace

ImageFormat tiff_format() {
    return {.id = "tiff",
            .title = "TIFF",
            .suffixes = {".tif", ".tiff"},
            .recognises = recognises,
            .peek = info_of,
            .read = read,
            .write = write,
            .record = RecordPlace::Xmp};
}

}  // namespace daguerre
