#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <random>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/image/image_file.h"
#include "core/image/metadata.h"
#include "core/inpaint/fill_files.h"
#include "core/inpaint/mask.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Image scenery(Size size, int channels, int depth, unsigned seed = 1) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(seed);
    for (int y = 0; y < size.height; ++y)
        for (std::size_t i = 0; i < std::size_t(size.width * channels); ++i) {
            const unsigned value = 90 + unsigned(y) + unsigned(random() % 8);
            if (depth == 8)
                image.row<std::uint8_t>(y)[i] = std::uint8_t(value);
            else
                image.row<std::uint16_t>(y)[i] = std::uint16_t(value * 257);
        }
    return image;
}

Image hole(Size size) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (int y = 20; y < 30; ++y)
        for (int x = 10; x < 25; ++x) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

constexpr Size size{60, 50};

FillSettings settings(const std::string& engine = "telea", std::int64_t seed = 1) {
    FillSettings settings;
    settings.request.engine = engine;
    settings.request.seed = seed;
    settings.inpainter = row_named(inpainters(), engine, "engine").make({});
    return settings;
}

bool go_on(const Progress&) { return true; }

std::vector<std::string> texts(const std::vector<Sentence>& sentences) {
    std::vector<std::string> all;
    for (const Sentence& sentence : sentences) all.push_back(sentence.text());
    return all;
}

}  // namespace

class TestFillFiles : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> temporary_;
    fs::path folder_;

    void touch(const char* file) { write_whole(folder_ / file, "x"); }

    /// A photo with its mask, on disk.
    FillFile example(const std::string& name, Image photo) {
        write_image(folder_ / name, photo);
        write_image(folder_ / "mask.png", hole(size));
        return {folder_ / name, folder_ / "mask.png", folder_ / ("filled-" + name)};
    }

