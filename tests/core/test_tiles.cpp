#include <QtTest>
#include <random>

#include "core/image/tiles.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Image noise(Size size, int channels, int depth, unsigned seed = 1) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(seed);
    for (std::byte& byte : image.pixels) byte = std::byte(random());
    return image;
}

struct Kind {
    Size size;
    int channels, depth;
};
const std::vector<Kind> kinds{{{1, 1}, 1, 8},     {{256, 256}, 3, 8}, {{257, 255}, 4, 16},
                              {{700, 513}, 3, 8}, {{40, 600}, 1, 16}, {{512, 1}, 4, 8}};

int shared_squares(const Tiles& a, const Tiles& b) {
    int count = 0;
    for (int row = 0; row < a.rows(); ++row)
        for (int column = 0; column < a.columns(); ++column)
            count += a.tile(column, row) == b.tile(column, row);
    return count;
}

}  // namespace

class TestTiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_image_comes_back() {
        for (const Kind& kind : kinds) {
            Image image = noise(kind.size, kind.channels, kind.depth);
            image.metadata.format = "png";
            image.metadata.icc = {std::byte(7)};
            const Tiles tiles(image);
            QCOMPARE(tiles.size(), kind.size);
            QCOMPARE(tiles.channels(), kind.channels);
            QCOMPARE(tiles.depth(), kind.depth);
            const Image back = tiles.image();
            QCOMPARE(back.pixels, image.pixels);
            QCOMPARE(back.metadata.format, image.metadata.format);
            QCOMPARE(back.metadata.icc, image.metadata.icc);
        }
        QCOMPARE(Tiles().image().width, 0);
        QCOMPARE(Tiles(Image{0, 0, 3, 8, {}, {}}).rows(), 0);
    }

    void crop_and_paste_are_those_of_an_image() {
        std::mt19937 random(3);
        const auto below = [&](int n) { return int(random() % unsigned(n)); };
        for (const Kind& kind : kinds) {
            Image image = noise(kind.size, kind.channels, kind.depth);
            Tiles tiles(image);
            for (int i = 0; i < 20; ++i) {
                const int x = below(kind.size.width), y = below(kind.size.height);
                const Rect where{x, y, 1 + below(kind.size.width - x),
                                 1 + below(kind.size.height - y)};
                QCOMPARE(tiles.crop(where).pixels, crop(image, where).pixels);
                const Image part =
                    noise({where.width, where.height}, kind.channels, kind.depth, unsigned(i));
                paste(image, x, y, part);
                tiles.paste(x, y, part);
            }
            QCOMPARE(tiles.image().pixels, image.pixels);
        }
    }

    void a_change_makes_only_its_squares_anew() {
        const Tiles before(noise({700, 513}, 3, 8));
        Tiles after = before;
        after.paste(250, 10, noise({10, 10}, 3, 8, 2));
        QCOMPARE(shared_squares(before, after), 9 - 2);
        QCOMPARE(changed_area(before, after), (Rect{0, 0, 512, 256}));
        QCOMPARE(before.image().pixels, noise({700, 513}, 3, 8).pixels);
        Tiles corner = before;
        corner.paste(699, 512, noise({1, 1}, 3, 8, 5));
        QCOMPARE(changed_area(before, corner), (Rect{512, 512, 188, 1}));
    }

    void the_same_pixels_keep_their_squares() {
        const Tiles before(noise({300, 300}, 3, 16));
        Tiles after = before;
        after.paste(200, 200, before.crop({200, 200, 100, 100}));
        QCOMPARE(shared_squares(before, after), 4);
        QCOMPARE(changed_area(before, after), Rect{});
    }

    void blank_squares_share_their_memory() {
        const Tiles tiles = Tiles::blank({1000, 800}, 1);
        QCOMPARE(tiles.tile(0, 0), tiles.tile(2, 2));
        QCOMPARE(tiles.tile(3, 0), tiles.tile(3, 2));
        QVERIFY(tiles.tile(0, 0) != tiles.tile(3, 0));
        QCOMPARE(tiles.image().pixels, Image::blank(1000, 800, 1).pixels);
    }

    void a_square_is_replaced_by_one_of_its_kind() {
        Tiles tiles = Tiles::blank({300, 256}, 3);
        const auto square = std::make_shared<const Image>(noise({44, 256}, 3, 8));
        tiles.set_tile(1, 0, square);
        QCOMPARE(tiles.crop({256, 0, 44, 256}).pixels, square->pixels);
        for (const auto& wrong :
             {Image::blank(256, 256, 3), Image::blank(44, 256, 1), Image::blank(44, 256, 3, 16)}) {
            const auto pixels = std::make_shared<const Image>(wrong);
            QVERIFY(!refusal<std::logic_error>([&] { tiles.set_tile(1, 0, pixels); }).empty());
        }
        QVERIFY(!refusal<std::logic_error>([&] { tiles.set_tile(1, 0, nullptr); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] { tiles.set_tile(2, 0, square); }).empty());
    }

    void outside_is_refused() {
        Tiles tiles = Tiles::blank({300, 300}, 1);
        for (const Rect& r :
             {Rect{-1, 0, 2, 2}, {299, 0, 2, 1}, {0, 0, 0, 1}, {1, 1, 2147483647, 1}})
            QVERIFY(!refusal<std::logic_error>([&] { tiles.crop(r); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] {
                     tiles.paste(299, 0, Image::blank(2, 1, 1));
                 }).empty());
        QVERIFY(
            !refusal<std::logic_error>([&] { tiles.paste(0, 0, Image::blank(2, 1, 3)); }).empty());
        const Tiles other = Tiles::blank({300, 301}, 1);
        QVERIFY(!refusal<std::logic_error>([&] { changed_area(tiles, other); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestTiles)
#include "test_tiles.moc"
