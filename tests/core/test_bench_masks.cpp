#include <QtTest>
#include <set>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/inpaint/bench_masks.h"
#include "refusal.h"

using namespace daguerre;

namespace {

double share_of(const Image& mask) {
    const auto held = std::ranges::count(mask.pixels, std::byte{255});
    return double(held) / double(mask.pixels.size());
}

const BenchMask& kind(const char* id) { return row_named(bench_masks(), id, "kind of mask"); }

int at(const Image& mask, int x, int y) { return mask.row<std::uint8_t>(y)[std::size_t(x)]; }

constexpr int many = 40;

}  // namespace

class TestBenchMasks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_kind_keeps_its_share() {
        for (const BenchMask& row : bench_masks())
            for (const Size size : {Size{512, 512}, Size{512, 341}, Size{300, 451}})
                for (int number = 0; number < many; ++number) {
                    const Size held = row.square > 0 ? Size{row.square, row.square} : size;
                    const Image mask = bench_mask(row, held, 1, std::uint64_t(number));
                    QCOMPARE((Size{mask.width, mask.height}), held);
                    QVERIFY2(mask.channels == 1 && mask.depth == 8, row.id.c_str());
                    const auto known = std::ranges::count(mask.pixels, std::byte{0});
                    const double share = share_of(mask);
                    QCOMPARE(double(known) / double(mask.pixels.size()), 1 - share);
                    if (!row.known)
                        QVERIFY2(share >= row.least_share && share <= row.most_share,
                                 row.id.c_str());
                }
    }

    // The averages that the kinds had when they were chosen, within what 40 masks may stray.
    void shares_are_the_usual_ones() {
        for (const auto& [id, wanted] : {std::pair{"thin", 0.17}, {"medium", 0.21}}) {
            double sum = 0;
            for (int number = 0; number < many; ++number)
                sum += share_of(bench_mask(kind(id), {512, 384}, 3, std::uint64_t(number)));
            QVERIFY2(std::abs(sum / many - wanted) < 0.03, id);
        }
    }

    void a_mask_is_a_function_of_its_number() {
        for (const BenchMask& row : bench_masks()) {
            if (row.known) continue;
            std::set<std::string> different;
            for (const std::uint64_t seed : {1u, 2u})
                for (std::uint64_t number = 0; number < 10; ++number) {
                    const Image mask = bench_mask(row, {256, 256}, seed, number);
                    QVERIFY(mask.pixels == bench_mask(row, {256, 256}, seed, number).pixels);
                    const auto* bytes = reinterpret_cast<const char*>(mask.pixels.data());
                    different.insert(sha256_of({bytes, mask.pixels.size()}));
                }
            QVERIFY2(different.size() == 20, row.id.c_str());
        }
    }

    void thick_strokes_are_thick() {
        // What survives a border of 12 pixels: nothing of the thin strokes' segments does.
        const auto core = [](const char* id) {
            double sum = 0;
            for (int number = 0; number < 10; ++number) {
                const Image mask = bench_mask(kind(id), {512, 512}, 1, std::uint64_t(number));
                for (int y = 12; y < 500; y += 4)
                    for (int x = 12; x < 500; x += 4) {
                        bool inside = true;
                        for (int step = -12; step <= 12 && inside; step += 2)
                            inside = at(mask, x + step, y) && at(mask, x, y + step);
                        sum += inside;
                    }
            }
            return sum;
        };
        QVERIFY(core("thin") * 3 < core("medium"));
        QVERIFY(core("medium") < core("thick"));
    }

    void patterns_are_exact() {
        const Size size{256, 256};
        const Image lines = bench_mask(kind("lines"), size, 1, 0);
        const Image grid = bench_mask(kind("grid"), size, 1, 0);
        const Image expand = bench_mask(kind("expand"), size, 1, 0);
        const Image half = bench_mask(kind("half"), size, 1, 0);
        QCOMPARE(share_of(lines), 0.5);
        QCOMPARE(share_of(grid), 0.75);
        QCOMPARE(share_of(expand), 1 - 1.0 / 16);
        QCOMPARE(share_of(half), 0.5);
        for (int i = 0; i < 256; ++i) {
            QCOMPARE(at(lines, 7, i), i % 2 ? 255 : 0);
            QCOMPARE(at(grid, i, 4), i % 2 ? 255 : 0);
            QCOMPARE(at(expand, i, 128), i >= 96 && i < 160 ? 0 : 255);
            QCOMPARE(at(half, i, 9), i < 128 ? 0 : 255);
        }
    }

    void small_pictures_are_masked_or_refused() {
        for (const BenchMask& row : bench_masks())
            for (const Size size : {Size{1, 1}, Size{2, 30}, Size{64, 48}}) {
                const std::string sentence = refusal([&] { bench_mask(row, size, 1, 1); });
                if (!sentence.empty()) QVERIFY(says(sentence, "“" + row.id + "”"));
            }
        QVERIFY(says(refusal([] {
                         bench_mask(kind("thick"), {1, 1}, 1, 1);
                     }),
                     "covers 20 to 40 % of a picture of 1 x 1"));
    }
};

QTEST_GUILESS_MAIN(TestBenchMasks)
#include "test_bench_masks.moc"
