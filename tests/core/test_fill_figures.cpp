#include <QtTest>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

#include "core/inpaint/fill_figures.h"
#include "refusal.h"

using namespace daguerre;

namespace {

constexpr int wide = 61, high = 47;

Image made(int (*value)(int x, int y, int c)) {
    Image image = Image::blank(wide, high, 3);
    for (int y = 0; y < high; ++y)
        for (int x = 0; x < wide; ++x)
            for (int c = 0; c < 3; ++c)
                image.row<std::uint8_t>(y)[std::size_t(3 * x + c)] =
                    std::uint8_t(std::clamp(value(x, y, c), 0, 255));
    return image;
}

// The pictures of tests/data/fill_figures/make.py.
int true_value(int x, int y, int c) {
    return int(128 + 90 * std::sin(double(x) / (4 + c)) * std::cos(y / 5.0) +
               (x * 7 + y * 13 + x * y * (c + 1)) % 23);
}
bool is_hole(int x, int y) {
    return (x - 25) * (x - 25) + (y - 20) * (y - 20) < 170 || (x > 40 && y % 9 < 4) ||
           (x < 5 && y > 35);
}
int filled_value(int x, int y, int c) {
    const int t = true_value(x, y, c);
    // Rounded down, where C++ rounds towards 0: what is below 0 is clipped all the same.
    return is_hole(x, y) ? std::clamp((t + (x * 31 + y * 17 + c * 11) % 61 - 25) * 7 / 8, 0, 255)
                         : t;
}
int second_value(int x, int y, int c) {
    return filled_value(x, y, c) + (is_hole(x, y) ? x % 5 : 0);
}

const Image truth = made(true_value), fill = made(filled_value), second = made(second_value);

Image mask_where(bool (*inside)(int x, int y), int width = wide, int height = high) {
    Image mask = Image::blank(width, height, 1);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            mask.row<std::uint8_t>(y)[std::size_t(x)] = inside(x, y) ? 128 : 127;
    return mask;
}
const Image mask = mask_where(is_hole);

using Member = std::optional<double> FillFigures::*;
/// Every byte through `change`.
Image changed(const Image& image, const std::function<int(int)>& change) {
    Image result = image;
    for (std::byte& byte : result.pixels) byte = std::byte(change(int(byte)));
    return result;
}

Image mirrored(const Image& image) {
    Image result = image;
    const auto n = std::size_t(image.channels);
    for (int y = 0; y < image.height; ++y)
        for (std::size_t x = 0; x < std::size_t(image.width); ++x)
            for (std::size_t c = 0; c < n; ++c)
                result.row<std::uint8_t>(y)[x * n + c] =
                    image.row<std::uint8_t>(y)[(std::size_t(image.width) - 1 - x) * n + c];
    return result;
}

Image with_alpha(const Image& image) {
    Image result = Image::blank(image.width, image.height, 4);
    for (std::size_t i = 0; i < result.pixels.size(); ++i)
        result.pixels[i] = i % 4 == 3 ? std::byte(i) : image.pixels[i / 4 * 3 + i % 4];
    return result;
}

void compare(const FillFigures& got, const FillFigures& wanted, double tolerance) {
    for (const auto& [name, member] : fill_figure_rows()) {
        QVERIFY2((got.*member).has_value() == (wanted.*member).has_value(), name.c_str());
        if (!(got.*member)) continue;
        const double off = std::abs(*(got.*member) - *(wanted.*member));
        QVERIFY2(off <= tolerance * std::max(1.0, std::abs(*(wanted.*member))), name.c_str());
    }
}

}  // namespace

