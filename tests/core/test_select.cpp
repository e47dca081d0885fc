#include <QtTest>
#include <array>
#include <cmath>
#include <random>

#include "core/base/random.h"
#include "core/inpaint/mask.h"
#include "refusal.h"

using namespace daguerre;

namespace {

using Colour = std::array<double, 3>;

/// CIELAB (D65) of sRGB, from the definitions: IEC 61966-2-1 and CIE 15.
Colour lab(const Colour& rgb) {
    std::array<double, 3> linear{}, f{};
    for (std::size_t c = 0; c < 3; ++c)
        linear[c] = rgb[c] <= 0.04045 ? rgb[c] / 12.92 : std::pow((rgb[c] + 0.055) / 1.055, 2.4);
    const double matrix[3][3]{{0.412453, 0.357580, 0.180423},
                              {0.212671, 0.715160, 0.072169},
                              {0.019334, 0.119193, 0.950227}},
        white[3]{0.950456, 1, 1.088754};
    for (std::size_t i = 0; i < 3; ++i) {
        double t = 0;
        for (std::size_t c = 0; c < 3; ++c) t += matrix[i][c] * linear[c];
        t /= white[i];
        f[i] = t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double distance(const Colour& a, const Colour& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

Colour pixel(const Image& image, int x, int y) {
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
        const auto i = std::size_t(x * image.channels) + (image.channels == 1 ? 0 : c);
        colour[c] = image.depth == 8 ? image.row<std::uint8_t>(y)[i] / 255.0
                                     : image.row<std::uint16_t>(y)[i] / 65535.0;
    }
    return colour;
}

/// Blocks of random colours, so that regions wind over the borders of squares.
Image patchwork(Size size, int channels, int depth, int colours) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const unsigned which =
                unsigned(mix(std::uint64_t(x / 11 * 977 + y / 7)) % unsigned(colours));
            for (int c = 0; c < channels; ++c) {
                const unsigned value = c == 3 ? 255 : (which * 90 + unsigned(c) * 40 + 5) % 256;
                const auto i = std::size_t(x * channels + c);
                if (depth == 8)
                    image.row<std::uint8_t>(y)[i] = std::uint8_t(value);
                else
                    image.row<std::uint16_t>(y)[i] = std::uint16_t(value * 257);
            }
        }
    return image;
}

int at(const Image& image, int x, int y) { return image.row<std::uint8_t>(y)[std::size_t(x)]; }

/// 4-connected from (x, y), pixel by pixel.
Image flooded(const Image& mask, int x, int y) {
    Image result = Image::blank(mask.width, mask.height, 1);
    std::vector<std::pair<int, int>> stack{{x, y}};
    while (!stack.empty()) {
        const auto [px, py] = stack.back();
        stack.pop_back();
        if (px < 0 || py < 0 || px >= mask.width || py >= mask.height || !at(mask, px, py) ||
            at(result, px, py))
            continue;
        result.row<std::uint8_t>(py)[std::size_t(px)] = 255;
        for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}})
            stack.emplace_back(px + dx, py + dy);
    }
    return result;
}

struct Disc {
    int x, y, radius;
    Colour colour;
};

/// Discs on a background with noise.
Image discs(Size size, const std::vector<Disc>& all, int channels = 3) {
    Image image = Image::blank(size.width, size.height, channels);
    std::mt19937 random(1);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            Colour colour{60, 120, 70};
            for (const Disc& disc : all)
                if (std::hypot(x - disc.x, y - disc.y) < disc.radius) colour = disc.colour;
            for (int c = 0; c < channels; ++c)
                image.row<std::uint8_t>(y)[std::size_t(x * channels + c)] = std::uint8_t(
                    c == 3 ? 255 : colour[std::size_t(c)] + double(random() % 21) - 10);
        }
    return image;
}

/// Intersection over union with a disc.
double agreement(const Tiles& tiles, const Disc& disc) {
    const Image mask = tiles.image();
    double both = 0, either = 0;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x) {
            const bool in = std::hypot(x - disc.x, y - disc.y) < disc.radius, cut = at(mask, x, y);
            both += in && cut;
            either += in || cut;
        }
    return both / either;
}

}  // namespace

