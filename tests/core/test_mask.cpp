#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <random>

#include "core/base/machine.h"
#include "core/image/image_file.h"
#include "core/inpaint/mask.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Image rectangles(Size size, const std::vector<Rect>& parts, int value = 255) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (const Rect& r : parts)
        for (int y = r.y; y < r.y + r.height; ++y)
            for (int x = r.x; x < r.x + r.width; ++x)
                mask.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(value);
    return mask;
}

/// Blots at random places.
Image blots(Size size, unsigned seed, int count = 5) {
    std::mt19937 random(seed);
    const auto below = [&](int n) { return int(random() % unsigned(n)); };
    std::vector<Rect> parts;
    for (int i = 0; i < count; ++i) {
        const int x = below(size.width), y = below(size.height);
        parts.push_back({x, y, 1 + below(std::min(size.width - x, 30)),
                         1 + below(std::min(size.height - y, 30))});
    }
    return rectangles(size, parts);
}

int at(const Image& image, int x, int y) { return image.row<std::uint8_t>(y)[std::size_t(x)]; }
bool is_hole(const Image& mask, int x, int y) { return at(mask, x, y) >= 128; }

/// By trying every pixel of the disc.
Image grown_by_trying(const Image& mask, int radius) {
    Image result = mask;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            for (int dy = -radius; dy <= radius; ++dy)
                for (int dx = -radius; dx <= radius; ++dx) {
                    const int nx = x + dx, ny = y + dy;
                    if (dx * dx + dy * dy <= radius * radius && nx >= 0 && ny >= 0 &&
                        nx < mask.width && ny < mask.height && is_hole(mask, nx, ny))
                        result.row<std::uint8_t>(y)[std::size_t(x)] = 255;
                }
    return result;
}

Image opposite(Image mask) {
    for (std::byte& value : mask.pixels) value = ~value;
    return mask;
}

}  // namespace

