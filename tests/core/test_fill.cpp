#include <QtTest>
#include <cmath>
#include <limits>

#include "core/inpaint/fill.h"
#include "painted.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Tiles as(const char* format, Image image) {
    image.metadata.format = format;
    return Tiles(image);
}

}  // namespace

class TestFill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_empty_mask_changes_nothing() {
        const Tiles photo(noise({300, 40}, 3, 8));
        Image mask = Image::blank(300, 40, 1);
        draw(mask, {10, 10, 20, 20}, 127);
        Painter painter;
        const FillResult result = painted(photo, mask, painter);
        QCOMPARE(changed_area(photo, result.photo), Rect{});
        QVERIFY(painter.seen.empty() && result.patches.empty() && result.parts == 0);
        QVERIFY(says(result.remarks.at(0).text(), "The mask is empty"));
        QCOMPARE(result.outside_bytes, 300 * 40 * 3);
    }

    void what_cannot_be_filled_is_said() {
        const Tiles photo = Tiles::blank({60, 40}, 3);
        Painter painter;
        QVERIFY(says(refusal([&] {
                         painted(photo, mask_with({60, 40}, {{0, 0, 60, 40}}), painter);
                     }),
                     "covers the whole photo"));
        QVERIFY(says(refusal([&] { painted(photo, Image::blank(40, 60, 1), painter); }),
                     "The mask is 40 x 60, the photo 60 x 40."));
        QVERIFY(painter.seen.empty());
        FillRequest unknown;
        unknown.engine = "tela";
        QVERIFY(says(refusal<UnknownWord>([&] {
                         fill(photo, Tiles::blank({60, 40}, 1), unknown, go_on);
                     }),
                     "telea"));
    }

    void values_are_rounded_once() {
        struct Row {
            float grey;
            int depth, value;
        };
        for (const Row& row : {Row{100.49f, 8, 100},
                               {100.5f, 8, 101},
                               {-3, 8, 0},
                               {255.4f, 8, 255},
                               {300, 8, 255},
                               {100, 16, 25700},
                               {0.5f / 257, 16, 1},
                               {999, 16, 65535},
                               {std::numeric_limits<float>::quiet_NaN(), 8, 0},
                               {std::numeric_limits<float>::infinity(), 16, 65535}}) {
            Painter painter{row.grey};
            const Tiles photo(noise({20, 20}, 3, row.depth));
            const auto result = painted(photo, mask_with({20, 20}, {{5, 5, 4, 4}}), painter);
            QCOMPARE(at(result.photo.image(), 6, 6, 1), row.value);
            QCOMPARE(at(result.photo.image(), 4, 6, 1), at(photo.image(), 4, 6, 1));
        }
    }

    void colours_are_greys_at_any_depth() {
        for (const int depth : {8, 16}) {
            const Tiles photo(noise({20, 20}, 4, depth));
            Painter painter;
            painted(photo, mask_with({20, 20}, {{5, 5, 4, 4}}), painter);
            const Colours& colours = painter.seen.at(0).colours;
            QCOMPARE(colours.channels, 3);
            for (int c = 0; c < 3; ++c)
                QVERIFY(std::abs(colours.pixel(3, 17)[c] - float(at(photo.image(), 3, 17, c)) *
                                                               (depth == 8 ? 1 : 1 / 257.0f)) <
                        1e-3f);
        }
    }

    void soft_edges_blend_when_asked() {
        Image grey = Image::blank(20, 20, 1);
        draw(grey, {0, 0, 20, 20}, 200);
        Image mask = Image::blank(20, 20, 1);
        draw(mask, {8, 8, 1, 1}, 255);
        draw(mask, {9, 8, 1, 1}, 191);  // 64/128
        draw(mask, {10, 8, 1, 1}, 128);
        draw(mask, {11, 8, 1, 1}, 127);
        FillRequest request;
        for (const bool blend : {false, true}) {
            request.blend_soft = blend;
            Painter painter{100};
            const Image filled = painted(Tiles(grey), mask, painter, request).photo.image();
            QCOMPARE(at(filled, 8, 8), 100);
            QCOMPARE(at(filled, 9, 8), blend ? 150 : 100);
            QCOMPARE(at(filled, 10, 8), blend ? 199 : 100);
            QCOMPARE(at(filled, 11, 8), 200);
        }
    }

    void alpha_is_never_written() {
        Image photo = noise({40, 40}, 4, 16);
        for (int y = 0; y < 40; ++y)
            for (int x = 0; x < 40; ++x)
                photo.row<std::uint16_t>(y)[std::size_t(x * 4 + 3)] = x < 22 ? 0 : 1;
        photo.metadata.icc = {std::byte(1)};
        photo.metadata.exif = {std::byte(2)};
        Painter painter{50};
        const auto result = painted(Tiles(photo), mask_with({40, 40}, {{20, 20, 4, 1}}), painter);
        const Image filled = result.photo.image();
        for (int x = 0; x < 40; ++x) QCOMPARE(at(filled, x, 20, 3), x < 22 ? 0 : 1);
        QCOMPARE(at(filled, 20, 20, 0), 12850);
        QVERIFY(says(result.remarks.at(1).text(), "2 of the filled pixels are transparent"));
        QVERIFY(filled.metadata.icc == photo.metadata.icc);
        QVERIFY(filled.metadata.exif == photo.metadata.exif);
        const Area& area = painter.seen.at(0);
        QCOMPARE(at(area.sources, 5, 5), 0);     // transparent
        QCOMPARE(at(area.sources, 30, 5), 255);  // hardly opaque
        QCOMPARE(at(area.sources, 23, 20), 0);   // hole
    }

    void only_what_is_allowed_may_be_copied() {
        const Size size{90, 60};
        CopyLimits limits;
        limits.only_from = Tiles(mask_with(size, {{0, 0, 40, 60}}));
        limits.never_from = Tiles(mask_with(size, {{0, 0, 90, 20}}));
        Painter painter;
        painted(Tiles(noise(size, 3, 8)), mask_with(size, {{10, 30, 10, 10}}), painter, {}, limits);
        const Image& sources = painter.seen.at(0).sources;
        for (int y = 0; y < 60; ++y)
            for (int x = 0; x < 90; ++x) {
                const bool hole = x >= 10 && x < 20 && y >= 30 && y < 40;
                QCOMPARE(at(sources, x, y), x < 40 && y >= 20 && !hole ? 255 : 0);
            }
        QCOMPARE(painter.seen.at(0).near_rim.width, 0);
    }

    void the_rim_of_a_jpeg_is_no_source() {
        const Size size{200, 190};
        const Image mask = mask_with(size, {{90, 80, 1, 1}, {95, 84, 3, 2}});
        Painter jpeg, png;
        painted(as("jpeg", noise(size, 3, 8)), mask, jpeg);
        painted(as("png", noise(size, 3, 8)), mask, png);
        QCOMPARE(jpeg.seen.size(), std::size_t(1));
        const Area &with_rim = jpeg.seen[0], &without = png.seen.at(0);
        QCOMPARE(without.near_rim.width, 0);
        for (int y = 0; y < with_rim.hole.height; ++y)
            for (int x = 0; x < with_rim.hole.width; ++x) {
                double distance = 99;
                for (int dy = -2; dy <= 2; ++dy)
                    for (int dx = -2; dx <= 2; ++dx)
                        if (x + dx >= 0 && y + dy >= 0 && x + dx < with_rim.hole.width &&
                            y + dy < with_rim.hole.height && at(with_rim.hole, x + dx, y + dy))
                            distance = std::min(distance, std::hypot(dx, dy));
                const bool rim = distance > 0 && distance <= 2;
                QCOMPARE(at(with_rim.near_rim, x, y), rim ? 255 : 0);
                QCOMPARE(at(with_rim.sources, x, y), distance > 2 ? 255 : 0);
                QCOMPARE(at(without.sources, x, y), distance > 0 ? 255 : 0);
            }
    }

    void large_holes_are_remarked() {
        FillRequest request;
        request.engine = "heal";
        const auto remarks = [&](const Rect& hole) {
            Painter painter;
            const auto result = painted(Tiles::blank({100, 100}, 3), mask_with({100, 100}, {hole}),
                                        painter, request);
            return result.remarks.at(0).text();
        };
        QVERIFY(says(remarks({0, 0, 52, 100}), "covers 52 % of its surroundings"));
        QVERIFY(says(remarks({0, 0, 40, 100}), "A remark."));
        request.engine = "dream";
        QVERIFY(says(remarks({0, 0, 52, 100}), "A remark."));
    }
};

QTEST_GUILESS_MAIN(TestFill)
#include "test_fill.moc"