class TestFillFigures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stored_values_are_met() {
        const FillFigures wanted{.l1 = 6.79164114,
                                 .psnr_hole = 21.6234135,
                                 .psnr = 26.0946908,
                                 .ssim = 0.843406206,
                                 .ssim_hole = 0.733032064,
                                 .grad = 2.11703908,
                                 .swd = 34.1051491,
                                 .swdhp = 10.9928193,
                                 .seam = 1.80134131};
        compare(fill_figures(fill, truth, mask), wanted, 1e-6);  // windows are summed as floats
        const std::array fills{fill, second};
        QVERIFY(std::abs(*spread_of(fills, mask) - 1.98730469) < 1e-8);
    }

    void the_truth_is_perfect() {
        const FillFigures perfect{.l1 = 0,
                                  .psnr_hole = 99,
                                  .psnr = 99,
                                  .ssim = 1,
                                  .ssim_hole = 1,
                                  .grad = 1,
                                  .swd = 0,
                                  .swdhp = 0,
                                  .seam = 1};
        compare(fill_figures(truth, truth, mask), perfect, 1e-12);
        const std::array fills{fill, fill, fill};
        QCOMPARE(*spread_of(fills, mask), 0.0);
    }

    void the_parts_agree() {
        const FillFigures figures = fill_figures(fill, truth, mask);
        const double share = 1024.0 / (wide * high);
        QVERIFY(std::abs(*figures.psnr - (*figures.psnr_hole - 10 * std::log10(share))) < 1e-9);
        const double root = 100 * std::pow(10, -*figures.psnr_hole / 20);
        QVERIFY(*figures.l1 <= root);
    }

    void depth_alpha_and_mirror_change_nothing() {
        const FillFigures wanted = fill_figures(fill, truth, mask);
        compare(fill_figures(to_depth(fill, 16), to_depth(truth, 16), mask), wanted, 0);
        compare(fill_figures(with_alpha(fill), with_alpha(truth), mask), wanted, 0);
        const FillFigures turned = fill_figures(mirrored(fill), mirrored(truth), mirrored(mask));
        for (const Member member : {&FillFigures::l1, &FillFigures::psnr_hole, &FillFigures::ssim,
                                    &FillFigures::ssim_hole, &FillFigures::seam})
            QVERIFY(std::abs(*(turned.*member) - *(wanted.*member)) < 1e-9);
        const Image grey_fill = to_channels(fill, 1), grey_truth = to_channels(truth, 1);
        compare(fill_figures(grey_fill, grey_truth, mask),
                fill_figures(to_channels(grey_fill, 3), to_channels(grey_truth, 3), mask), 0);
    }

    void a_shift_of_brightness_is_no_texture() {
        const auto dark = [](int v) { return v / 2; };
        const auto light = [](int v) { return v / 2 + 20; };
        const FillFigures same = fill_figures(changed(fill, dark), changed(truth, dark), mask);
        const FillFigures off = fill_figures(changed(fill, light), changed(truth, dark), mask);
        for (const Member member : {&FillFigures::swdhp, &FillFigures::grad, &FillFigures::seam})
            QVERIFY(std::abs(*(off.*member) - *(same.*member)) < 1e-5);
        QVERIFY(*off.swd > *same.swd + 10);
        QVERIFY(std::abs(*fill_figures(changed(truth, light), changed(truth, dark), mask).l1 -
                         100.0 * 20 / 255) < 1e-9);
    }

    void only_the_hole_counts_where_it_should() {
        Image elsewhere = fill;
        elsewhere.row<std::uint8_t>(0)[0] ^= 64;
        const FillFigures got = fill_figures(elsewhere, truth, mask);
        const FillFigures wanted = fill_figures(fill, truth, mask);
        QCOMPARE(*got.l1, *wanted.l1);
        QCOMPARE(*got.psnr_hole, *wanted.psnr_hole);
        QCOMPARE(*got.grad, *wanted.grad);
        QVERIFY(*got.psnr < *wanted.psnr);
    }

    void what_has_no_denominator_is_absent() {
        const auto nowhere = [](int, int) { return false; };
        const FillFigures none = fill_figures(fill, truth, mask_where(nowhere));
        for (const auto& [name, member] : fill_figure_rows()) {
            const bool of_whole = member == &FillFigures::psnr || member == &FillFigures::ssim;
            QVERIFY2((none.*member).has_value() == of_whole, name.c_str());
        }
        const Image plain = changed(truth, [](int) { return 90; });
        const FillFigures flat = fill_figures(fill, plain, mask);
        QVERIFY(flat.l1 && flat.swd && !flat.grad && !flat.seam);
        const auto everywhere = [](int, int) { return true; };
        const Image small = Image::blank(5, 5), all = mask_where(everywhere, 5, 5);
        const FillFigures tiny = fill_figures(small, small, all);
        QVERIFY(tiny.l1 == 0.0 && tiny.psnr == 99.0 && !tiny.ssim && !tiny.swd && !tiny.seam);
        QVERIFY(!spread_of(std::array{fill}, mask));
        QVERIFY(!spread_of(std::array{fill, second}, mask_where(nowhere)));
    }

    void large_holes_are_thinned_evenly() {
        // 20,000 centres, of which 8192 count: the windows of the lower half must be among them.
        const auto everywhere = [](int, int) { return true; };
        const Image black = Image::blank(106, 206), all = mask_where(everywhere, 106, 206);
        Image half = black;
        for (int y = 103; y < 206; ++y) std::ranges::fill(half.row<std::uint8_t>(y), 200);
        const double whole = *fill_figures(changed(black, [](int) { return 200; }), black, all).swd;
        const double part = *fill_figures(half, black, all).swd;
        QVERIFY(std::abs(part / whole - 0.5) < 0.02);
    }

    void the_count_of_threads_doesnt_matter() {
        const int before = cv::getNumThreads();
        const FillFigures wanted = fill_figures(fill, truth, mask);
        for (const int threads : {1, 2, 3, 8}) {
            cv::setNumThreads(threads);
            compare(fill_figures(fill, truth, mask), wanted, 0);
        }
        cv::setNumThreads(before);
    }

    void other_sizes_are_refused() {
        const Image small = Image::blank(wide, high - 1);
        QVERIFY(!refusal<std::logic_error>([&] { fill_figures(fill, small, mask); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] { fill_figures(fill, truth, small); }).empty());
        QVERIFY(!refusal<std::logic_error>([&] { fill_figures(fill, truth, truth); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestFillFigures)
#include "test_fill_figures.moc"
