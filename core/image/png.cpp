// PNG by libpng. An error of libpng jumps back to `tried`, whose callees hold nothing that would
// need destroying.
#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <new>

#include "core/image/codecs.h"
#include "core/image/utf8.h"

namespace daguerre {
namespace {

constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view xmp_keyword = "XML:com.adobe.xmp";
constexpr std::size_t chunk_limit = 8 << 20;  // bytes of one chunk of ICC or text, unpacked
constexpr int chunk_count_limit = 64;
constexpr std::size_t most_packed = 1032;  // deflate shrinks no further

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
    return png_get_uint_32(reinterpret_cast<png_const_bytep>(bytes.data()) + at);
}

/// Calls visit(type, whole chunk) for each chunk that is there in full, until it returns false.
template <class Visit>
void each_chunk(std::string_view bytes, Visit visit) {
    for (std::size_t at = signature.size(); at + 12 <= bytes.size();) {
        const std::size_t length = big_endian(bytes, at);
        if (length > bytes.size() - at - 12) return;
        if (!visit(bytes.substr(at + 4, 4), bytes.substr(at, length + 12))) return;
        at += length + 12;
    }
}

bool recognises(std::string_view bytes) { return bytes.starts_with(signature); }

ImageInfo info_of(std::string_view bytes, std::string_view name) {
    constexpr std::size_t header = 8, header_end = 33;
    if (bytes.size() < header_end || bytes.substr(header + 4, 4) != "IHDR")
        refuse_header(name, "IHDR is missing");
    const std::uint32_t width = big_endian(bytes, 16), height = big_endian(bytes, 20);
    if (width < 1 || height < 1 || width > PNG_UINT_31_MAX || height > PNG_UINT_31_MAX)
        refuse_header(name, "impossible size");
    const int colour = bytes[25];
    bool transparent = (colour & PNG_COLOR_MASK_ALPHA) != 0;
    std::uint32_t frames = 1;
    each_chunk(bytes, [&](std::string_view type, std::string_view chunk) {
        transparent |= type == "tRNS";
        if (type == "acTL" && chunk.size() == 20) frames = big_endian(chunk, 8);
        return type != "IDAT";
    });
    const bool grey = (colour & (PNG_COLOR_MASK_COLOR | PNG_COLOR_MASK_PALETTE)) == 0;
    return {.format = "png",
            .width = int(width),
            .height = int(height),
            .channels = transparent ? 4
                        : grey      ? 1
                                    : 3,
            .depth = bytes[24] == 16 ? 16 : 8,
            .frames = int(std::clamp(frames, 1u, 1u << 30))};
}

template <class Act>
bool tried(png_structp png, Act act) {
    if (setjmp(png_jmpbuf(png))) return false;
    act();
    return true;
}

void ignore_warning(png_structp, png_const_charp) {}

/// What libpng reads from and complains to.
struct Source {
    std::string_view left;
    bool ended = false;
    char why[100] = "";
};

void keep_error(png_structp png, png_const_charp message) {
    std::snprintf(static_cast<Source*>(png_get_error_ptr(png))->why, sizeof Source::why, "%s",
                  message);
    png_longjmp(png, 1);
}

void take_bytes(png_structp png, png_bytep to, std::size_t n) {
    Source& source = *static_cast<Source*>(png_get_io_ptr(png));
    source.ended = n > source.left.size();
    if (source.ended) png_error(png, "it ends too soon");
    std::memcpy(to, source.left.data(), n);
    source.left.remove_prefix(n);
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : source_{bytes} {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, keep_error, ignore_warning);
        info_ = png_create_info_struct(png_);
        if (!info_) throw std::bad_alloc();
    }
    ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// Reads all up to the pixels, and asks for 8 or 16 bits of grey, RGB or RGBA.
    bool begin() {
        return tried(png_, [this] {
            png_set_read_fn(png_, &source_, take_bytes);
            png_set_chunk_malloc_max(png_, chunk_limit);
            png_set_chunk_cache_max(png_, chunk_count_limit);
            png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
            png_set_benign_errors(png_, 1);
            png_set_option(png_, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
            png_read_info(png_, info_);
            packed_row_ = png_get_rowbytes(png_, info_);
            png_set_expand(png_);
            const int colour = png_get_color_type(png_, info_);
            if (colour == PNG_COLOR_TYPE_GRAY_ALPHA ||
                (colour == PNG_COLOR_TYPE_GRAY && png_get_valid(png_, info_, PNG_INFO_tRNS)))
                png_set_gray_to_rgb(png_);
            if (std::endian::native == std::endian::little) png_set_swap(png_);
            passes_ = png_set_interlace_handling(png_);
            png_read_update_info(png_, info_);
        });
    }
    /// The image without pixels. The file is long enough to fill them, if packed as tightly as
    /// deflate can.
    Image blank(std::string_view name) const {
        const auto height = int(png_get_image_height(png_, info_));
        if (packed_row_ * std::size_t(height) / most_packed > source_.left.size())
            refuse_unfinished(name, 0, height);
        Image image = Image::blank(int(png_get_image_width(png_, info_)), height,
                                   png_get_channels(png_, info_), png_get_bit_depth(png_, info_));
        image.metadata.format = "png";
        return image;
    }
    bool rows(Image& image) {
        return tried(png_, [this, &image] {
            for (int pass = 0; pass < passes_; ++pass)
                for (int y = 0; y < image.height; ++y) {
                    rows_ = pass + 1 == passes_ ? y : 0;
                    png_read_row(png_, image.row<png_byte>(y).data(), nullptr);
                }
        });
    }
    /// Text may stand behind the pixels; when the end is missing, so is that text.
    void end() {
        tried(png_, [this] { png_read_end(png_, info_); });
    }
    void metadata(Metadata& metadata) const;
    [[noreturn]] void refuse(std::string_view name) const {
        const auto height = int(png_get_image_height(png_, info_));
        if (height == 0) refuse_header(name, source_.why);
        if (source_.ended) refuse_unfinished(name, rows_, height);
        refuse_broken(name, rows_, height, source_.why);
    }

private:
    Source source_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    std::size_t packed_row_ = 0;
    int passes_ = 1, rows_ = 0;
};

void Reader::metadata(Metadata& metadata) const {
    png_charp profile_name = nullptr;
    png_bytep bytes = nullptr;
    png_uint_32 size = 0;
    int compression = 0;
    if (png_get_iCCP(png_, info_, &profile_name, &compression, &bytes, &size))
        metadata.icc = bytes_of({reinterpret_cast<const char*>(bytes), size});
    if (png_get_eXIf_1(png_, info_, &size, &bytes))
        metadata.exif = bytes_of({reinterpret_cast<const char*>(bytes), size});
    png_textp texts = nullptr;
    const int count = png_get_text(png_, info_, &texts, nullptr);
    for (int i = 0; i < count; ++i) {
        const bool international = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE;
        const std::string_view text(texts[i].text,
                                    international ? texts[i].itxt_length : texts[i].text_length);
        if (texts[i].key == xmp_keyword)
            metadata.xmp = bytes_of(text);
        else
            metadata.text.emplace_back(utf8_of_latin1(texts[i].key),
                                       international ? utf8_of(text) : utf8_of_latin1(text));
    }
}

Image read(std::string_view bytes, std::string_view name) {
    Reader reader(bytes);
    if (!reader.begin()) reader.refuse(name);
    Image image = reader.blank(name);
    if (!reader.rows(image)) reader.refuse(name);
    reader.end();
    reader.metadata(image.metadata);
    return image;
}

/// A text chunk with the memory that libpng's struct points to.
struct Text {
    std::string key, text;
    bool international = false;
};

std::vector<Text> texts_of(const Metadata& metadata) {
    std::vector<Text> texts;
    for (const auto& [key, text] : metadata.text) {
        const std::optional<std::string> keyword = latin1_of(key), plain = latin1_of(text);
        if (!keyword || keyword->empty() || keyword->size() > 79) continue;
        const bool international = !plain || key == "daguerre";
        texts.push_back({*keyword, international ? text : *plain, international});
    }
    if (!metadata.xmp.empty())
        texts.push_back({std::string(xmp_keyword), std::string(view_of(metadata.xmp)), true});
    return texts;
}

struct Writer {
    png_structp png;
    png_infop info;
    Source complaint;
    std::string bytes;

