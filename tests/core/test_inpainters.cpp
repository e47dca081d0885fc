#include <QtTest>
#include <cmath>
#include <random>

#include "core/base/table.h"
#include "core/inpaint/fill.h"
#include "refusal.h"

using namespace daguerre;

namespace {

Image painted(Size size, const std::vector<int>& pixel, int depth) {
    Image image = Image::blank(size.width, size.height, int(pixel.size()), depth);
    for (int y = 0; y < size.height; ++y)
        for (std::size_t i = 0; i < std::size_t(size.width) * pixel.size(); ++i)
            if (depth == 8)
                image.row<std::uint8_t>(y)[i] = std::uint8_t(pixel[i % pixel.size()]);
            else
                image.row<std::uint16_t>(y)[i] = std::uint16_t(pixel[i % pixel.size()]);
    return image;
}

template <class Inside>
Image mask_of(Size size, Inside inside) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            if (inside(x, y)) mask.row<std::uint8_t>(y)[std::size_t(x)] = 255;
    return mask;
}

/// Smooth colours with a little noise.
Image scenery(Size size, int channels, int depth) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(5);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (int c = 0; c < channels; ++c) {
                const double value = 120 + 60 * std::sin(x * 0.09 + c) + 50 * std::cos(y * 0.07) +
                                     double(random() % 9);
                const auto i = std::size_t(x * channels + c);
                if (depth == 8)
                    image.row<std::uint8_t>(y)[i] = std::uint8_t(c == 3 ? 255 : value);
                else
                    image.row<std::uint16_t>(y)[i] = std::uint16_t(c == 3 ? 65535 : value * 257);
            }
    return image;
}

struct Hole {
    const char* name;
    Size size;
    bool (*inside)(int x, int y);
};
const std::vector<Hole> holes{
    {"a disc", {60, 50}, [](int x, int y) { return std::hypot(x - 30, y - 25) < 12; }},
    {"one pixel", {40, 40}, [](int x, int y) { return x == 20 && y == 20; }},
    {"one row", {40, 40}, [](int, int y) { return y == 20; }},
    {"every second line", {40, 40}, [](int, int y) { return y % 2 == 1; }},
    {"a chequerboard", {40, 40}, [](int x, int y) { return (x + y) % 2 == 1; }},
    {"on an edge", {60, 50}, [](int x, int y) { return x > 50 && y > 10 && y < 30; }},
    {"the upper half", {60, 50}, [](int, int y) { return y < 25; }},
    {"the left half", {60, 50}, [](int x, int) { return x < 30; }},
    {"in a corner", {60, 50}, [](int x, int y) { return x < 15 && y < 15; }},
    {"all four edges", {60, 50}, [](int x, int y) { return x < 5 || y < 5 || x > 54 || y > 44; }},
    {"most of it", {60, 50}, [](int x, int y) { return x < 50 || y < 45; }},
    {"a ring",
     {60, 60},
     [](int x, int y) { return std::abs(std::hypot(x - 30, y - 30) - 16) < 4; }},
    {"half of a pair", {2, 1}, [](int x, int) { return x == 0; }},
    {"a tiny photo", {7, 7}, [](int x, int y) { return x < 4 && y < 5; }},
    {"a narrow photo", {3, 200}, [](int, int y) { return y < 90 || y > 150; }},
    {"a flat photo", {200, 1}, [](int x, int) { return x < 100; }},
};

FillRequest with(const std::string& engine) {
    FillRequest request;
    request.engine = engine;
    return request;
}

bool go_on(const Progress&) { return true; }

/// The rows that are made here; `model` needs a network.
std::vector<InpainterRow> own_engines() {
    std::vector<InpainterRow> rows;
    for (const InpainterRow& row : inpainters())
        if (row.make) rows.push_back(row);
    return rows;
}

QByteArray text(const std::string& engine, const char* hole) {
    return QByteArray::fromStdString(engine) + ", " + hole;
}

}  // namespace

