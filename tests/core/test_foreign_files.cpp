// Kinds of files that other programs write and Daguerre doesn't.
#include <png.h>
#include <tiffio.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

// jpeglib.h needs FILE declared before it.
#include <jpeglib.h>

#include "core/base/files.h"
#include "core/image/image_file.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

template <class T>
Image gradient(int width, int height, int channels) {
    Image image = Image::blank(width, height, channels, 8 * int(sizeof(T)));
    for (int y = 0; y < height; ++y)
        for (int i = 0; i < width * channels; ++i)
            image.row<T>(y)[std::size_t(i)] = T(i * (sizeof(T) == 1 ? 2 : 333) + y * 5);
    return image;
}

struct TiffLayout {
    const char* name;
    int channels, depth;
    bool tiled, planes, white_is_zero, big_endian;
    int compression;
};

/// Writes the image in a layout, as `page` times the same page.
void write_tiff(const fs::path& file, const Image& image, const TiffLayout& layout, int pages = 1) {
    TIFF* tiff = TIFFOpen(file.c_str(), layout.big_endian ? "wb" : "wl");
    const int samples = image.channels, bytes = image.depth / 8;
    constexpr int tile = 16;
    for (int page = 0; page < pages; ++page) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, image.depth);
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
                     layout.planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                     samples >= 3           ? PHOTOMETRIC_RGB
                     : layout.white_is_zero ? PHOTOMETRIC_MINISWHITE
                                            : PHOTOMETRIC_MINISBLACK);
        const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
        if (samples == 4) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
        if (layout.tiled) {
            TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
            TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
        } else {
            TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3);
        }
        for (int plane = 0; plane < (layout.planes ? samples : 1); ++plane) {
            const int step = layout.planes ? samples : 1, in_row = image.width * samples / step;
            // The samples of one row that belong to this plane.
            const auto row_of = [&](int y) {
                std::vector<std::byte> row(std::size_t(in_row * bytes));
                for (int i = 0; i < in_row; ++i)
                    for (int b = 0; b < bytes; ++b) {
                        const int from = (i * step + (layout.planes ? plane : 0)) * bytes + b;
                        const std::byte value = image.row<std::byte>(y).data()[from];
                        row[std::size_t(i * bytes + b)] = layout.white_is_zero ? ~value : value;
                    }
                return row;
            };
            const int pixel = in_row / image.width * bytes;
            for (int y = 0; y < image.height && !layout.tiled; ++y)
                TIFFWriteScanline(tiff, row_of(y).data(), std::uint32_t(y), std::uint16_t(plane));
            for (int y = 0; y < image.height && layout.tiled; y += tile)
                for (int x = 0; x < image.width; x += tile) {
                    std::vector<std::byte> block(std::size_t(tile * tile * pixel));
                    for (int r = 0; r < std::min(tile, image.height - y); ++r)
                        std::memcpy(&block[std::size_t(r * tile * pixel)],
                                    row_of(y + r).data() + x * pixel,
                                    std::size_t(std::min(tile, image.width - x) * pixel));
                    TIFFWriteTile(tiff, block.data(), std::uint32_t(x), std::uint32_t(y), 0,
                                  std::uint16_t(plane));
                }
        }
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
}

