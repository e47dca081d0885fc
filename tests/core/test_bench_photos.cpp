#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "core/base/random.h"
#include "core/base/table.h"
#include "core/image/image_file.h"
#include "core/inpaint/bench_photos.h"
#include "refusal.h"

using namespace daguerre;
namespace fs = std::filesystem;

namespace {

Image ramp(int width, int height, int channels, int depth = 8) {
    Image image = Image::blank(width, height, channels);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width * channels; ++x)
            image.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(x * 3 + y * 5);
    return depth == 8 ? image : to_depth(image, depth);
}

}  // namespace

class TestBenchPhotos : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void photos_come_to_one_size() {
        struct Case {
            Size from;
            int channels, depth, square;
            Size to;
        };
        for (const Case& each : {
                 Case{{1536, 1024}, 3, 8, 0, {512, 341}},
                 {{1024, 1536}, 4, 16, 0, {341, 512}},
                 {{300, 200}, 1, 8, 0, {300, 200}},
                 {{5000, 2}, 3, 8, 0, {512, 1}},
                 {{1536, 1024}, 3, 16, 256, {256, 256}},
                 {{300, 100}, 1, 8, 256, {100, 100}},
             }) {
            const Image from = ramp(each.from.width, each.from.height, each.channels, each.depth);
            const Image photo = bench_photo(from, each.square);
            QCOMPARE((Size{photo.width, photo.height}), each.to);
            QCOMPARE(photo.channels, each.channels == 1 ? 1 : 3);
            QCOMPARE(photo.depth, 8);
        }
        const Image small = ramp(40, 30, 3);
        QVERIFY(bench_photo(small, 0).pixels == small.pixels);
    }

    void sets_share_no_photo() {
        const QTemporaryDir folder;
        const fs::path data = folder.path().toStdString();
        for (int i = 1; i <= 39; ++i)
            write_image(data / "photos" / ((i < 10 ? "p0" : "p") + std::to_string(i) + ".png"),
                        Image::blank(1, 1));
        std::ofstream(data / "photos" / "README.md") << "no photo";
        write_image(data / "evaluation-only/kodak/kodim01.png", Image::blank(1, 1));
        const auto tuning = bench_photos("tuning", data), test = bench_photos("test", data);
        QCOMPARE(tuning.size(), std::size_t(19));
        QCOMPARE(test.size(), std::size_t(17));
        QCOMPARE(tuning[0].filename().string(), std::string("p02.png"));
        QCOMPARE(test[0].filename().string(), std::string("p01.png"));
        QCOMPARE(test.back().filename().string(), std::string("kodim01.png"));
        for (const fs::path& file : test) {
            QVERIFY(std::ranges::find(tuning, file) == tuning.end());
            for (const char* looked_at : {"p07", "p21", "p35", "p39"})
                QVERIFY(file.stem() != looked_at);
        }
        QCOMPARE(bench_photos((data / "photos").string(), {}).size(), std::size_t(39));
        const std::string one = (data / "photos/p01.png").string();
        QCOMPARE(bench_photos(one + "," + one, {}).size(), std::size_t(2));
    }

    void missing_photos_are_said() {
        QVERIFY(says(refusal([] { bench_photos("test", ""); }), "--data"));
        QVERIFY(says(refusal([] { bench_photos("test", "/nowhere"); }), "/nowhere/photos"));
        QVERIFY(says(refusal([] { bench_photos("a.png,b.png", ""); }), "“a.png”"));
        QVERIFY(says(refusal([] { bench_photos("", ""); }), "names no photo"));
    }

    void scenes_are_what_they_are_called() {
        const auto scene = [](const char* id, const Image& photo) {
            return row_named(bench_scenes(), id, "scene").make(photo);
        };
        const auto share = [](const Image& mask) {
            return double(std::ranges::count(mask.pixels, std::byte(255))) /
                   double(mask.pixels.size());
        };
        const BenchScene small = scene("photo512", ramp(500, 500, 3));
        QVERIFY(share(small.mask) >= 0.18 && share(small.mask) <= 0.22);
        QCOMPARE(small.photo.width, 500);

        const Image cliff = ramp(1536, 1152, 3);
        const BenchScene square = scene("hole512", cliff);
        QCOMPARE(share(square.mask), 1.0 / 9);
        QVERIFY(crop(square.photo, {0, 0, 1536, 1152}).pixels == cliff.pixels);
        for (int y = 1152; y < 1536; ++y)
            QVERIFY(std::ranges::equal(square.photo.row<std::uint8_t>(y),
                                       cliff.row<std::uint8_t>(2303 - y)));
    }

    void the_large_scene_has_grain() {
        Image plain = Image::blank(1536, 1152, 3);
        std::ranges::fill(plain.pixels, std::byte(100));
        const BenchScene scene = row_named(bench_scenes(), "photo24", "scene").make(plain);
        QCOMPARE((Size{scene.photo.width, scene.photo.height}), (Size{6000, 4000}));
        QCOMPARE(std::ranges::count(scene.mask.pixels, std::byte(255)), 600 * 600);
        QCOMPARE(scene.mask.row<std::uint8_t>(1700)[2700], std::uint8_t(255));
        QCOMPARE(scene.mask.row<std::uint8_t>(1699)[2700], std::uint8_t(0));
        double sum = 0, squares = 0;
        for (const std::uint8_t value : scene.photo.row<std::uint8_t>(5)) {
            sum += value - 100;
            squares += (value - 100) * (value - 100);
        }
        // 18,000 values: the deviation is known to 0.016; rounding adds 1/12 to the variance.
        QVERIFY(std::abs(sum / 18000) < 0.1);
        QVERIFY(std::abs(std::sqrt(squares / 18000) - std::sqrt(9 + 1.0 / 12)) < 0.07);
    }

    void normal_numbers_are_normal() {
        double sum = 0, squares = 0, fourths = 0;
        constexpr int n = 200'000;
        for (int i = 0; i < n; ++i) {
            const double value = normal(7, std::uint64_t(i)), square = value * value;
            sum += value;
            squares += square;
            fourths += square * square;
        }
        QVERIFY(std::abs(sum / n) < 0.01);
        QVERIFY(std::abs(squares / n - 1) < 0.015);
        QVERIFY(std::abs(fourths / n - 3) < 0.1);
    }

    void sheets_show_every_picture() {
        const Image photo = ramp(30, 20, 1);
        Image mask = Image::blank(30, 20, 1);
        mask.row<std::uint8_t>(3)[4] = 128;
        mask.row<std::uint8_t>(3)[5] = 127;
        const Image shown = with_hole_shown(photo, mask);
        QCOMPARE(int(shown.row<std::uint8_t>(3)[13]), 0);
        QVERIFY(shown.row<std::uint8_t>(3)[16] == photo.row<std::uint8_t>(3)[5]);
        const Image sheet = bench_sheet({{"photo", photo}, {"hole", shown}});
        QCOMPARE((Size{sheet.width, sheet.height}), (Size{64, 40}));
        QVERIFY(crop(sheet, {0, 20, 30, 20}).pixels == to_channels(photo, 3).pixels);
        QVERIFY(crop(sheet, {34, 20, 30, 20}).pixels == shown.pixels);
    }
};

QTEST_GUILESS_MAIN(TestBenchPhotos)
#include "test_bench_photos.moc"
