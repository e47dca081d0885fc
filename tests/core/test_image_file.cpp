#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <random>

#include "core/base/files.h"
#include "core/base/machine.h"
#include "core/image/image_file.h"
#include "core/image/metadata.h"
#include "core/image/record.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

/// A picture with smooth parts and noise; alpha is never the same everywhere.
Image picture(int width, int height, int channels, int depth) {
    Image image = Image::blank(width, height, channels, depth);
    std::mt19937 random(7);
    for (int y = 0; y < height; ++y)
        for (std::size_t i = 0; i < std::size_t(width * channels); ++i) {
            const unsigned value = unsigned(y) * 300 + unsigned(i) * 77 + unsigned(random() % 900);
            if (depth == 8)
                image.row<std::uint8_t>(y)[i] = std::uint8_t(value >> 6);
            else
                image.row<std::uint16_t>(y)[i] = std::uint16_t(value * 3);
        }
    return image;
}

/// An ICC profile that libpng lets through: a header of 128 bytes and one tag of text. libpng reads
/// none that packs to under 92 bytes.
std::vector<std::byte> profile(bool grey) {
    const std::string text =
        "Made for tests of image files: jumping wizards quickly vex 64 oafs\0\0";
    std::string icc(220, '\0');
    icc[3] = char(icc.size());
    icc[131] = 1;
    icc.replace(132, 12, std::string("cprt\0\0\0\x90\0\0\0\x4C", 12));
    icc.replace(144, 4, "text");
    icc.replace(152, text.size(), text);
    icc.replace(8, 4, std::string("\x02\x10\0\0", 4));
    icc.replace(12, 4, "mntr");
    icc.replace(16, 4, grey ? "GRAY" : "RGB ");
    icc.replace(20, 4, "XYZ ");
    icc.replace(36, 4, "acsp");
    icc.replace(68, 12, std::string("\0\0\xF6\xD6\0\1\0\0\0\0\xD3\x2D", 12));
    return bytes_of(icc);
}

/// One IFD with orientation 6 and the camera's make.
std::vector<std::byte> exif() {
    return bytes_of(
        std::string("II*\0\x08\0\0\0\x02\0"
                    "\x0F\x01\x02\0\x08\0\0\0\x26\0\0\0"
                    "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
                    "\0\0\0\0Daguerr\0",
                    46));
}

std::vector<std::byte> xmp() {
    return bytes_of(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" "
        "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"4\"/></rdf:RDF></x:xmpmeta>");
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string png_chunk(std::string type, const std::string& content) {
    const auto number = [](std::uint32_t n) {
        std::string bytes;
        for (int shift = 24; shift >= 0; shift -= 8) bytes += char(n >> shift & 0xFF);
        return bytes;
    };
    std::uint32_t crc = ~0u;
    for (const char c : type + content) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0u);
    }
    return number(std::uint32_t(content.size())) + type + content + number(~crc);
}

std::string png_header(std::uint32_t width, std::uint32_t height, int colour = 2) {
    std::string header;
    for (const std::uint32_t n : {width, height})
        for (int shift = 24; shift >= 0; shift -= 8) header += char(n >> shift & 0xFF);
    return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header + std::string{8, char(colour), 0, 0, 0});
}

/// What reading does with these bytes: "" for an image, the sentence for an Error. Anything else
/// is a failure of the test.
std::string outcome(const std::string& bytes) {
    return refusal([&] {
        const Image image = read_image(bytes, "photo", 10'000'000);
        if (image.pixels.size() != image.row_bytes() * std::size_t(image.height))
            throw std::logic_error("rows are missing");
        record_of(image.metadata);
    });
}

}  // namespace

class TestImageFile : public QObject {
    Q_OBJECT
    QTemporaryDir temporary_;
    fs::path folder_;

