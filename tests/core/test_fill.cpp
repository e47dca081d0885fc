#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/machine.h"
#include "core/inpaint/fill.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Image noise(Size size, int channels, int depth, unsigned seed = 1) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(seed);
    for (std::byte& byte : image.pixels) byte = std::byte(random());
    return image;
}

void draw(Image& mask, const Rect& r, int value = 255) {
    for (int y = r.y; y < r.y + r.height; ++y)
        for (int x = r.x; x < r.x + r.width; ++x)
            mask.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(value);
}

Image mask_with(Size size, const std::vector<Rect>& holes) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (const Rect& hole : holes) draw(mask, hole);
    return mask;
}

int at(const Image& image, int x, int y, int channel = 0) {
    const auto i = std::size_t(x * image.channels + channel);
    return image.depth == 8 ? image.row<std::uint8_t>(y)[i] : image.row<std::uint16_t>(y)[i];
}

/// An engine that gives every pixel one colour, and keeps what it was shown.
struct Painter {
    float grey = 0;
    std::vector<Area> seen{};

    Inpainter engine() {
        return [this](const Area& area, const OnProgress& on_progress) -> Filling {
            seen.push_back(area);
            if (!on_progress({1, 2, "step", {}})) return {{}, {}, true};
            Filling filling{area.colours, {{"A remark.", {}}}, false};
            std::ranges::fill(filling.colours.values, grey);
            return filling;
        };
    }
};

bool go_on(const Progress&) { return true; }

FillResult painted(const Tiles& photo, const Image& mask, Painter& painter,
                   const FillRequest& request = {}, const CopyLimits& limits = {}) {
    return fill(photo, Tiles(mask), limits, painter.engine(), request, go_on);
}

FillRequest telea() {
    FillRequest request;
    request.engine = "telea";
    return request;
}

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

QTEST_GUILESS_MAIN(TestFill)
#include "test_fill.moc"
