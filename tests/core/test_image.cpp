#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/image/image.h"
#include "refusal.h"

using namespace daguerre;

namespace {

/// Values that tell every place and channel apart.
template <class T>
Image numbered(int width, int height, int channels) {
    Image image = Image::blank(width, height, channels, 8 * int(sizeof(T)));
    unsigned n = 0;
    for (int y = 0; y < height; ++y)
        for (T& value : image.row<T>(y)) value = T(n++ * 2654435761u >> 7);
    return image;
}

int at(const Image& image, int x, int y, int channel = 0) {
    const auto i = std::size_t(x * image.channels + channel);
    return image.depth == 8 ? image.row<std::uint8_t>(y)[i] : image.row<std::uint16_t>(y)[i];
}

Image filled(Size size, std::vector<int> pixel, int depth = 8) {
    Image image = Image::blank(size.width, size.height, int(pixel.size()), depth);
    for (int y = 0; y < size.height; ++y)
        for (std::size_t i = 0; i < std::size_t(size.width) * pixel.size(); ++i)
            if (depth == 8)
                image.row<std::uint8_t>(y)[i] = std::uint8_t(pixel[i % pixel.size()]);
            else
                image.row<std::uint16_t>(y)[i] = std::uint16_t(pixel[i % pixel.size()]);
    return image;
}

constexpr int whole = 65535;

}  // namespace