/// One row of 8 samples of `bits` bits each, packed in `bytes`.
void write_packed_tiff(const fs::path& file, int bits, int photometric, int format,
                       std::vector<std::uint8_t> bytes) {
    TIFF* tiff = TIFFOpen(file.c_str(), "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 8);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, photometric == PHOTOMETRIC_SEPARATED ? 4 : 1);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_BOTRIGHT);
    std::vector<std::uint16_t> red(1u << std::min(bits, 16)), green(red), blue(red);
    for (std::size_t i = 0; i < red.size(); ++i) {
        red[i] = std::uint16_t(i * 257);
        green[i] = std::uint16_t(i * 2 * 257);
        blue[i] = std::uint16_t(i * 3 * 257);
    }
    if (photometric == PHOTOMETRIC_PALETTE)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
    bytes.resize(64);
    TIFFWriteScanline(tiff, bytes.data(), 0, 0);
    TIFFClose(tiff);
}

void write_png(const fs::path& file, const Image& image, int interlace) {
    std::FILE* out = std::fopen(file.c_str(), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, out);
    png_set_IHDR(png, info, png_uint_32(image.width), png_uint_32(image.height), image.depth,
                 PNG_COLOR_TYPE_RGB, interlace, 0, 0);
    std::vector<png_bytep> rows;
    for (int y = 0; y < image.height; ++y)
        rows.push_back(const_cast<png_bytep>(image.row<png_byte>(y).data()));
    png_set_rows(png, info, rows.data());
    png_write_png(png, info, PNG_TRANSFORM_SWAP_ENDIAN, nullptr);
    png_destroy_write_struct(&png, &info);
    std::fclose(out);
}

struct JpegKind {
    J_COLOR_SPACE stored = JCS_UNKNOWN;  // unknown: as libjpeg likes it
    int quality = 95, across = 2, down = 2;
};

void write_jpeg(const fs::path& file, const Image& image, J_COLOR_SPACE space, bool progressive,
                const JpegKind& kind = {}) {
    std::FILE* out = std::fopen(file.c_str(), "wb");
    jpeg_compress_struct codec;
    jpeg_error_mgr errors;
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_stdio_dest(&codec, out);
    codec.image_width = JDIMENSION(image.width);
    codec.image_height = JDIMENSION(image.height);
    codec.input_components = image.channels;
    codec.in_color_space = space;
    jpeg_set_defaults(&codec);
    if (kind.stored != JCS_UNKNOWN) jpeg_set_colorspace(&codec, kind.stored);
    jpeg_set_quality(&codec, kind.quality, TRUE);
    if (codec.jpeg_color_space == JCS_YCbCr) {
        codec.comp_info[0].h_samp_factor = kind.across;
        codec.comp_info[0].v_samp_factor = kind.down;
    }
    if (progressive) jpeg_simple_progression(&codec);
    jpeg_start_compress(&codec, TRUE);
    while (codec.next_scanline < codec.image_height) {
        auto* row = const_cast<JSAMPROW>(image.row<JSAMPLE>(int(codec.next_scanline)).data());
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    std::fclose(out);
}

double difference(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        sum += std::abs(int(a.pixels[i]) - int(b.pixels[i]));
    return sum / double(a.pixels.size());
}

}  // namespace

class TestForeignFiles : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder() { return temporary_.path().toStdString(); }
private Q_SLOTS:
    void every_layout_of_tiff_is_exact() {
        const int plain = COMPRESSION_NONE, packed = COMPRESSION_ADOBE_DEFLATE;
        for (const TiffLayout& layout : {
                 TiffLayout{"strips", 3, 8, false, false, false, false, plain},
                 TiffLayout{"big-endian", 3, 16, false, false, false, true, plain},
                 TiffLayout{"planes", 3, 16, false, true, false, false, packed},
                 TiffLayout{"planes with alpha", 4, 8, false, true, false, true, packed},
                 TiffLayout{"tiles", 3, 8, true, false, false, false, packed},
                 TiffLayout{"tiles of planes", 4, 16, true, true, false, true, packed},
                 TiffLayout{"white is zero", 1, 8, false, false, true, false, plain},
                 TiffLayout{"white is zero, deep", 1, 16, true, false, true, false, packed},
                 TiffLayout{"LZW", 3, 8, false, false, false, false, COMPRESSION_LZW},
             }) {
            const Image image = layout.depth == 8
                                    ? gradient<std::uint8_t>(37, 21, layout.channels)
                                    : gradient<std::uint16_t>(37, 21, layout.channels);
            write_tiff(folder() / "a.tif", image, layout, 3);
            const Image back = read_image(folder() / "a.tif");
            QVERIFY2(back.channels == image.channels && back.depth == image.depth, layout.name);
            QVERIFY2(back.pixels == image.pixels, layout.name);
            QVERIFY2(peek(folder() / "a.tif").frames == 3, layout.name);
        }
    }

    void grey_with_alpha_becomes_rgba() {
        TIFF* tiff = TIFFOpen((folder() / "a.tif").c_str(), "w");
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 2);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
        std::uint8_t row[] = {10, 200, 20, 100};
        TIFFWriteScanline(tiff, row, 0, 0);
        TIFFClose(tiff);
        const Image image = read_image(folder() / "a.tif");
        QCOMPARE(image.channels, 4);
        const std::uint8_t expected[] = {10, 10, 10, 200, 20, 20, 20, 100};
        QVERIFY(std::ranges::equal(image.row<std::uint8_t>(0), expected));
    }

    void small_depths_of_tiff_become_eight_bit() {
        write_packed_tiff(folder() / "a.tif", 1, PHOTOMETRIC_MINISBLACK, SAMPLEFORMAT_UINT, {0xA1});
        Image image = read_image(folder() / "a.tif");
        QCOMPARE(image.channels, 1);
        // As the file has it, though it asks to be turned.
        const std::uint8_t bits[] = {255, 0, 255, 0, 0, 0, 0, 255};
        QVERIFY(std::ranges::equal(image.row<std::uint8_t>(0), bits));
        write_packed_tiff(folder() / "a.tif", 4, PHOTOMETRIC_PALETTE, SAMPLEFORMAT_UINT,
                          {0x01, 0x23, 0x45, 0x67});
        image = read_image(folder() / "a.tif");
        QCOMPARE(image.channels, 3);
        QCOMPARE(image.row<std::uint8_t>(0)[3 * 5 + 2], std::uint8_t(15));
    }

    void kinds_that_are_not_read_say_so() {
        write_packed_tiff(folder() / "a.tif", 8, PHOTOMETRIC_SEPARATED, SAMPLEFORMAT_UINT, {});
        QVERIFY(refusal([&] { read_image(folder() / "a.tif"); }).find("is CMYK") !=
                std::string::npos);
        write_packed_tiff(folder() / "a.tif", 32, PHOTOMETRIC_MINISBLACK, SAMPLEFORMAT_UINT, {});
        QVERIFY(refusal([&] { read_image(folder() / "a.tif"); }).find("32 bits") !=
                std::string::npos);
        write_packed_tiff(folder() / "a.tif", 16, PHOTOMETRIC_MINISBLACK, SAMPLEFORMAT_IEEEFP, {});
        QVERIFY(refusal([&] { read_image(folder() / "a.tif"); }).find("not whole numbers") !=
                std::string::npos);
    }

    void interlaced_png_is_exact() {
        for (const Image& image :
             {gradient<std::uint8_t>(37, 21, 3), gradient<std::uint16_t>(5, 3, 3)}) {
            write_png(folder() / "a.png", image, PNG_INTERLACE_ADAM7);
            QCOMPARE(read_image(folder() / "a.png").pixels, image.pixels);
        }
    }

    void progressive_jpeg_is_read() {
        const Image image = gradient<std::uint8_t>(40, 30, 3);
        write_jpeg(folder() / "a.jpg", image, JCS_RGB, true);
        write_jpeg(folder() / "b.jpg", image, JCS_RGB, false);
        QCOMPARE(read_image(folder() / "a.jpg").pixels, read_image(folder() / "b.jpg").pixels);
        write_jpeg(folder() / "a.jpg", gradient<std::uint8_t>(40, 30, 1), JCS_GRAYSCALE, true);
        QVERIFY(difference(read_image(folder() / "a.jpg"), gradient<std::uint8_t>(40, 30, 1)) < 3);
    }

    /// The tables, the sampling of colours, and so the size; nothing that rounding didn't change.
    void a_jpeg_is_written_as_it_was_read() {
        const Image smooth = resize(gradient<std::uint8_t>(9, 7, 3), {130, 90});
        const Image grey = to_channels(smooth, 1);
        const fs::path file = folder() / "a.jpg", again = folder() / "b.jpg";
        for (const bool progressive : {false, true})
            for (const JpegKind& kind :
                 {JpegKind{JCS_YCbCr, 30, 2, 2}, JpegKind{JCS_YCbCr, 75, 2, 1},
                  JpegKind{JCS_YCbCr, 92, 1, 1}, JpegKind{JCS_YCbCr, 98, 1, 2},
                  JpegKind{JCS_YCbCr, 80, 4, 1}, JpegKind{JCS_RGB, 85, 1, 1},
                  JpegKind{JCS_GRAYSCALE, 60, 1, 1}}) {
                const bool is_grey = kind.stored == JCS_GRAYSCALE;
                write_jpeg(file, is_grey ? grey : smooth, is_grey ? JCS_GRAYSCALE : JCS_RGB,
                           progressive, kind);
                const Image first = read_image(file);
                write_image(again, first);
                const Image second = read_image(again);
                QVERIFY(!first.metadata.jpeg.empty());
                QVERIFY(second.metadata.jpeg == first.metadata.jpeg);
                QVERIFY(difference(first, second) < 0.6);
                QVERIFY(double(fs::file_size(again)) < 1.1 * double(fs::file_size(file)));
                write_image(again, second);
                QVERIFY(difference(second, read_image(again)) <= difference(first, second));
                write_image(again, first, {.quality = 5});
                QVERIFY(read_image(again).metadata.jpeg != first.metadata.jpeg);
            }
    }

    void tables_are_used_for_their_own_kind_of_image() {
        write_jpeg(folder() / "a.jpg", gradient<std::uint8_t>(40, 30, 3), JCS_RGB, false,
                   {.quality = 10});
        Image photo = read_image(folder() / "a.jpg");
        const auto coding = photo.metadata.jpeg;
        Image grey = to_channels(photo, 1);
        grey.metadata.jpeg = coding;
        write_image(folder() / "b.jpg", grey);
        QVERIFY(difference(read_image(folder() / "b.jpg"), grey) < 2);  // not of quality 10
        for (const std::size_t size : {std::size_t(0), std::size_t(7), coding.size()}) {
            photo.metadata.jpeg.assign(size, std::byte(0));
            write_image(folder() / "b.jpg", photo);
            QVERIFY(difference(read_image(folder() / "b.jpg"), photo) < 2);
        }
    }

    void a_smaller_jpeg_is_the_picture_made_smaller() {
        Image photo = Image::blank(648, 408, 3);
        for (int y = 0; y < photo.height; ++y)
            for (int i = 0; i < photo.width * 3; ++i)
                photo.row<std::uint8_t>(y)[std::size_t(i)] =
                    std::uint8_t(127 + 90 * std::sin(i * 0.011) * std::cos(y * 0.02));
        const QTemporaryDir folder;
        for (const char* name : {"a.jpg", "a.png"}) {
            const fs::path file = fs::path(folder.path().toStdString()) / name;
            write_image(file, photo);
            const std::string bytes = read_file(file, 1 << 24);
            for (const auto& [side, smaller] : std::map<int, Size>{{80, {81, 51}},
                                                                   {82, {162, 102}},
                                                                   {162, {162, 102}},
                                                                   {320, {324, 204}},
                                                                   {325, {648, 408}}}) {
                const Image small = read_reduced(bytes, "a", side);
                const bool whole = QByteArray(name) == "a.png";
                const Size size = whole ? Size{648, 408} : smaller;
                QCOMPARE((Size{small.width, small.height}), size);
                const Image wanted = resize(photo, size);
                double error = 0;
                for (std::size_t i = 0; i < wanted.pixels.size(); ++i)
                    error += std::abs(int(small.pixels[i]) - int(wanted.pixels[i]));
                QVERIFY(error / double(wanted.pixels.size()) < 2);
            }
            QVERIFY(says(refusal([&] { read_reduced(bytes, "a", 80, 1000); }), "648 x 408"));
            const std::string half = bytes.substr(0, bytes.size() / 2);
            QVERIFY(says(refusal([&] { read_reduced(half, "a", 80); }), "ends too soon"));
        }
    }

    void cmyk_jpeg_is_refused() {
        write_jpeg(folder() / "print.jpg", gradient<std::uint8_t>(16, 16, 4), JCS_CMYK, false);
        for (const std::string& why : {refusal([&] { read_image(folder() / "print.jpg"); }),
                                       refusal([&] { peek(folder() / "print.jpg"); })})
            QVERIFY2(why.ends_with("print.jpg” is CMYK; Daguerre works in grey and RGB. Convert it "
                                   "first."),
                     why.c_str());
    }

    void an_animated_webp_gives_its_first_frame() {
        const Image first = gradient<std::uint8_t>(20, 10, 4);
        WebPAnimEncoderOptions options;
        WebPAnimEncoderOptionsInit(&options);
        WebPAnimEncoder* encoder = WebPAnimEncoderNew(20, 10, &options);
        WebPConfig config;
        WebPConfigInit(&config);
        config.lossless = config.exact = 1;
        for (int i = 0; i < 3; ++i) {
            WebPPicture picture;
            WebPPictureInit(&picture);
            picture.width = 20;
            picture.height = 10;
            picture.use_argb = 1;
            Image frame = first;
            if (i > 0) std::ranges::fill(frame.pixels, std::byte(i * 50));
            WebPPictureImportRGBA(&picture, frame.row<std::uint8_t>(0).data(), 80);
            QVERIFY(WebPAnimEncoderAdd(encoder, &picture, i * 100, &config));
            WebPPictureFree(&picture);
        }
        WebPAnimEncoderAdd(encoder, nullptr, 300, nullptr);
        WebPData data;
        WebPDataInit(&data);
        QVERIFY(WebPAnimEncoderAssemble(encoder, &data));
        const std::string bytes(reinterpret_cast<const char*>(data.bytes), data.size);
        WebPDataClear(&data);
        WebPAnimEncoderDelete(encoder);
        QCOMPARE(peek(bytes, "a").frames, 3);
        const Image image = read_image(bytes, "a");
        QCOMPARE(image.width, 20);
        for (std::size_t i = 0; i < first.pixels.size(); i += 4) {
            if (first.pixels[i + 3] == std::byte(0)) continue;  // invisible: any colour
            QVERIFY(std::equal(&first.pixels[i], &first.pixels[i] + 4, &image.pixels[i]));
        }
        for (std::size_t n = 0; n < bytes.size(); n += 3)
            refusal([&] { read_image(std::string_view(bytes).substr(0, n), "a"); });
    }
};

QTEST_GUILESS_MAIN(TestForeignFiles)
#include "test_foreign_files.moc"