class TestSelect : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_wand_takes_what_is_near_in_lab() {
        for (const int channels : {1, 3, 4})
            for (const int depth : {8, 16})
                for (const double tolerance : {0.0, 5.0, 20.0, 60.0, 100.0}) {
                    const Image photo = patchwork({300, 270}, channels, depth, 40);
                    const Tiles mask = like_colour(Tiles(photo), 140, 100, tolerance, false, 1);
                    const Colour picked = lab(pixel(photo, 140, 100));
                    const Image result = mask.image();
                    for (int y = 0; y < 270; y += 7)
                        for (int x = 0; x < 300; x += 11) {
                            const double far = distance(lab(pixel(photo, x, y)), picked);
                            if (std::abs(far - tolerance) < 0.1 && far > 0) continue;
                            QCOMPARE(at(result, x, y), far <= tolerance + 1e-9 ? 255 : 0);
                        }
                }
    }

    void connected_is_a_flood_from_the_wand() {
        for (const int colours : {2, 3, 4}) {
            const Tiles photo(patchwork({900, 700}, 3, 8, colours));
            for (const auto& [x, y] : {std::pair{0, 0}, {255, 256}, {899, 699}, {500, 123}}) {
                const Tiles everywhere = like_colour(photo, x, y, 10, false, 1);
                const Tiles connected = like_colour(photo, x, y, 10, true, 1);
                QVERIFY(connected.image().pixels == flooded(everywhere.image(), x, y).pixels);
            }
        }
    }

    void a_sample_is_a_mean() {
        Image photo = Image::blank(9, 9, 3);
        for (int i = 0; i < 81; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                photo.row<std::uint8_t>(i / 9)[std::size_t(i % 9 * 3) + c] =
                    std::uint8_t(i == 40 ? 250 : 100);
        QCOMPARE(at(like_colour(Tiles(photo), 4, 4, 1, false, 1).image(), 0, 0), 0);
        QCOMPARE(at(like_colour(Tiles(photo), 4, 4, 8, false, 5).image(), 0, 0), 255);
        QCOMPARE(at(like_colour(Tiles(photo), 4, 4, 8, false, 5).image(), 4, 4), 0);
        QCOMPARE(at(like_colour(Tiles(photo), 0, 8, 0, false, 5).image(), 0, 0),
                 255);  // in a corner
    }

    void a_thing_is_cut_from_its_box() {
        for (const int channels : {3, 4})
            for (const Disc& disc :
                 {Disc{100, 90, 40, {200, 60, 50}}, {400, 390, 190, {200, 60, 50}}}) {
                const Size size{disc.radius * 4, disc.radius * 4};
                const Tiles photo(discs(size, {disc}, channels));
                const int side = disc.radius + 12;
                const Rect box{disc.x - side, disc.y - side, 2 * side, 2 * side};
                const Tiles cut = grab_cut(photo, box, {});
                QVERIFY(cut.size() == size && cut.channels() == 1);
                QVERIFY(agreement(cut, disc) > 0.985);
                QVERIFY(grab_cut(photo, box, {}).image().pixels == cut.image().pixels);
            }
    }

    void strokes_say_what_belongs() {
        for (const int scale : {1, 4}) {
            const int thick = 4;
            const Disc red{60 * scale, 60 * scale, 30 * scale, {200, 60, 50}},
                blue{150 * scale, 60 * scale, 30 * scale, {50, 60, 200}};
            const Tiles photo(discs({220 * scale, 120 * scale}, {red, blue}));
            const Rect box{20 * scale, 20 * scale, 170 * scale, 80 * scale};
            Image strokes = Image::blank(220 * scale, 120 * scale, 1);
            for (int i = -20 * scale; i < 20 * scale; ++i)
                for (int j = 0; j < thick * scale; ++j) {
                    strokes.row<std::uint8_t>(red.y + j)[std::size_t(red.x + i)] = 1;
                    strokes.row<std::uint8_t>(blue.y + j)[std::size_t(blue.x + i)] = 2;
                }
            const double same = agreement(grab_cut(photo, box, Tiles(strokes)), red);
            QVERIFY2(same > 0.95, QByteArray::number(same));
            for (std::byte& value : strokes.pixels) value = std::byte(2);
            QCOMPARE(hole_pixels(grab_cut(photo, box, Tiles(strokes))), 0);
        }
    }

    void boxes_of_any_size_and_place() {
        const Tiles photo(discs({90, 80}, {{40, 40, 20, {200, 60, 50}}}));
        for (const Rect& box : {Rect{5, 5, 1, 1},
                                {0, 0, 90, 79},
                                {-9, -9, 50, 60},
                                {85, 70, 30, 30},
                                {0, 0, 2, 80}}) {
            const Image mask = grab_cut(photo, box, {}).image();
            for (int y = 0; y < 80; ++y)
                for (int x = 0; x < 90; ++x)
                    if (x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height)
                        QCOMPARE(at(mask, x, y), 0);
        }
        QVERIFY(says(refusal([&] { grab_cut(photo, {0, 0, 90, 80}, {}); }), "whole photo"));
        QVERIFY(says(refusal([&] { grab_cut(photo, {-5, -5, 900, 800}, {}); }), "whole photo"));
        QVERIFY(says(refusal([&] { grab_cut(photo, {10, 10, 0, 5}, {}); }), "empty"));
        QVERIFY(says(refusal([&] { grab_cut(photo, {90, 10, 5, 5}, {}); }), "empty"));
    }

    void colours_of_one_kind_are_no_trouble() {
        const Tiles plain = Tiles::blank({200, 150}, 3);
        grab_cut(plain, {50, 50, 60, 60}, {});  // neither throws nor hangs
        QCOMPARE(hole_pixels(like_colour(plain, 5, 5, 0, true, 3)), 200 * 150);
    }
};

QTEST_GUILESS_MAIN(TestSelect)
#include "test_select.moc"