class TestImage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void blank_refuses_nonsense() {
        for (const auto& [w, h, c, d] :
             {std::array{0, 1, 1, 8}, {1, -1, 1, 8}, {1, 1, 2, 8}, {1, 1, 1, 12}})
            QVERIFY(!refusal<std::logic_error>([&] { Image::blank(w, h, c, d); }).empty());
        QCOMPARE(Image::blank(3, 2, 4, 16).pixels, std::vector<std::byte>(48));
    }

    void crop_and_paste_undo_each_other() {
        for (const Image& image :
             {numbered<std::uint8_t>(7, 5, 1), numbered<std::uint8_t>(7, 5, 3),
              numbered<std::uint16_t>(7, 5, 3), numbered<std::uint16_t>(7, 5, 4)}) {
            const Image part = crop(image, {2, 1, 4, 3});
            for (int y = 0; y < 3; ++y)
                for (int x = 0; x < 4; ++x)
                    for (int c = 0; c < image.channels; ++c)
                        QCOMPARE(at(part, x, y, c), at(image, x + 2, y + 1, c));
            Image copy = Image::blank(7, 5, image.channels, image.depth);
            for (const Rect& r : {Rect{0, 0, 7, 2}, {0, 2, 3, 3}, {3, 2, 4, 3}})
                paste(copy, r.x, r.y, crop(image, r));
            QCOMPARE(copy.pixels, image.pixels);
        }
    }

    void outside_is_refused() {
        Image image = numbered<std::uint8_t>(4, 4, 1);
        for (const Rect& r :
             {Rect{-1, 0, 2, 2}, {3, 0, 2, 1}, {0, 0, 5, 1}, {0, 0, 0, 1}, {1, 1, 2147483647, 1}}) {
            QVERIFY(!refusal<std::logic_error>([&] { crop(image, r); }).empty());
        }
        const Image colour = Image::blank(1, 1, 3);
        QVERIFY(!refusal<std::logic_error>([&] { paste(image, 0, 0, colour); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] {
                     paste(image, 4, 0, crop(image, {0, 0, 1, 1}));
                 }).empty());
    }

    void the_middle_square() {
        const Image image = numbered<std::uint8_t>(9, 4, 3);
        QCOMPARE(centre_square(image).pixels, crop(image, {2, 0, 4, 4}).pixels);
        QCOMPARE(centre_square(crop(image, {0, 0, 2, 4})).height, 2);
    }

    void plain_stays_plain_at_any_size() {
        for (const int depth : {8, 16})
            for (const Size& size : {Size{1, 1}, {3, 7}, {16, 16}, {40, 12}, {100, 100}}) {
                const std::vector<int> pixel =
                    depth == 8 ? std::vector{250, 3, 128} : std::vector{65535, 0, 1234};
                const Image small = resize(filled({33, 21}, pixel, depth), size);
                QCOMPARE(small.pixels, filled(size, pixel, depth).pixels);
            }
    }

    void the_same_size_is_the_same_image() {
        const Image image = numbered<std::uint16_t>(6, 5, 3);
        QCOMPARE(resize(image, {6, 5}).pixels, image.pixels);
    }

    /// Cubic convolution and box filters reproduce what is linear, away from the border; a widened
    /// kernel that is sampled at whole pixels nearly does.
    void a_ramp_stays_a_ramp() {
        Image ramp = Image::blank(240, 4, 1, 16);
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 240; ++x)
                ramp.row<std::uint16_t>(y)[std::size_t(x)] = std::uint16_t(1000 + x * 200);
        for (const int width : {24, 50, 90, 120, 239, 480}) {
            const Image resized = resize(ramp, {width, 4});
            const double step = 240.0 / width;
            for (int x = width / 5; x < width * 4 / 5; ++x)
                QVERIFY(std::abs(at(resized, x, 2) - (1000 + ((x + 0.5) * step - 0.5) * 200)) < 4);
        }
    }

    /// Stripes finer than the result can show become even grey instead of coarse false stripes.
    void fine_stripes_do_not_alias() {
        Image stripes = Image::blank(300, 3, 1);
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 300; ++x)
                stripes.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(
                    std::lround(127.5 + 127 * std::sin(2 * std::numbers::pi * x / 2.6)));
        for (const int width : {30, 64, 100, 140}) {
            const Image resized = resize(stripes, {width, 3});
            for (int x = 4; x < width - 4; ++x) QVERIFY(std::abs(at(resized, x, 1) - 128) < 14);
        }
    }

    void enlarging_keeps_edges_steep() {
        Image edge = Image::blank(8, 1, 1);
        for (int x = 4; x < 8; ++x) edge.row<std::uint8_t>(0)[std::size_t(x)] = 200;
        const Image large = resize(edge, {32, 4});
        QVERIFY(at(large, 12, 0) < 10 && at(large, 19, 0) > 190);
        QVERIFY(at(large, 15, 0) < 100 && at(large, 16, 0) > 100);
    }

    void channels_convert_by_their_formulas() {
        struct Row {
            std::vector<int> from;
            int depth, channels;
            std::vector<int> to;
        };
        for (const Row& row : {
                 Row{{77}, 8, 1, {77}},
                 Row{{77}, 8, 3, {77, 77, 77}},
                 Row{{255, 0, 0}, 8, 1, {76}},
                 Row{{0, 255, 0}, 8, 1, {150}},
                 Row{{0, 0, 255}, 8, 1, {29}},
                 Row{{255, 255, 255}, 8, 1, {255}},
                 Row{{10, 20, 30}, 8, 3, {10, 20, 30}},
                 Row{{200, 100, 50, 255}, 8, 3, {200, 100, 50}},
                 Row{{200, 100, 50, 0}, 8, 3, {0, 0, 0}},
                 Row{{200, 100, 51, 128}, 8, 3, {100, 50, 26}},
                 Row{{200, 200, 200, 128}, 8, 1, {100}},
                 Row{{whole}, 16, 1, {255}},
                 Row{{128}, 16, 1, {0}},
                 Row{{129}, 16, 1, {1}},
                 Row{{257 * 90, 257 * 91, 257 * 92}, 16, 3, {90, 91, 92}},
                 Row{{whole, whole, whole, whole / 2}, 16, 3, {127, 127, 127}},
             }) {
            const Image converted = to_channels(filled({2, 2}, row.from, row.depth), row.channels);
            QCOMPARE(converted.pixels, filled({2, 2}, row.to).pixels);
        }
    }

    void eight_bits_survive_sixteen() {
        for (const int channels : {1, 3, 4}) {
            const Image image = numbered<std::uint8_t>(16, 16, channels);
            const Image deep = to_depth(image, 16);
            QCOMPARE(deep.depth, 16);
            QCOMPARE(at(deep, 3, 3), at(image, 3, 3) * 257);
            QCOMPARE(to_depth(deep, 8).pixels, image.pixels);
        }
    }

    void a_grid_holds_each_image_once() {
        std::vector<Image> images;
        for (int i = 0; i < 5; ++i) images.push_back(filled({3, 2}, {10 * i + 10, 1, 2}));
        const Image grid = grid_of(images, 3, 2);
        QCOMPARE(grid.width, 3 * 3 + 2 * 2);
        QCOMPARE(grid.height, 2 * 2 + 2);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(crop(grid, {i % 3 * 5, i / 3 * 4, 3, 2}).pixels,
                     images[std::size_t(i)].pixels);
        QCOMPARE(at(grid, 3, 0), 0);   // the gap
        QCOMPARE(at(grid, 10, 4), 0);  // the empty place
        QCOMPARE(grid_of(images, 9, 0).width, 15);
        images.push_back(filled({2, 2}, {1, 1, 1}));
        QVERIFY(!refusal<std::logic_error>([&] { grid_of(images, 3); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestImage)
#include "test_image.moc"