class TestMask : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void any_image_is_a_mask() {
        struct Row {
            int depth;
            std::vector<int> pixel;
            int value;
        };
        for (const Row& row : {
                 Row{8, {7}, 7},
                 Row{8, {255, 0, 0}, 85},
                 Row{8, {200, 100, 84}, 128},
                 Row{8, {255, 255, 255, 128}, 128},
                 Row{8, {255, 255, 255, 0}, 0},
                 Row{16, {32768}, 128},  // half of 16 bits is half of 8
                 Row{16, {32767}, 127},
                 Row{16, {65535, 65535, 0}, 170},
                 Row{16, {65535, 65535, 65535, 32767}, 127},
             }) {
            Image image = Image::blank(1, 1, int(row.pixel.size()), row.depth);
            for (std::size_t c = 0; c < row.pixel.size(); ++c)
                if (row.depth == 8)
                    image.row<std::uint8_t>(0)[c] = std::uint8_t(row.pixel[c]);
                else
                    image.row<std::uint16_t>(0)[c] = std::uint16_t(row.pixel[c]);
            const Image mask = mask_from(image);
            QCOMPARE(mask.channels, 1);
            QCOMPARE(mask.depth, 8);
            QCOMPARE(at(mask, 0, 0), row.value);
        }
    }

    void a_file_of_the_photos_size_is_read() {
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath(QStringLiteral("m.png")).toStdString();
        const Image mask = blots({70, 50}, 1);
        write_image(file, mask);
        QVERIFY(read_mask(file, {70, 50}).pixels == mask.pixels);
        QVERIFY(says(refusal([&] {
                         read_mask(file, {50, 70});
                     }),
                     "The mask is 70 x 50, the photo 50 x 70. A mask must have the photo's size."));
        QVERIFY(!refusal([&] { read_mask(file / "none", {1, 1}); }).empty());
    }

    void box_and_count_are_those_of_a_plain_loop() {
        for (unsigned seed = 0; seed < 20; ++seed) {
            Image mask = blots({700, 600}, seed, int(seed % 4));
            if (seed % 2) mask.row<std::uint8_t>(599)[3] = 1;
            int left = 9999, top = 9999, right = -1, bottom = -1;
            std::int64_t count = 0;
            for (int y = 0; y < 600; ++y)
                for (int x = 0; x < 700; ++x) {
                    count += is_hole(mask, x, y);
                    if (at(mask, x, y) == 0) continue;
                    left = std::min(left, x);
                    top = std::min(top, y);
                    right = std::max(right, x);
                    bottom = std::max(bottom, y);
                }
            QCOMPARE(hole_pixels(Tiles(mask)), count);
            const Rect box =
                right < 0 ? Rect{} : Rect{left, top, right - left + 1, bottom - top + 1};
            QCOMPARE(mask_box(Tiles(mask)), box);
        }
    }

    void a_hole_grows_and_shrinks_by_a_disc() {
        for (const int radius : {1, 2, 3, 7, 20})
            for (unsigned seed = 1; seed <= 3; ++seed) {
                const Image mask = blots({90, 80}, seed);
                QVERIFY(grown(Tiles(mask), radius).image().pixels ==
                        grown_by_trying(mask, radius).pixels);
                QVERIFY(shrunk(Tiles(mask), radius).image().pixels ==
                        opposite(grown_by_trying(opposite(mask), radius)).pixels);
            }
        const Tiles one(rectangles({600, 300}, {{256, 100, 1, 1}}));
        std::int64_t disc = 0;
        for (int y = -200; y <= 200; ++y)
            for (int x = -200; x <= 200; ++x)
                disc += x * x + y * y <= 200 * 200 && 100 + y >= 0 && 100 + y < 300;
        QCOMPARE(hole_pixels(grown(one, 200)), disc);
    }

    void all_or_nothing_stays_so() {
        for (const int value : {0, 255}) {
            const Tiles mask(rectangles({60, 40}, {{0, 0, 60, 40}}, value));
            for (const Tiles& same :
                 {grown(mask, 9), shrunk(mask, 9), feathered(mask, 9), holes_filled(mask)})
                QVERIFY(same.image().pixels == mask.image().pixels);
        }
    }

    void a_soft_edge_moves_as_it_is() {
        Image ramp = Image::blank(200, 60, 1);
        for (int y = 0; y < 60; ++y)
            for (int x = 0; x < 200; ++x)
                ramp.row<std::uint8_t>(y)[std::size_t(x)] =
                    std::uint8_t(std::clamp(255 - (x - 60) * 13, 0, 255));
        const Image larger = grown(Tiles(ramp), 12).image(),
                    smaller = shrunk(Tiles(ramp), 12).image();
        for (int x = 30; x < 150; ++x) {
            QCOMPARE(at(larger, x, 30), at(ramp, x - 12, 30));
            QCOMPARE(at(smaller, x, 30), at(ramp, x + 12, 30));
        }
    }

    void softness_does_not_change_what_is_hole() {
        for (const int radius : {1, 4, 11}) {
            const Image soft = feathered(Tiles(blots({120, 100}, 4)), 6).image();
            const Image larger = grown(Tiles(soft), radius).image();
            const Image expected = grown_by_trying(soft, radius);
            for (int y = 0; y < 100; ++y)
                for (int x = 0; x < 120; ++x) {
                    QCOMPARE(is_hole(larger, x, y), is_hole(expected, x, y));
                    QVERIFY(at(larger, x, y) >= at(soft, x, y) || is_hole(larger, x, y));
                }
        }
    }

    void a_feather_is_even_and_ends_at_its_reach() {
        const Tiles mask(rectangles({400, 300}, {{100, 0, 200, 300}}));
        for (const int radius : {1, 5, 40}) {
            const Image soft = feathered(mask, radius).image();
            for (int x = 0; x < 400; ++x) {
                const int value = at(soft, x, 0);  // the photo's edge is no edge of the mask
                QCOMPARE(value, at(soft, 399 - x, 150));
                QVERIFY(x == 0 || x > 200 || value >= at(soft, x - 1, 0));
                if (x < 100 - radius) QCOMPARE(value, 0);
                if (x >= 100 + radius && x < 200) QCOMPARE(value, 255);
                if (x < 100) QVERIFY(std::abs(value + at(soft, 199 - x, 0) - 255) <= 1);
            }
            QVERIFY(at(soft, 99, 0) > 0 && at(soft, 99, 0) < 128 && at(soft, 100, 0) >= 128);
        }
    }

    void twice_inverted_is_the_same() {
        const Image mask = blots({600, 300}, 7);
        const Tiles once = inverted(Tiles(mask));
        QVERIFY(once.image().pixels == opposite(mask).pixels);
        QVERIFY(inverted(once).image().pixels == mask.pixels);
        const Tiles all = inverted(Tiles::blank({5000, 5000}, 1));
        QCOMPARE(all.tile(0, 0), all.tile(3, 4));
    }

    void enclosed_regions_are_filled() {
        struct Row {
            const char* name;
            std::vector<Rect> parts;
            std::int64_t filled;
        };
        for (const Row& row : std::vector<Row>{
                 {"a ring",
                  {{20, 20, 30, 3}, {20, 47, 30, 3}, {20, 20, 3, 30}, {47, 20, 3, 30}},
                  576},
                 {"an open ring", {{20, 20, 30, 3}, {20, 47, 30, 3}, {20, 20, 3, 30}}, 0},
                 {"closed by a corner",
                  {{20, 20, 4, 1}, {20, 20, 1, 4}, {24, 21, 1, 4}, {20, 24, 4, 1}},
                  3 * 3},
                 {"against the edge", {{0, 20, 10, 3}, {0, 47, 10, 3}, {10, 20, 3, 30}}, 0},
                 {"around everything",
                  {{0, 0, 80, 1}, {0, 69, 80, 1}, {0, 0, 1, 70}, {79, 0, 1, 70}},
                  78 * 68},
             }) {
            const Tiles mask(rectangles({80, 70}, row.parts));
            const Tiles filled = holes_filled(mask);
            QVERIFY2(hole_pixels(filled) == hole_pixels(mask) + row.filled, row.name);
            const Image before = mask.image(), after = filled.image();
            for (std::size_t i = 0; i < before.pixels.size(); ++i)
                QVERIFY(before.pixels[i] == std::byte(0) || after.pixels[i] == before.pixels[i]);
        }
    }

    void specks_go_and_the_rest_stays() {
        const std::vector<Rect> specks{{5, 5, 3, 3}, {255, 20, 3, 3}},
            rest{{100, 100, 2, 5}, {50, 40, 40, 2}};
        std::vector<Rect> all = specks;
        all.insert(all.end(), rest.begin(), rest.end());
        const Tiles mask(rectangles({300, 200}, all));
        QVERIFY(specks_removed(mask, 10).image().pixels == rectangles({300, 200}, rest).pixels);
        QVERIFY(specks_removed(mask, 9).image().pixels == mask.image().pixels);
        QCOMPARE(mask_box(specks_removed(mask, 81)), Rect{});
        QCOMPARE(
            hole_pixels(specks_removed(Tiles(rectangles({9, 9}, {{1, 1, 1, 1}, {2, 2, 1, 1}})), 2)),
            2);  // they touch by a corner
    }

    /// Time and memory grow with the mask's box.
    void the_rest_of_the_photo_is_left_alone() {
        Tiles mask = Tiles::blank({20000, 16000}, 1);
        mask.paste(9990, 8000, rectangles({60, 50}, {{0, 0, 60, 50}}));
        const std::uint64_t before = memory_peak();
        for (const Tiles& changed : {grown(mask, 20), shrunk(mask, 3), feathered(mask, 20),
                                     holes_filled(mask), specks_removed(mask, 10'000)}) {
            const Rect area = changed_area(mask, changed);
            QVERIFY(area.width <= 512 && area.height <= 512);
        }
        QVERIFY(memory_peak() - before < 50u << 20);
    }

    void a_radius_has_its_range() {
        const Tiles mask = Tiles::blank({9, 9}, 1);
        for (const int radius : {0, -1, 201})
            QVERIFY(!refusal<std::logic_error>([&] { grown(mask, radius); }).empty());
    }

    void a_mask_inside_a_thing_cuts_closely_and_one_around_it_does_not() {
        Image photo = Image::blank(120, 90, 3);
        for (int y = 0; y < 90; ++y)
            for (int i = 0; i < 360; ++i) {
                const bool thing = i / 3 >= 50 && i / 3 < 70 && y >= 35 && y < 55;
                photo.row<std::uint8_t>(y)[std::size_t(i)] =
                    std::uint8_t(thing ? 30 : 150 + i / 6 % 3 + y % 3);
            }
        const auto box = [](int x, int y, int width, int height) {
            Image mask = Image::blank(120, 90, 1);
            for (int v = y; v < y + height; ++v)
                for (int u = x; u < x + width; ++u) mask.row<std::uint8_t>(v)[std::size_t(u)] = 255;
            return Tiles(mask);
        };
        const Tiles scene(photo);
        QVERIFY(cuts_closely(scene, box(50, 35, 20, 20)));   // along its edge
        QVERIFY(cuts_closely(scene, box(52, 37, 16, 16)));   // a rim is left
        QVERIFY(!cuts_closely(scene, box(46, 31, 28, 28)));  // all of it and 4 px more
        QVERIFY(!cuts_closely(scene, box(10, 10, 20, 20)));  // nothing there
        QVERIFY(!cuts_closely(scene, Tiles::blank({120, 90}, 1)));
        QVERIFY(!cuts_closely(scene, box(0, 0, 120, 90)));
        // Texture everywhere says nothing of a rim.
        std::uint32_t state = 1;
        for (std::byte& value : photo.pixels)
            value = std::byte((state = state * 1664525 + 1013904223) >> 24);
        QVERIFY(!cuts_closely(Tiles(photo), box(50, 35, 20, 20)));
    }
};

QTEST_GUILESS_MAIN(TestMask)
#include "test_mask.moc"
