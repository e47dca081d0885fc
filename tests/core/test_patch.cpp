#include <QtTest>
#include <random>

#include "core/inpaint/patch.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Image noise(Size size, int channels, int depth, unsigned seed) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(seed);
    for (std::byte& byte : image.pixels) byte = std::byte(random());
    return image;
}

/// A plain loop over all bytes of two whole photos.
std::int64_t counted(const Image& before, const Image& after, const Image& mask) {
    const int bytes = before.depth / 8;
    std::int64_t count = 0;
    for (int y = 0; y < before.height; ++y)
        for (int x = 0; x < before.width; ++x)
            for (int c = 0; c < before.channels; ++c) {
                if (c < 3 && mask.row<std::uint8_t>(y)[std::size_t(x)] >= 128) continue;
                for (int b = 0; b < bytes; ++b) {
                    const auto i = std::size_t((x * before.channels + c) * bytes + b);
                    count += before.row<std::byte>(y)[i] != after.row<std::byte>(y)[i];
                }
            }
    return count;
}

}  // namespace

class TestPatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_proof_is_a_plain_loop() {
        for (const int channels : {1, 3, 4})
            for (const int depth : {8, 16}) {
                const Size size{300, 270};
                const Image mask = noise(size, 1, 8, 1), before = noise(size, channels, depth, 2);
                Image after = before;
                std::mt19937 random(3);
                for (int i = 0; i < 500; ++i)
                    after.pixels[random() % after.pixels.size()] ^= std::byte(1 << random() % 8);
                const std::int64_t wrong = counted(before, after, mask);
                QVERIFY(wrong > 0);
                QCOMPARE(changed_outside(Tiles(before), Tiles(after), Tiles(mask)), wrong);
                Image all = before;
                for (std::byte& byte : all.pixels) byte ^= std::byte(1);
                QCOMPARE(bytes_outside(Tiles(before), Tiles(mask)), counted(before, all, mask));
            }
    }

    void one_flipped_bit_is_found() {
        const Image before = noise({260, 260}, 4, 8, 1);
        Image everything = Image::blank(260, 260, 1);
        std::ranges::fill(everything.pixels, std::byte(255));
        for (const auto& [at, mask, wrong] : {std::tuple{0u, Image::blank(260, 260, 1), 1},
                                              {4u * 259 + 3, everything, 1},
                                              {4u * (260 * 259 + 259) + 3, everything, 1},
                                              {4u * 77 + 1, everything, 0}}) {
            Image after = before;
            after.pixels[at] ^= std::byte(128);
            QCOMPARE(changed_outside(Tiles(before), Tiles(after), Tiles(mask)), wrong);
        }
    }

    void half_is_where_a_hole_begins() {
        Image mask = Image::blank(2, 1, 1);
        mask.pixels = {std::byte(127), std::byte(128)};
        QCOMPARE(bytes_outside(Tiles(Image::blank(2, 1, 3, 16)), Tiles(mask)), 6);
        QCOMPARE(bytes_outside(Tiles(Image::blank(2, 1, 4, 8)), Tiles(mask)), 3 + 2);
    }

    void a_patch_is_written_at_its_place() {
        const Image photo = noise({300, 300}, 3, 16, 1), pixels = noise({40, 30}, 3, 16, 2);
        Tiles tiles(photo);
        apply(tiles, {{240, 250, 40, 30}, pixels});
        Image expected = photo;
        paste(expected, 240, 250, pixels);
        QCOMPARE(tiles.image().pixels, expected.pixels);
    }

    void other_sizes_are_refused() {
        const Tiles photo = Tiles::blank({9, 9}, 3), mask = Tiles::blank({9, 8}, 1);
        QVERIFY(!refusal<std::logic_error>([&] { changed_outside(photo, photo, mask); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] { bytes_outside(photo, mask); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestPatch)
#include "test_patch.moc"