private Q_SLOTS:
    void init() {
        temporary_ = std::make_unique<QTemporaryDir>();
        folder_ = temporary_->path().toStdString();
    }

    void masks_are_matched_by_stem() {
        for (const char* file : {"p/b.jpg", "p/a.tif", "p/c.png", "p/notes.txt", "p/.hidden.png",
                                 "m/a.png", "m/b.png", "m/b.tif", "m/d.png"})
            touch(file);
        fs::create_directories(folder_ / "p" / "e.png");  // a folder is no photo
        const FillFiles found = match_files(folder_ / "p", folder_ / "m", folder_ / "out");
        QCOMPARE(found.files.size(), std::size_t(2));
        QCOMPARE(found.files[0].photo, folder_ / "p" / "a.tif");
        QCOMPARE(found.files[0].mask, folder_ / "m" / "a.png");
        QCOMPARE(found.files[0].out, folder_ / "out" / "a.tif");
        QCOMPARE(found.files[1].mask, folder_ / "m" / "b.png");
        std::vector<std::string> left;
        for (const LeftOut& file : found.left_out) left.push_back(file.why.text());
        QCOMPARE(left.size(), std::size_t(3));
        QVERIFY(says(left[0], "b.tif") && says(left[1], "c.png") && says(left[2], "d.png"));
    }

    void what_may_be_copied_is_matched_too() {
        for (const char* file :
             {"p/b.jpg", "p/a.jpg", "m.png", "only/b.png", "only/c.png", "never.png"})
            touch(file);
        const FillFiles found = match_files(folder_ / "p", folder_ / "m.png", folder_ / "out",
                                            {folder_ / "only", folder_ / "never.png"});
        QCOMPARE(found.files.size(), std::size_t(2));
        QVERIFY(found.files[0].only_from.empty());
        QCOMPARE(found.files[1].only_from, folder_ / "only" / "b.png");
        for (const FillFile& file : found.files) QCOMPARE(file.never_from, folder_ / "never.png");
        QCOMPARE(found.left_out.size(), std::size_t(1));  // c.png
        QVERIFY(says(refusal([&] {
                         match_files(folder_ / "p" / "a.jpg", folder_ / "m.png",
                                     folder_ / "never.png", {{}, folder_ / "never.png"});
                     }),
                     "leaves originals alone"));
        QVERIFY(says(refusal([&] {
                         match_files(folder_ / "p", folder_ / "m.png", folder_ / "out",
                                     {folder_ / "none.png", {}});
                     }),
                     "none.png"));
    }

    void one_mask_serves_all() {
        for (const char* file : {"p/b.jpg", "p/a.jpg", "m.png"}) touch(file);
        const FillFiles found = match_files(folder_ / "p", folder_ / "m.png", folder_ / "out");
        QCOMPARE(found.files.size(), std::size_t(2));
        for (const FillFile& file : found.files) QCOMPARE(file.mask, folder_ / "m.png");
        QVERIFY(found.left_out.empty());
    }

    void one_photo_goes_to_a_file_or_a_folder() {
        for (const char* file : {"a.jpg", "m/a.png"}) touch(file);
        QCOMPARE(match_files(folder_ / "a.jpg", folder_ / "m", folder_ / "b.tif").files[0].out,
                 folder_ / "b.tif");
        QCOMPARE(match_files(folder_ / "a.jpg", folder_ / "m", folder_ / "out").files[0].out,
                 folder_ / "out" / "a.jpg");
        fs::create_directories(folder_ / "out.png");
        QCOMPARE(match_files(folder_ / "a.jpg", folder_ / "m", folder_ / "out.png").files[0].out,
                 folder_ / "out.png" / "a.jpg");
    }

    void originals_are_left_alone() {
        for (const char* file : {"p/a.png", "m/a.png", "b.png"}) touch(file);
        fs::create_directory_symlink(folder_ / "p", folder_ / "link");
        fs::create_hard_link(folder_ / "p" / "a.png", folder_ / "same.png");
        const fs::path photo = folder_ / "p" / "a.png", mask = folder_ / "m" / "a.png";
        for (const fs::path& out : {folder_ / "p", folder_ / "m", folder_ / "p" / ".." / "p",
                                    folder_ / "link", photo, mask, folder_ / "same.png"})
            QVERIFY2(
                says(refusal([&] { match_files(photo, mask, out); }), "leaves originals alone"),
                out.c_str());
        match_files(photo, mask, folder_ / "b.png");  // another file may be written over
    }

    void what_cannot_be_matched_is_said() {
        for (const char* file : {"p/a.png", "m/b.png", "empty/x.txt"}) touch(file);
        struct Row {
            const char *photo, *mask, *out, *said;
        };
        for (const Row& row : {Row{"none", "m", "out", "There is no photo"},
                               {"p", "none", "out", "There is no mask"},
                               {"empty", "m", "out", "no images in"},
                               {"p", "empty", "out", "no images in"},
                               {"p", "m", "out", "has a mask in"},
                               {"p/a.png", "m", "out", "has a mask in"},
                               {"p", "m/b.png", "out.png", "Name a folder"}})
            QVERIFY(says(refusal([&] {
                             match_files(folder_ / row.photo, folder_ / row.mask,
                                         folder_ / row.out);
                         }),
                         row.said));
    }

    void a_result_has_the_photos_format_and_all_it_carried() {
        for (const char* name : {"a.png", "a.tif", "a.webp", "a.jpg"})
            for (const int channels : {1, 3, 4})
                for (const int depth : {8, 16}) {
                    Image photo = scenery(size, channels, depth);
                    photo.metadata.exif = with_user_comment({}, "holiday");
                    const FillFile file = example(name, photo);
                    const Image stored = read_image(file.photo);
                    const FillSource source = read_source(file);
                    std::vector<Patch> patches;
                    const FillRow row = fill_to(file.out, source, settings(), go_on, {}, &patches);
                    QCOMPARE(row.state, FillRow::State::Done);
                    QCOMPARE(row.hole_pixels, 150);
                    QCOMPARE(row.outside_changed, 0);
                    QVERIFY(row.outside_bytes > 0 && patches.size() == 1);
                    const Image filled = read_image(file.out), mask = hole(size);
                    QCOMPARE(filled.metadata.format, stored.metadata.format);
                    QCOMPARE(filled.channels, stored.channels);
                    QCOMPARE(filled.depth, stored.depth);
                    QCOMPARE(user_comment(filled.metadata.exif), std::string("holiday"));
                    const bool jpeg = stored.metadata.format == "jpeg";
                    QCOMPARE(jpeg, !row.remarks.empty() && says(row.remarks[0].text(), "JPEG"));
                    const auto pixel = std::size_t(stored.channels * stored.depth / 8);
                    for (std::size_t i = 0; i < filled.pixels.size() && !jpeg; ++i)
                        if (mask.pixels[i / pixel] == std::byte(0))
                            QCOMPARE(filled.pixels[i], stored.pixels[i]);
                }
    }

    void another_suffix_is_another_format() {
        FillFile file = example("a.tif", scenery(size, 4, 16));
        file.out = folder_ / "b.jpg";
        const FillRow row = fill_to(file.out, read_source(file), settings(), go_on);
        QCOMPARE(read_image(file.out).metadata.format, std::string("jpeg"));
        const auto remarks = texts(row.remarks);
        QCOMPARE(remarks.size(), std::size_t(3));
        QVERIFY(says(remarks[1], "16 were rounded") && says(remarks[2], "no transparency"));
    }

    void the_old_thing_is_gone_from_the_thumbnail_too() {
        Image old = scenery(size, 3, 8);
        for (std::byte& value : old.pixels) value = std::byte(255);
        write_image(folder_ / "old.jpg", old);
        Image photo = scenery(size, 3, 8);
        photo.metadata.exif =
            with_thumbnail(with_user_comment({}, "x"), read_file(folder_ / "old.jpg", 1 << 20));
        const FillFile file = example("a.jpg", photo);
        fill_to(file.out, read_source(file), settings(), go_on);
        const auto before = read_image(file.photo).metadata.exif;
        const auto after = read_image(file.out).metadata.exif;
        QVERIFY(has_thumbnail(before) && has_thumbnail(after));
        QVERIFY(before != after);
    }

    void an_empty_mask_copies_the_file() {
        const FillFile file = example("a.jpg", scenery(size, 3, 8));
        write_image(file.mask, Image::blank(size.width, size.height, 1));
        const FillRow row = fill_to(file.out, read_source(file), settings(), go_on);
        QVERIFY(read_file(file.out, 1 << 20) == read_file(file.photo, 1 << 20));
        QVERIFY(says(row.remarks.at(0).text(), "The mask is empty"));
    }

    void stopping_writes_nothing() {
        const FillFile file = example("a.png", scenery(size, 3, 8));
        const FillRow row =
            fill_to(file.out, read_source(file), settings(), [](const Progress&) { return false; });
        QCOMPARE(row.state, FillRow::State::Stopped);
        QVERIFY(!fs::exists(file.out));
    }

    void what_cannot_be_filled_is_said() {
        FillFile file = example("a.png", scenery({60, 51}, 3, 8));
        QVERIFY(
            says(refusal([&] { read_source(file); }), "The mask is 60 x 50, the photo 60 x 51."));
        std::string png = read_file(file.photo, 1 << 20);
        const std::string control(
            "\0\0\0\x08"
            "acTL"
            "\0\0\0\x07\0\0\0\0"
            "\x25\xE3\xA5\x4D",
            20);
        png.insert(33, control);
        write_whole(file.photo, png);
        QVERIFY(says(refusal([&] { read_source(file); }), "holds 7 pictures"));
        write_whole(file.photo, "no image");
        QVERIFY(says(refusal([&] { read_source(file); }), "isn't an image"));
    }

    void done_is_what_the_same_start_would_make() {
        const FillFile file = example("a.jpg", scenery(size, 3, 8));
        QVERIFY(!is_done(file, settings()));
        fill_to(file.out, read_source(file), settings(), go_on);
        QVERIFY(is_done(file, settings()));
        QVERIFY(!is_done(file, settings("ns")));
        QVERIFY(!is_done(file, settings("telea", 2)));
        write_image(file.mask, Image::blank(size.width, size.height, 1));
        QVERIFY(!is_done(file, settings()));
        write_image(file.mask, hole(size));
        QVERIFY(is_done(file, settings()));
        write_image(file.photo, scenery(size, 3, 8, 2));
        QVERIFY(!is_done(file, settings()));
        write_whole(file.out, "broken");
        QVERIFY(!is_done(file, settings()));
    }

    void a_report_has_a_row_for_each() {
        const FillFile file = example("a.png", scenery(size, 3, 8));
        FillRow row = fill_to(file.out, read_source(file), settings(), go_on);
        const Json done = json_of(row);
        for (const char* key :
             {"photo", "mask", "file", "state", "engine", "seed", "width", "height", "bits",
              "parts", "hole_pixels", "outside_changed", "outside_bytes", "seconds", "remarks"})
            QVERIFY2(done.contains(key), key);
        row.state = FillRow::State::Failed;
        row.error = {"Because of {x}.", {{"x", 7}}};
        QCOMPARE(json_of(row)["error"].get<std::string>(), std::string("Because of 7."));
        QVERIFY(!json_of(row).contains("seconds"));
    }

    void numbers_stand_before_the_suffix() {
        QCOMPARE(numbered_file("x/a.b.png", 3), fs::path("x/a.b-3.png"));
        QCOMPARE(numbered_file("a", 0), fs::path("a-0"));
    }
};

QTEST_GUILESS_MAIN(TestFillFiles)
#include "test_fill_files.moc"
