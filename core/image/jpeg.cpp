// JPEG by libjpeg-turbo. Its errors jump back to `tried`, whose callees hold nothing that would
// need destroying.
#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <new>
#include <type_traits>

// jpeglib.h needs FILE and size_t declared before it.
#include <jpeglib.h>

#include <jerror.h>

#include "core/base/machine.h"
#include "core/image/codecs.h"

namespace daguerre {
namespace {

constexpr std::string_view exif_marker{"Exif\0\0", 6};
constexpr std::string_view xmp_marker{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::size_t marker_limit = 65533;
constexpr int scan_limit = 500;

/// Where libjpeg's errors land.
struct Errors : jpeg_error_mgr {
    std::jmp_buf place;
    bool ended = false;
    char why[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void give_up(j_common_ptr codec) {
    auto& errors = static_cast<Errors&>(*codec->err);
    errors.format_message(codec, errors.why);
    std::longjmp(errors.place, 1);
}

/// Some warnings mean that the pixels that follow are made up.
void judge_message(j_common_ptr codec, int level) {
    auto& errors = static_cast<Errors&>(*codec->err);
    const int code = errors.msg_code;
    if (level >= 0) return;
    errors.ended |= code == JWRN_JPEG_EOF;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
        code == JWRN_ARITH_BAD_CODE)
        give_up(codec);
}

void limit_scans(j_common_ptr codec) {
    if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > scan_limit)
        ERREXIT(codec, JERR_BAD_PROGRESSION);
}

jpeg_error_mgr* with_handlers(Errors& errors) {
    jpeg_std_error(&errors);
    errors.error_exit = give_up;
    errors.emit_message = judge_message;
    return &errors;
}

/// How a JPEG was encoded, kept as bytes in Metadata.
struct Coding {
    struct Component {
        std::uint8_t across = 1, down = 1;  // sampling factors
        std::uint16_t table[DCTSIZE2]{};    // of quantisation
    };
    std::uint16_t space = JCS_UNKNOWN, progressive = 0, count = 0;
    Component components[3]{};
};
static_assert(std::has_unique_object_representations_v<Coding>, "equal codings, equal bytes");

/// Nothing for what we don't write.
std::vector<std::byte> coding_of(const jpeg_decompress_struct& codec) {
    Coding coding{.space = std::uint16_t(codec.jpeg_color_space),
                  .progressive = std::uint16_t(codec.progressive_mode),
                  .count = std::uint16_t(codec.num_components)};
    const bool known = codec.jpeg_color_space == JCS_GRAYSCALE ||
                       codec.jpeg_color_space == JCS_YCbCr || codec.jpeg_color_space == JCS_RGB;
    for (int i = 0; i < coding.count && known; ++i) {
        const jpeg_component_info& from = codec.comp_info[i];
        if (!from.quant_table) return {};
        Coding::Component& to = coding.components[i];
        to.across = std::uint8_t(from.h_samp_factor);
        to.down = std::uint8_t(from.v_samp_factor);
        std::copy_n(from.quant_table->quantval, DCTSIZE2, to.table);
    }
    const auto* bytes = reinterpret_cast<const std::byte*>(&coding);
    return known ? std::vector<std::byte>(bytes, bytes + sizeof coding) : std::vector<std::byte>();
}

/// The coding when it suits an image of so many channels, else one with count 0.
Coding coding_for(const std::vector<std::byte>& bytes, int channels) {
    Coding coding;
    if (bytes.size() != sizeof coding) return {};
    std::memcpy(&coding, bytes.data(), sizeof coding);
    return coding.count == channels ? coding : Coding();
}

/// Whether libjpeg writes components of these sizes: whole fractions of the largest.
bool can_be_sampled(const Coding& coding) {
    int across = 1, down = 1, blocks = 0;
    for (int i = 0; i < coding.count; ++i) {
        across = std::max<int>(across, coding.components[i].across);
        down = std::max<int>(down, coding.components[i].down);
        blocks += coding.components[i].across * coding.components[i].down;
    }
    for (int i = 0; i < coding.count; ++i) {
        const Coding::Component& one = coding.components[i];
        if (one.across < 1 || one.down < 1 || across % one.across || down % one.down) return false;
    }
    return blocks <= C_MAX_BLOCKS_IN_MCU;
}

template <class Act>
bool tried(Errors& errors, Act act) {
    if (setjmp(errors.place)) return false;
    act();
    return true;
}

class Reader {
public:
    explicit Reader(std::string_view bytes) {
        codec_.err = with_handlers(errors_);
        jpeg_create_decompress(&codec_);
        codec_.mem->max_memory_to_use = long(std::min(memory_available(), std::uint64_t(1) << 40));
        jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        progress_.progress_monitor = limit_scans;
        codec_.progress = &progress_;
    }
    ~Reader() { jpeg_destroy_decompress(&codec_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void header(std::string_view name) {
        const bool read = tried(errors_, [this] {
            jpeg_save_markers(&codec_, JPEG_APP0 + 1, 0xFFFF);
            jpeg_save_markers(&codec_, JPEG_APP0 + 2, 0xFFFF);
            jpeg_read_header(&codec_, TRUE);
        });
        if (!read && errors_.ended) refuse_header(name, "it ends too soon");
        if (!read) refuse_header(name, errors_.why);
        if (codec_.num_components == 4) refuse_cmyk(name);
    }
    ImageInfo info() const {
        return {.format = "jpeg",
                .width = int(codec_.image_width),
                .height = int(codec_.image_height),
                .channels = codec_.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3,
                .depth = 8};
    }
    /// smaller: a side has so many times fewer pixels: 1, 2, 4 or 8.
    Image image(std::string_view name, unsigned smaller = 1) {
        const ImageInfo info = this->info();
        codec_.scale_num = 1;
        codec_.scale_denom = smaller;
        if (!tried(errors_, [this] { jpeg_calc_output_dimensions(&codec_); }))
            refuse_header(name, errors_.why);
        const Size size{int(codec_.output_width), int(codec_.output_height)};
        Image image = rows_to_come(size.width, size.height, info.channels, 8, "jpeg");
        const bool read = tried(errors_, [&] {
            codec_.out_color_space = info.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
            jpeg_start_decompress(&codec_);
            for (int y = 0; y < size.height; ++y) {
                auto* row = reinterpret_cast<JSAMPROW>(next_row(image));
                jpeg_read_scanlines(&codec_, &row, 1);
            }
        });
        const int rows = int(codec_.output_scanline);
        if (!read && errors_.ended) refuse_unfinished(name, rows, size.height);
        if (!read) refuse_broken(name, rows, size.height, errors_.why);
        return image;
    }
    void metadata(Metadata& metadata) {
        for (jpeg_saved_marker_ptr m = codec_.marker_list; m; m = m->next) {
            const std::string_view bytes(reinterpret_cast<const char*>(m->data), m->data_length);
            if (m->marker != JPEG_APP0 + 1) continue;
            if (metadata.exif.empty()) metadata.exif = bytes_of(after(bytes, exif_marker));
            if (metadata.xmp.empty()) metadata.xmp = bytes_of(after(bytes, xmp_marker));
        }
        JOCTET* icc = nullptr;
        unsigned int size = 0;
        // A profile in pieces that don't fit together is no reason to lose the photo.
        if (!tried(errors_, [&] { jpeg_read_icc_profile(&codec_, &icc, &size); }) || !icc) return;
        metadata.icc = bytes_of({reinterpret_cast<const char*>(icc), size});
        std::free(icc);
    }
    void coding(Metadata& metadata) const { metadata.jpeg = coding_of(codec_); }

private:
    jpeg_decompress_struct codec_{};
    jpeg_progress_mgr progress_{};
    Errors errors_;
};

bool recognises(std::string_view bytes) { return bytes.starts_with("\xFF\xD8\xFF"); }

ImageInfo info_of(std::string_view bytes, std::string_view name) {
    Reader reader(bytes);
    reader.header(name);
    return reader.info();
}

Image read(std::string_view bytes, std::string_view name) {
    Reader reader(bytes);
    reader.header(name);
    Image image = reader.image(name);
    reader.metadata(image.metadata);
    reader.coding(image.metadata);
    return image;
}

Image read_reduced(std::string_view bytes, std::string_view name, int side) {
    Reader reader(bytes);
    reader.header(name);
    const ImageInfo info = reader.info();
    unsigned smaller = 8;
    while (smaller > 1 && std::max(info.width, info.height) < side * int(smaller)) smaller /= 2;
    Image image = reader.image(name, smaller);
    reader.metadata(image.metadata);
    return image;
}

/// Collects what libjpeg writes, a block at a time.
struct Sink : jpeg_destination_mgr {
    std::string bytes;
    JOCTET block[1 << 16];

    Sink() {
        init_destination = [](j_compress_ptr codec) { of(codec).begin_block(); };
        empty_output_buffer = [](j_compress_ptr codec) -> boolean {
            if (!of(codec).keep(sizeof block)) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
            return TRUE;
        };
        term_destination = [](j_compress_ptr codec) {
            if (!of(codec).keep(sizeof block - of(codec).free_in_buffer))
                ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
        };
    }
    static Sink& of(j_compress_ptr codec) { return static_cast<Sink&>(*codec->dest); }
    void begin_block() {
        next_output_byte = block;
        free_in_buffer = sizeof block;
    }
    bool keep(std::size_t n) {
        begin_block();
        try {
            bytes.append(reinterpret_cast<const char*>(block), n);
            return true;
        } catch (const std::bad_alloc&) {  // may not cross libjpeg
            return false;
        }
    }
};

struct Writer {
    jpeg_compress_struct codec{};
    Errors errors;
    Sink sink;

    Writer() {
        codec.err = with_handlers(errors);
        jpeg_create_compress(&codec);
        codec.dest = &sink;
    }
    ~Writer() { jpeg_destroy_compress(&codec); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
};

std::string marker_of(std::string_view prefix, const std::vector<std::byte>& bytes) {
    return bytes.empty() ? "" : std::string(prefix).append(view_of(bytes));
}

void write_markers(j_compress_ptr codec, const std::string& exif, const std::string& xmp,
                   const std::vector<std::byte>& icc) {
    for (const std::string* marker : {&exif, &xmp})
        if (!marker->empty() && marker->size() <= marker_limit)
            jpeg_write_marker(codec, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(marker->data()),
                              unsigned(marker->size()));
    if (!icc.empty())
        jpeg_write_icc_profile(codec, reinterpret_cast<const JOCTET*>(icc.data()),
                               unsigned(icc.size()));
}

void encode_well(j_compress_ptr codec, int quality) {
    jpeg_set_quality(codec, quality, TRUE);
    constexpr int full_colour_from = 90;
    if (quality >= full_colour_from)
        codec->comp_info[0].h_samp_factor = codec->comp_info[0].v_samp_factor = 1;
}

void encode_as(j_compress_ptr codec, const Coding& coding) {
    jpeg_set_colorspace(codec, J_COLOR_SPACE(coding.space));
    const bool sampled = can_be_sampled(coding);
    for (int i = 0; i < coding.count; ++i) {
        const Coding::Component& from = coding.components[i];
        jpeg_component_info& to = codec->comp_info[i];
        to.h_samp_factor = sampled && coding.count > 1 ? from.across : 1;
        to.v_samp_factor = sampled && coding.count > 1 ? from.down : 1;
        to.quant_tbl_no = 0;
        while (!std::ranges::equal(coding.components[to.quant_tbl_no].table, from.table))
            ++to.quant_tbl_no;
        unsigned int table[DCTSIZE2];
        std::copy_n(from.table, DCTSIZE2, table);
        constexpr int as_they_are = 100;  // per cent
        jpeg_add_quant_table(codec, to.quant_tbl_no, table, as_they_are, FALSE);
    }
    if (coding.progressive) jpeg_simple_progression(codec);
}

std::string write(const Image& original, const Metadata& metadata, const WriteOptions& options,
                  std::string_view name) {
    require_side(original, JPEG_MAX_DIMENSION, "JPEG", name);
    const bool fits = original.depth == 8 && original.channels < 4;
    const Image converted = fits ? Image() : to_channels(original, original.channels == 1 ? 1 : 3);
    const Image& image = fits ? original : converted;
    const std::string exif = marker_of(exif_marker, metadata.exif);
    const std::string xmp = marker_of(xmp_marker, metadata.xmp);
    const Coding coding = coding_for(metadata.jpeg, image.channels);
    Writer writer;
    j_compress_ptr codec = &writer.codec;
    const bool written = tried(writer.errors, [&] {
        codec->image_width = JDIMENSION(image.width);
        codec->image_height = JDIMENSION(image.height);
        codec->input_components = image.channels;
        codec->in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(codec);
        if (options.quality == 0 && coding.count > 0)
            encode_as(codec, coding);
        else
            encode_well(codec, options.quality > 0 ? options.quality : usual_quality);
        codec->optimize_coding = TRUE;
        jpeg_start_compress(codec, TRUE);
        write_markers(codec, exif, xmp, metadata.icc);
        while (codec->next_scanline < codec->image_height) {
            auto* row = const_cast<JSAMPROW>(image.row<JSAMPLE>(int(codec->next_scanline)).data());
            jpeg_write_scanlines(codec, &row, 1);
        }
        jpeg_finish_compress(codec);
    });
    if (!written) refuse_write(name, writer.errors.why);
    return std::move(writer.sink.bytes);
}

}  // namespace

ImageFormat jpeg_format() {
    return {.id = "jpeg",
            .title = "JPEG",
            .suffixes = {".jpg", ".jpeg", ".jpe", ".jfif"},
            .recognises = recognises,
            .peek = info_of,
            .read = read,
            .read_reduced = read_reduced,
            .write = write};
}

}  // namespace daguerre
