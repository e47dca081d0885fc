#include <QtTest>
#include <random>

#include "core/base/machine.h"
#include "core/inpaint/fill.h"
#include "painted.h"

using namespace daguerre;

namespace {

FillRequest telea() {
    FillRequest request;
    request.engine = "telea";
    return request;
}

}  // namespace

class TestFillParts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void areas_hold_their_surroundings() {
        struct Row {
            Size photo;
            Rect hole, area;
        };
        for (const Row& row : {
                 Row{{900, 900}, {400, 400, 10, 20}, {336, 336, 138, 148}},  // least margin
                 Row{{900, 900}, {0, 5, 10, 20}, {0, 0, 138, 148}},          // slid inward
                 Row{{900, 900}, {890, 880, 10, 20}, {762, 752, 138, 148}},
                 Row{{900, 900}, {300, 400, 100, 20}, {200, 300, 300, 220}},
                 Row{{100, 900},
                     {40, 400, 20, 20},
                     {0, 336, 100, 148}},  // no larger than the photo
                 Row{{5000, 3000}, {1800, 1000, 1000, 10}, {1032, 232, 2536, 1546}},  // most margin
                 Row{{200, 3000},
                     {0, 1000, 200, 400},
                     {0, 400, 200, 1600}},  // 3 known for 1: 2 x 1.5
             }) {
            const auto parts = fill_parts(Tiles(mask_with(row.photo, {row.hole})));
            QCOMPARE(parts.size(), std::size_t(1));
            QCOMPARE(parts[0].box, row.hole);
            QCOMPARE(parts[0].pixels, std::int64_t(row.hole.width) * row.hole.height);
            QCOMPARE(parts[0].area, row.area);
        }
    }

    void parts_near_each_other_are_filled_together() {
        struct Row {
            const char* name;
            Size photo;
            std::vector<Rect> holes;
            std::size_t parts;
        };
        for (const Row& row : std::vector<Row>{
                 {"far", {1000, 600}, {{100, 100, 20, 20}, {800, 400, 20, 20}}, 2},
                 {"near", {1000, 600}, {{100, 100, 20, 20}, {150, 110, 20, 20}}, 1},
                 {"overlapping, but wide",
                  {1000, 600},
                  {{100, 100, 20, 20}, {240, 240, 20, 20}},
                  2},
                 {"touching by a corner", {1000, 600}, {{255, 255, 1, 1}, {256, 256, 1, 1}}, 1},
                 {"over a square's border",
                  {2000, 600},
                  {{200, 300, 700, 1}, {899, 301, 400, 1}},
                  1},
             }) {
            const auto parts = fill_parts(Tiles(mask_with(row.photo, row.holes)));
            QVERIFY2(parts.size() == row.parts, row.name);
        }
        Image ring = mask_with({600, 600}, {{200, 200, 200, 200}});
        draw(ring, {220, 220, 160, 160}, 0);
        QCOMPARE(fill_parts(Tiles(ring)).size(), std::size_t(1));
        QCOMPARE(fill_parts(Tiles(ring))[0].pixels, 200 * 200 - 160 * 160);
    }

    void every_pixel_of_the_hole_belongs_to_one_part() {
        std::mt19937 random(9);
        Image mask = Image::blank(1500, 1200, 1);
        for (int i = 0; i < 500; ++i)
            draw(mask, {int(random() % 1490), int(random() % 1190), 1 + int(random() % 9),
                        1 + int(random() % 9)});
        std::int64_t hole = 0;
        for (const std::byte value : mask.pixels) hole += value == std::byte(255);
        Painter painter{77};
        const Tiles photo(noise({1500, 1200}, 1, 8));
        const FillResult result = painted(photo, mask, painter);
        QCOMPARE(result.hole_pixels, hole);
        QVERIFY(result.parts < 100);
        const Image before = photo.image(), after = result.photo.image();
        std::int64_t wrong = 0;
        for (std::size_t i = 0; i < mask.pixels.size(); ++i)
            wrong += after.pixels[i] !=
                     (mask.pixels[i] == std::byte(0) ? before.pixels[i] : std::byte(77));
        QCOMPARE(wrong, 0);
    }

    /// Two hooks, far enough apart to be filled alone, whose boxes overlap.
    void patches_with_overlapping_boxes_keep_each_other() {
        const Size size{3600, 3600};
        const std::vector<Rect> first{{100, 100, 1400, 4}, {1496, 100, 4, 1400}},
            second{{1400, 1400, 4, 1400}, {1400, 2796, 1400, 4}};
        std::vector<Rect> both = first;
        both.insert(both.end(), second.begin(), second.end());
        const Tiles photo(noise(size, 1, 8));
        Painter painter{3};
        const FillResult result = painted(photo, mask_with(size, both), painter);
        QVERIFY(result.patches.size() > 1);
        Tiles patched = photo;
        for (const Patch& patch : result.patches) apply(patched, patch);
        QVERIFY(patched.image().pixels == result.photo.image().pixels);
        for (const Rect& r : both) QCOMPARE(at(result.photo.image(), r.x + r.width - 1, r.y), 3);
        QCOMPARE(result.outside_changed, 0);
    }

    void parts_that_do_not_meet_are_the_same_alone() {
        const Size size{900, 500};
        const Rect left{50, 60, 40, 30}, right{700, 300, 50, 60};
        const Tiles photo(noise(size, 3, 8));
        const FillResult both = fill(photo, Tiles(mask_with(size, {left, right})), telea(), go_on);
        QCOMPARE(both.parts, 2);
        Tiles one_by_one = photo;
        for (const Rect& hole : {right, left})
            one_by_one = fill(one_by_one, Tiles(mask_with(size, {hole})), telea(), go_on).photo;
        QVERIFY(both.photo.image().pixels == one_by_one.image().pixels);
    }

    /// A scratch across a large scan: pieces in raster order, finished ones known, but no sources.
    void a_large_part_is_filled_in_pieces() {
        const Size size{5000, 4000};
        Image mask = Image::blank(size.width, size.height, 1);
        for (int y = 100; y < 3900; ++y) draw(mask, {300 + y, y, 12, 1});
        const auto parts = fill_parts(Tiles(mask));
        QVERIFY(parts.size() > 4);
        for (const FillPart& part : parts) {
            QVERIFY(part.box.width <= 1024 && part.box.height <= 1024);
            QVERIFY(std::int64_t(part.area.width) * part.area.height <= 12'000'000);
        }
        Painter painter{88};
        const FillResult result = painted(Tiles::blank(size, 1), mask, painter);
        QCOMPARE(result.parts, 1);
        QCOMPARE(result.patches.size(), parts.size());
        QCOMPARE(result.hole_pixels, 3800 * 12);
        const Image filled = result.photo.image();
        std::int64_t wrong = 0;
        for (std::size_t i = 0; i < mask.pixels.size(); ++i)
            wrong +=
                filled.pixels[i] != (mask.pixels[i] == std::byte(0) ? std::byte(0) : std::byte(88));
        QCOMPARE(wrong, 0);
        const Area& second = painter.seen.at(1);
        const Rect &box = parts[0].box, &area = parts[1].area;
        const int x = box.x + box.width - 1 - area.x, y = box.y + box.height - 1 - area.y;
        QVERIFY(x >= 0 && y >= 0);
        QCOMPARE(at(second.hole, x, y), 0);
        QCOMPARE(at(second.sources, x, y), 0);
        QCOMPARE(second.colours.pixel(x, y)[0], 88.0f);
    }

    void memory_grows_with_the_hole() {
        const Size size{12000, 8400};
        Tiles photo = Tiles::blank(size, 3), mask = Tiles::blank(size, 1);
        mask.paste(6000, 4000, mask_with({200, 200}, {{0, 0, 200, 200}}));
        mask.paste(11900, 8300, mask_with({100, 100}, {{20, 20, 80, 80}}));
        const std::uint64_t before = memory_peak();
        const FillResult result = fill(photo, mask, telea(), go_on);
        QCOMPARE(result.parts, 2);
        QCOMPARE(result.outside_changed, 0);
        QCOMPARE(result.outside_bytes, 3ll * (12000 * 8400 - 200 * 200 - 80 * 80));
        QVERIFY(memory_peak() - before < 200u << 20);
    }

    void remarks_are_said_once() {
        Painter painter;
        const auto result =
            painted(Tiles::blank({1000, 600}, 3),
                    mask_with({1000, 600}, {{9, 9, 9, 9}, {800, 400, 9, 9}}), painter);
        QCOMPARE(painter.seen.size(), std::size_t(2));
        QCOMPARE(result.remarks.size(), std::size_t(1));
    }

    void progress_counts_pixels_of_all_parts() {
        const Tiles photo = Tiles::blank({1000, 600}, 3);
        const Tiles mask(mask_with({1000, 600}, {{10, 10, 10, 10}, {800, 400, 10, 30}}));
        Painter painter;
        std::vector<std::int64_t> done;
        std::vector<Rect> areas;
        fill(
            photo, mask, {}, painter.engine(), {},
            [&](const Progress& at) {
                done.push_back(at.done);
                return at.total == 400;
            },
            [&](Rect area) { areas.push_back(area); });
        QCOMPARE(done, (std::vector<std::int64_t>{0, 50, 100, 100, 250, 400}));
        QCOMPARE(areas.size(), std::size_t(2));
        QCOMPARE(areas[0], fill_parts(mask)[0].area);
    }

    void stopping_between_parts_leaves_the_photo() {
        const Tiles photo(noise({1000, 600}, 3, 8));
        const Tiles mask(mask_with({1000, 600}, {{10, 10, 10, 10}, {800, 400, 10, 30}}));
        for (int last = 1; last <= 6; ++last) {
            Painter painter{9};
            int asked = 0;
            const FillResult result = fill(photo, mask, {}, painter.engine(), {},
                                           [&](const Progress&) { return ++asked < last; });
            QCOMPARE(asked, last);
            QVERIFY(result.stopped && result.patches.empty());
            QCOMPARE(changed_area(photo, result.photo), Rect{});
        }
    }
};

QTEST_GUILESS_MAIN(TestFillParts)
#include "test_fill_parts.moc"