    Writer()
        : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, &complaint, keep_error,
                                      ignore_warning)),
          info(png_create_info_struct(png)) {
        if (!info) throw std::bad_alloc();
    }
    ~Writer() { png_destroy_write_struct(&png, &info); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
};

bool appended(std::string& bytes, const char* more, std::size_t n) {
    try {
        bytes.append(more, n);
        return true;
    } catch (const std::bad_alloc&) {  // may not cross libpng
        return false;
    }
}

void add_bytes(png_structp png, png_bytep from, std::size_t n) {
    if (!appended(*static_cast<std::string*>(png_get_io_ptr(png)),
                  reinterpret_cast<const char*>(from), n))
        png_error(png, "out of memory");
}

int colour_type(int channels) {
    if (channels == 1) return PNG_COLOR_TYPE_GRAY;
    return channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA;
}

void set_metadata(png_structp png, png_infop info, const Metadata& metadata,
                  std::vector<Text>& texts, std::vector<png_text>& chunks) {
    for (Text& text : texts) {
        png_text chunk{};
        chunk.compression =
            text.international ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
        chunk.key = text.key.data();
        chunk.text = text.text.data();
        chunks.push_back(chunk);
    }
    if (!metadata.icc.empty())
        png_set_iCCP(png, info, "ICC profile", PNG_COMPRESSION_TYPE_BASE,
                     reinterpret_cast<png_const_bytep>(metadata.icc.data()),
                     png_uint_32(metadata.icc.size()));
    if (!metadata.exif.empty())
        png_set_eXIf_1(png, info, png_uint_32(metadata.exif.size()),
                       reinterpret_cast<png_bytep>(const_cast<std::byte*>(metadata.exif.data())));
    if (!chunks.empty()) png_set_text(png, info, chunks.data(), int(chunks.size()));
}