class TestInpainters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_speak_to_people() {
        QVERIFY(inpainters().size() >= 3);
        for (const InpainterRow& row : inpainters()) {
            QVERIFY(!row.title.empty() && !row.source.empty());
            QVERIFY(row.sentence.ends_with('.'));
            QCOMPARE(&row_named(inpainters(), row.id, "engine"), &row);
            if (row.fields) QVERIFY(!row.fields().empty());
        }
    }

    void plain_stays_plain() {
        struct Plain {
            std::vector<int> pixel;
            int depth;
        };
        for (const InpainterRow& row : own_engines())
            for (const Hole& hole : holes)
                for (const Plain& plain : {Plain{{77}, 8},
                                           {{200, 0, 255}, 8},
                                           {{9, 8, 7, 99}, 8},
                                           {{40000}, 16},
                                           {{65535, 300, 30000}, 16}}) {
                    const Image photo = painted(hole.size, plain.pixel, plain.depth);
                    const Tiles mask(mask_of(hole.size, hole.inside));
                    const FillResult result = fill(Tiles(photo), mask, with(row.id), go_on);
                    const Image filled = result.photo.image();
                    const int near = plain.depth == 8 ? row.id == "dream" : 257;
                    for (int y = 0; y < photo.height; ++y)
                        for (std::size_t i = 0; i < std::size_t(photo.width * photo.channels);
                             ++i) {
                            const int wanted = plain.pixel[i % plain.pixel.size()];
                            const int value = plain.depth == 8 ? filled.row<std::uint8_t>(y)[i]
                                                               : filled.row<std::uint16_t>(y)[i];
                            QVERIFY2(std::abs(value - wanted) <= near, text(row.id, hole.name));
                        }
                }
    }

    void a_hole_is_filled_with_what_is_around() {
        for (const InpainterRow& row : own_engines())
            for (const Hole& hole : holes) {
                const bool hopeless = QByteArray(hole.name) == "most of it";
                if (hopeless || hole.size.width < 40 || hole.size.height < 40) continue;
                const Image photo = scenery(hole.size, 3, 8);
                Image spoilt = photo;
                const Image mask = mask_of(hole.size, hole.inside);
                for (std::size_t i = 0; i < mask.pixels.size(); ++i)
                    if (mask.pixels[i] == std::byte(255))
                        for (std::size_t c = 0; c < 3; ++c)
                            spoilt.pixels[3 * i + c] = std::byte(c == 1 ? 255 : 0);
                const FillResult result = fill(Tiles(spoilt), Tiles(mask), with(row.id), go_on);
                const Image filled = result.photo.image();
                double error = 0;
                for (std::size_t i = 0; i < filled.pixels.size(); ++i)
                    error += std::abs(int(filled.pixels[i]) - int(photo.pixels[i]));
                error /= double(3 * result.hole_pixels);
                // What varies may imagine something else that goes with the rim.
                QVERIFY2(error < (row.varies ? 90 : 60),
                         text(row.id, hole.name) + QByteArray::number(error));
                QCOMPARE(result.outside_changed, 0);
            }
    }

    /// What the hole's pixels hold is left to chance: an engine never reads them.
    void the_old_thing_leaves_no_trace() {
        for (const InpainterRow& row : own_engines())
            for (const Hole& hole : holes) {
                const Image photo = scenery(hole.size, 3, 8),
                            mask = mask_of(hole.size, hole.inside);
                std::vector<Image> filled;
                for (const int old : {0, 255}) {
                    Image spoilt = photo;
                    for (std::size_t i = 0; i < spoilt.pixels.size(); ++i)
                        if (mask.pixels[i / 3] == std::byte(255)) spoilt.pixels[i] = std::byte(old);
                    filled.push_back(
                        fill(Tiles(spoilt), Tiles(mask), with(row.id), go_on).photo.image());
                }
                QVERIFY2(filled[0].pixels == filled[1].pixels, text(row.id, hole.name));
            }
    }

    void nothing_outside_changes() {
        std::mt19937 random(11);
        for (const InpainterRow& row : own_engines())
            for (int i = 0; i < 40; ++i) {
                const Size size{1 + int(random() % 60), 2 + int(random() % 60)};
                const Image photo =
                    scenery(size, std::array{1, 3, 4}[random() % 3], random() % 2 ? 8 : 16);
                Image mask = Image::blank(size.width, size.height, 1);
                const unsigned coarse = 1 + unsigned(random() % 20);
                for (std::size_t p = 1; p < mask.pixels.size(); ++p)
                    mask.pixels[p] = p % coarse ? mask.pixels[p - 1] : std::byte(random());
                mask.pixels[0] = std::byte(0);
                const Image after =
                    fill(Tiles(photo), Tiles(mask), with(row.id), go_on).photo.image();
                const auto pixel = std::size_t(photo.channels * photo.depth / 8);
                const std::size_t colours = photo.channels == 4 ? pixel / 4 * 3 : pixel;
                for (std::size_t p = 0; p < mask.pixels.size(); ++p)
                    for (std::size_t b = mask.pixels[p] < std::byte(128) ? 0 : colours; b < pixel;
                         ++b)
                        QCOMPARE(after.pixels[p * pixel + b], photo.pixels[p * pixel + b]);
            }
    }

    void the_same_seed_gives_the_same_fill() {
        const Hole& disc = holes.front();
        const Tiles photo(scenery(disc.size, 3, 8)), mask(mask_of(disc.size, disc.inside));
        for (const InpainterRow& row : own_engines()) {
            FillRequest request = with(row.id);
            const auto once = fill(photo, mask, request, go_on).photo.image().pixels;
            QVERIFY(fill(photo, mask, request, go_on).photo.image().pixels == once);
            request.seed = 2;
            const auto other = fill(photo, mask, request, go_on).photo.image().pixels;
            if (row.varies) QVERIFY2(other != once, row.id.c_str());
        }
    }

    /// OpenCV's engines know no stop of their own.
    void long_work_can_be_stopped_in_its_middle() {
        const Size size{900, 900};
        const Tiles photo(scenery(size, 1, 8)),
            mask(mask_of(size, [](int x, int y) { return std::hypot(x - 450, y - 450) < 400; }));
        for (const char* engine : {"telea", "ns"}) {
            int asked = 0;
            const FillResult result =
                fill(photo, mask, with(engine), [&](const Progress&) { return ++asked < 3; });
            QVERIFY2(result.stopped && result.patches.empty(), engine);
            QCOMPARE(asked, 3);
        }
    }

    /// At every call in turn: the photo is as it was, and the engine asks no more.
    void stopping_leaves_the_photo() {
        const Hole& disc = holes.front();
        const Tiles photo(scenery(disc.size, 3, 8)), mask(mask_of(disc.size, disc.inside));
        for (const InpainterRow& row : own_engines()) {
            int calls = 0;
            fill(photo, mask, with(row.id), [&](const Progress&) { return ++calls > 0; });
            QVERIFY2(calls >= 2, row.id.c_str());
            for (int last = 1; last <= calls; last += 1 + calls / 40) {
                int asked = 0;
                const FillResult result = fill(photo, mask, with(row.id),
                                               [&](const Progress&) { return ++asked < last; });
                // How often progress is told hangs on the clock: the end may come before the stop.
                if (asked < last && !result.stopped) continue;
                QVERIFY2(result.stopped && result.patches.empty(), row.id.c_str());
                QCOMPARE(asked, last);
                QCOMPARE(changed_area(photo, result.photo), Rect{});
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestInpainters)
#include "test_inpainters.moc"