    std::string written(const Image& image, const std::string& name, WriteOptions options = {}) {
        write_image(folder_ / name, image, options);
        return read_file(folder_ / name, 1 << 24);
    }
    /// One small file of each format and kind.
    std::vector<std::string> examples() {
        std::vector<std::string> files;
        for (const ImageFormat& format : image_formats())
            for (const int channels : {1, 3, 4})
                for (const int depth : {8, 16}) {
                    Image image = picture(21, 17, channels, depth);
                    image.metadata = {"", profile(channels == 1), exif(), xmp(), {{"Title", "x"}}};
                    files.push_back(written(image, "example" + format.suffixes[0]));
                }
        return files;
    }

private Q_SLOTS:
    void init() {
        folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void every_format_keeps_pixels_and_metadata() {
        for (const ImageFormat& format : image_formats())
            for (const int channels : {1, 3, 4})
                for (const int depth : {8, 16}) {
                    Image image = picture(37, 23, channels, depth);
                    image.metadata.icc = profile(channels == 1);
                    image.metadata.exif = exif();
                    image.metadata.xmp = xmp();
                    const std::string bytes = written(image, "a" + format.suffixes[0]);
                    const Image back = read_image(folder_ / ("a" + format.suffixes[0]));
                    const std::string which =
                        format.id + " " + std::to_string(channels) + " " + std::to_string(depth);
                    QVERIFY2(back.metadata.format == format.id, which.c_str());
                    QVERIFY2(back.metadata.icc == image.metadata.icc, which.c_str());
                    QVERIFY2(back.metadata.xmp == image.metadata.xmp, which.c_str());
                    if (format.id != "tiff")  // there the tags come back, not the bytes
                        QVERIFY2(back.metadata.exif == image.metadata.exif, which.c_str());
                    const ImageInfo info = format.peek(bytes, "a");
                    QCOMPARE(info.format, format.id);
                    QCOMPARE(info.frames, 1);
                    QVERIFY2(info.width == 37 && info.height == 23, which.c_str());
                    QVERIFY2(back.channels == info.channels && back.depth == info.depth,
                             which.c_str());
                    if (format.id == "png" || format.id == "tiff")
                        QVERIFY2(back.pixels == image.pixels && back.channels == channels,
                                 which.c_str());
                    if (format.id == "webp")
                        QVERIFY2(back.pixels == (channels == 4 ? to_depth(image, 8).pixels
                                                               : to_channels(image, 3).pixels),
                                 which.c_str());
                    if (format.id == "jpeg") QCOMPARE(back.channels, channels == 1 ? 1 : 3);
                }
    }

    void jpeg_and_lossy_webp_come_close() {
        const Image image = resize(picture(8, 8, 3, 8), {64, 64});
        for (const char* name : {"a.jpg", "a.webp"}) {
            written(image, name, {.quality = 92, .lossless = false});
            const Image back = read_image(folder_ / name);
            double sum = 0;
            for (std::size_t i = 0; i < image.pixels.size(); ++i)
                sum += std::abs(int(image.pixels[i]) - int(back.pixels[i]));
            QVERIFY2(sum / double(image.pixels.size()) < 3, name);
        }
    }

    void quality_is_heard() {
        const Image image = picture(64, 64, 3, 8);
        for (const char* name : {"a.jpg", "a.webp"})
            QVERIFY(written(image, name, {.quality = 20, .lossless = false}).size() <
                    written(image, name, {.quality = 95, .lossless = false}).size());
    }

    void tiff_keeps_the_tags_of_a_camera() {
        Image image = picture(20, 10, 3, 16);
        image.metadata.exif = with_user_comment(exif(), "über Ärger 你好");
        written(image, "a.tif");
        const Image back = read_image(folder_ / "a.tif");
        QCOMPARE(back.pixels, image.pixels);
        QCOMPARE(user_comment(back.metadata.exif), std::string("über Ärger 你好"));
        const auto& tags = back.metadata.exif;
        const std::string text(reinterpret_cast<const char*>(tags.data()), tags.size());
        QVERIFY(contains(text, "Daguerr"));
        QVERIFY(contains(text, std::string("\x12\x01\x03\0\x01\0\0\0\x06", 9)));
        // And a second time through JPEG.
        written(back, "b.jpg");
        QCOMPARE(user_comment(read_image(folder_ / "b.jpg").metadata.exif),
                 std::string("über Ärger 你好"));
    }

    void a_thumbnail_shows_what_the_pixels_show() {
        Image plain = picture(40, 30, 3, 8), photo = picture(800, 600, 3, 8);
        write_image(folder_ / "old.jpg", plain);
        const std::vector<std::byte> camera = with_user_comment(exif(), "a word");
        QVERIFY(!has_thumbnail({}) && !has_thumbnail(camera) && !has_thumbnail(bytes_of("II*")));
        for (std::byte& value : photo.pixels) value = std::byte(200);
        photo.metadata.exif = camera;
        renew_thumbnail(photo);
        QVERIFY(photo.metadata.exif == camera);
        photo.metadata.exif = with_thumbnail(camera, read_file(folder_ / "old.jpg", 1 << 20));
        QVERIFY(has_thumbnail(photo.metadata.exif));
        renew_thumbnail(photo);
        write_image(folder_ / "new.jpg", photo);
        const auto found = read_image(folder_ / "new.jpg").metadata.exif;
        QCOMPARE(user_comment(found), std::string("a word"));
        const std::string text(reinterpret_cast<const char*>(found.data()), found.size());
        const std::size_t start = text.find("\xFF\xD8\xFF");
        QVERIFY(start != text.npos && text.find("\xFF\xD8\xFF", start + 1) == text.npos);
        const Image small = read_image(std::string_view(text).substr(start), "thumbnail");
        QVERIFY(small.width == 160 && small.height == 120);
        for (const std::byte value : small.pixels) QVERIFY(std::abs(int(value) - 200) < 3);
    }

    void png_text_is_kept_in_order() {
        Image image = picture(4, 4, 1, 8);
        const std::vector<std::pair<std::string, std::string>> texts{
            {"Title", "plain"},
            {"Author", "Jürgen Müller"},
            {"Comment", "你好，世界 🐈"},
            {"parameters", "a\nb: c"},
            {"daguerre", "{\"é\":1}"},
            {"Title", "a second one"},
            {"Empty", ""},
            {"Long", std::string(100'000, 'x')}};
        image.metadata.text = texts;
        const std::string bytes = written(image, "a.png");
        QVERIFY(read_image(folder_ / "a.png").metadata.text == texts);
        QVERIFY(contains(bytes, std::string("tEXtAuthor\0J\xFCrgen", 17)));
        QVERIFY(contains(bytes, std::string("iTXtdaguerre\0", 13)));
        image.metadata.text = {{"", "no key"}, {std::string(80, 'k'), "long key"}, {"ok", "ok"}};
        written(image, "b.png");
        QCOMPARE(read_image(folder_ / "b.png").metadata.text.size(), std::size_t(1));
    }

    void compressed_and_broken_text_is_read() {
        Image image = picture(4, 4, 1, 8);
        std::string png = written(image, "a.png");
        // zlib, stored: "hello" and its Adler-32.
        const std::string packed("\x78\x01\x01\x05\0\xFA\xFFhello\x06\x2C\x02\x15", 16);
        png.insert(33, png_chunk("zTXt", std::string("Key\0\0", 5) + packed) +
                           png_chunk("iTXt", std::string("Bad\0\0\0\0\0\xFF\xFE", 10)) +
                           png_chunk("tEXt", "no separator"));
        const auto texts = read_image(png, "a").metadata.text;
        QVERIFY(texts.size() >= 2);
        QVERIFY(texts[0] == std::pair(std::string("Key"), std::string("hello")));
        QCOMPARE(texts[1].second, std::string("ÿþ"));
    }

    void small_depths_and_palettes_become_eight_bit() {
        const std::string idat = png_chunk("IDAT", std::string("\x78\x01\x01\x02\0\xFD\xFF\0\x1B"
                                                               "\0\x1D\0\x1C",
                                                               13));
        // One row of four 2-bit pixels: 0 1 2 3.
        for (const int colour : {0, 3}) {
            std::string png = png_header(4, 1, colour);
            png[24] = 2;
            png = png.substr(0, 8) + png_chunk("IHDR", png.substr(16, 13));
            if (colour == 3)
                png += png_chunk(
                    "PLTE", std::string("\x01\x02\x03\x0A\x0B\x0C\x14\x15\x16\x1E\x1F\x20", 12));
            const Image image = read_image(png + idat + png_chunk("IEND", ""), "a");
            QCOMPARE(image.channels, colour == 3 ? 3 : 1);
            QCOMPARE(int(image.pixels[std::size_t(image.channels)]), colour == 3 ? 10 : 85);
        }
    }

    void what_is_no_image_is_named() {
        for (const std::string& bytes :
             {std::string(), std::string("hello"), std::string(100, '\0'), std::string("GIF89a")})
            QCOMPARE(refusal([&] { read_image(bytes, "cat.png"); }),
                     std::string("“cat.png” isn't an image, whatever its name says."));
        write_whole(folder_ / "cat.jpg", written(picture(3, 3, 3, 8), "a.png"));
        QCOMPARE(peek(folder_ / "cat.jpg").format, std::string("png"));  // by content, not by name
        QVERIFY(contains(refusal([&] { read_image(folder_ / "none.png"); }), "none.png"));
        QVERIFY(contains(refusal([&] { write_image(folder_ / "a.bmp", picture(2, 2, 1, 8)); }),
                         ".png, "));
        QVERIFY(has_image_suffix("A.JPeG") && !has_image_suffix("a.bmp") &&
                !has_image_suffix("png"));
    }

    void too_large_is_refused_before_memory_is_taken() {
        const std::uint64_t before = std::max(memory_peak(), memory_used() + (64 << 20));
        const std::string vast = png_header(100'000, 100'000) + png_chunk("IDAT", "x");
        const std::string why = refusal([&] { read_image(vast, "vast.png"); });
        QVERIFY2(
            contains(why, "“vast.png” says it is 100000 x 100000. The limit is 500 megapixels"),
            why.c_str());
        // Within the limit, but no file of this length can fill it.
        const std::string hollow = png_header(20'000, 20'000) + png_chunk("IDAT", "x");
        QVERIFY(contains(refusal([&] { read_image(hollow, "h"); }), "0 of 20000 rows"));
        for (const std::string& file : examples())
            QVERIFY(
                contains(refusal([&] { read_image(file, "small", 300); }), "says it is 21 x 17"));
        QVERIFY(memory_peak() <= before);
    }

    void packed_text_does_not_explode() {
        const Image image = picture(4, 4, 1, 8);
        const std::string png = written(image, "a.png");
        const QByteArray packed = qCompress(QByteArray(64 << 20, 'x'), 9).mid(4);
        std::string many, profiles, texts;
        for (int i = 0; i < 5000; ++i) many += png_chunk("tEXt", std::string("Key\0value", 9));
        for (int i = 0; i < 20; ++i)
            texts += png_chunk("zTXt", std::string("Key\0\0", 5) + packed.toStdString());
        profiles = png_chunk("iCCP", std::string("Key\0\0", 5) + packed.toStdString());
        const std::uint64_t before = std::max(memory_peak(), memory_used() + (64 << 20));
        for (const std::string& chunks : {many, profiles, texts}) {
            std::string bomb = png;
            bomb.insert(33, chunks);
            const Image back = read_image(bomb, "a");
            QCOMPARE(back.pixels, image.pixels);
            QVERIFY(back.metadata.text.size() < 100 && back.metadata.icc.empty());
        }
        QVERIFY(memory_peak() <= before);
    }

    void truncated_files_say_how_far_they_go() {
        for (const std::string& file : examples())
            for (std::size_t n = 0; n < file.size(); n += n < 600 ? 1 : 1 + file.size() / 97) {
                const std::string why = outcome(file.substr(0, n));
                if (n < 16) QVERIFY2(!why.empty(), std::to_string(n).c_str());
                QVERIFY(why.empty() || contains(why, "photo"));
            }
        for (const char* name : {"a.png", "a.jpg", "a.webp"}) {
            const std::string file = written(picture(200, 100, 3, 8), name);
            const std::string why = outcome(file.substr(0, file.size() / 2));
            QVERIFY2(contains(why, "ends too soon") && contains(why, " of 100 rows"), why.c_str());
        }
    }

    void flipped_bytes_give_an_image_or_a_sentence() {
        std::mt19937 random(1);
        for (const std::string& file : examples())
            for (int round = 0; round < 150; ++round) {
                std::string broken = file;
                for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
                    // Half of them in the header, where it hurts most.
                    const std::size_t range = random() % 2 ? broken.size() : 200;
                    broken[random() % std::min(range, broken.size())] ^= char(1 + random() % 255);
                }
                const std::string why = outcome(broken);
                QVERIFY(why.empty() || contains(why, "photo"));
            }
    }

    void sides_that_a_format_cannot_hold_are_refused() {
        const Image wide = Image::blank(70'000, 1, 1);
        for (const char* name : {"a.jpg", "a.webp"}) {
            QVERIFY(contains(refusal([&] { write_image(folder_ / name, wide); }), "70000"));
            QVERIFY(!fs::exists(folder_ / name));
        }
        write_image(folder_ / "a.png", wide);
        QCOMPARE(read_image(folder_ / "a.png").width, 70'000);
    }

    void animations_count_their_frames() {
        std::string png = written(picture(4, 4, 1, 8), "a.png");
        png.insert(33, png_chunk("acTL", std::string("\0\0\0\x07\0\0\0\0", 8)));
        write_whole(folder_ / "b.png", png);
        QCOMPARE(peek(folder_ / "b.png").frames, 7);
    }

    void the_same_image_gives_the_same_bytes() {
        Image image = picture(16, 16, 3, 8);
        add_record(image, {"cat", {{"Steps", "20"}}, "{\"format\":1}"});
        for (const ImageFormat& format : image_formats())
            QCOMPARE(written(image, "a" + format.suffixes[0]),
                     written(image, "b" + format.suffixes[0]));
    }
};

QTEST_GUILESS_MAIN(TestImageFile)
#include "test_image_file.moc"