std::string write(const Image& image, const Metadata& metadata, const WriteOptions&,
                  std::string_view name) {
    Writer writer;
    png_structp png = writer.png;
    std::vector<Text> texts = texts_of(metadata);
    std::vector<png_text> chunks;
    const bool written = tried(png, [&] {
        png_set_write_fn(png, &writer.bytes, add_bytes, nullptr);
        png_set_benign_errors(png, 1);
        png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        png_set_IHDR(png, writer.info, png_uint_32(image.width), png_uint_32(image.height),
                     image.depth, colour_type(image.channels), PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        constexpr std::size_t photo = 4 << 20;  // bytes; there the last few percent cost seconds
        if (image.pixels.size() > photo) png_set_compression_level(png, 3);
        set_metadata(png, writer.info, metadata, texts, chunks);
        png_write_info(png, writer.info);
        if (std::endian::native == std::endian::little && image.depth == 16) png_set_swap(png);
        for (int y = 0; y < image.height; ++y) png_write_row(png, image.row<png_byte>(y).data());
        png_write_end(png, nullptr);  // with info it would repeat eXIf
    });
    if (!written) refuse_write(name, writer.complaint.why);
    return std::move(writer.bytes);
}

}  // namespace

std::string png_text_chunks(const Metadata& metadata) {
    const std::string bytes = write(Image::blank(1, 1, 1), metadata, {}, "");
    std::string chunks;
    each_chunk(bytes, [&](std::string_view type, std::string_view chunk) {
        if (type == "tEXt" || type == "iTXt") chunks += chunk;
        return true;
    });
    return chunks;
}

ImageFormat png_format() {
    return {.id = "png",
            .title = "PNG",
            .suffixes = {".png", ".apng"},
            .recognises = recognises,
            .peek = info_of,
            .read = read,
            .write = write,
            .record = RecordPlace::Text};
}

}  // namespace daguerre
