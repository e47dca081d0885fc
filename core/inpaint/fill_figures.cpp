#include "core/inpaint/fill_figures.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/image_mat.h"

namespace daguerre {
namespace {

constexpr int window = 7, window_values = window * window * 3;
constexpr std::int64_t most_windows = 8192;
constexpr int directions = 128;

/// A photo without alpha, as the figures see it: CV_8UC3.
cv::Mat colours_of(Image image) {
    if (image.channels == 4) {
        const cv::Mat all = mat_of(image);
        Image opaque = Image::blank(image.width, image.height, 3, image.depth);
        cv::Mat three = mat_of(opaque);
        cv::mixChannels(all, three, {0, 0, 1, 1, 2, 2});
        image = std::move(opaque);
    }
    const Image rgb = to_channels(image, 3);
    return mat_of(rgb).clone();
}

cv::Mat luma_of(const cv::Mat& colours) {
    cv::Mat luma(colours.size(), CV_64F);
    for (int y = 0; y < luma.rows; ++y)
        for (int x = 0; x < luma.cols; ++x) {
            const cv::Vec3b& c = colours.at<cv::Vec3b>(y, x);
            luma.at<double>(y, x) = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
        }
    return luma;
}

struct Pair {
    cv::Mat fill, truth;            // CV_8UC3
    cv::Mat fill_luma, truth_luma;  // CV_64F
    cv::Mat hole;                   // CV_8U, 255 or 0
};

std::optional<double> ratio(double above, double below) {
    return below > 0 ? std::optional(above / below) : std::nullopt;
}

double decibels(double mean_square) {
    return mean_square > 0 ? std::min(99.0, 10 * std::log10(255 * 255 / mean_square)) : 99;
}

void measure_differences(const Pair& pair, FillFigures& figures) {
    cv::Mat off, square;
    cv::absdiff(pair.fill, pair.truth, off);
    const auto sum = [](const cv::Scalar& s) { return s[0] + s[1] + s[2]; };
    off.convertTo(square, CV_32F);
    square = square.mul(square);
    const double all = 3.0 * double(off.total()), held = 3.0 * cv::countNonZero(pair.hole);
    figures.psnr = decibels(sum(cv::sum(square)) / all);
    if (held == 0) return;
    figures.l1 = 100.0 / 255 * sum(cv::mean(off, pair.hole)) / 3;
    figures.psnr_hole = decibels(sum(cv::mean(square, pair.hole)) / 3);
}

void measure_similarity(const Pair& pair, FillFigures& figures) {
    constexpr int side = 11, reach = side / 2;
    const int columns = pair.hole.cols - 2 * reach, rows = pair.hole.rows - 2 * reach;
    if (columns < 1 || rows < 1) return;
    const cv::Rect whole(reach, reach, columns, rows);
    const auto weighted = [&](const cv::Mat& of) -> cv::Mat {
        cv::Mat result;
        cv::GaussianBlur(of, result, {side, side}, 1.5);
        return result(whole);
    };
    const cv::Mat &a = pair.fill_luma, &b = pair.truth_luma;
    const cv::Mat mean_a = weighted(a), mean_b = weighted(b), both = mean_a.mul(mean_b);
    const cv::Mat squares = mean_a.mul(mean_a) + mean_b.mul(mean_b);
    const cv::Mat varied = weighted(a.mul(a) + b.mul(b)) - squares;
    const cv::Mat together = weighted(a.mul(b)) - both;
    const double c1 = std::pow(0.01 * 255, 2), c2 = std::pow(0.03 * 255, 2);
    cv::Mat similar;
    cv::divide((2 * both + c1).mul(2 * together + c2), (squares + c1).mul(varied + c2), similar);
    figures.ssim = cv::mean(similar)[0];
    const cv::Mat held = pair.hole(whole);
    if (cv::countNonZero(held) > 0) figures.ssim_hole = cv::mean(similar, held)[0];
}

/// Σ√(dx² + dy²), forward differences; those that would leave the picture are 0.
double slopes(const cv::Mat& luma, const cv::Mat& where) {
    double sum = 0;
    for (int y = 0; y < luma.rows; ++y)
        for (int x = 0; x < luma.cols; ++x) {
            if (!where.at<uchar>(y, x)) continue;
            const double here = luma.at<double>(y, x);
            const double dx = x + 1 < luma.cols ? luma.at<double>(y, x + 1) - here : 0;
            const double dy = y + 1 < luma.rows ? luma.at<double>(y + 1, x) - here : 0;
            sum += std::hypot(dx, dy);
        }
    return sum;
}

/// Σ over 4-neighbours with one end in the hole of Σ_c |step|.
double rim_steps(const cv::Mat& colours, const cv::Mat& hole) {
    double sum = 0;
    const auto add = [&](cv::Point p, cv::Point q) {
        if (hole.at<uchar>(p) == hole.at<uchar>(q)) return;
        const cv::Vec3b &a = colours.at<cv::Vec3b>(p), &b = colours.at<cv::Vec3b>(q);
        for (int c = 0; c < 3; ++c) sum += std::abs(a[c] - b[c]);
    };
    for (int y = 0; y < hole.rows; ++y)
        for (int x = 0; x < hole.cols; ++x) {
            if (x + 1 < hole.cols) add({x, y}, {x + 1, y});
            if (y + 1 < hole.rows) add({x, y}, {x, y + 1});
        }
    return sum;
}

/// Rows of unit length: the directions, then the same without each channel's mean, so that a
/// window's product with them is that of the window less its mean colour.
const cv::Mat& all_directions() {
    static const cv::Mat rows = [] {
        cv::Mat made(2 * directions, window_values, CV_32F);
        for (int d = 0; d < directions; ++d) {
            const std::uint64_t seed = seed_for(5, Stream::Directions, std::uint64_t(d));
            cv::Matx<double, window * window, 3> unit;
            for (int i = 0; i < window_values; ++i) unit.val[i] = normal(seed, std::uint64_t(i));
            unit *= 1 / cv::norm(unit);
            for (int i = 0; i < window_values; ++i) {
                made.at<float>(d, i) = float(unit.val[i]);
                const cv::Scalar mean = cv::mean(unit.col(i % 3));
                made.at<float>(directions + d, i) = float(unit.val[i] - mean[0]);
            }
        }
        return made;
    }();
    return rows;
}

/// The projections of the windows around `centres`, a row for each direction, sorted.
cv::Mat sorted_projections(const cv::Mat& colours, const std::vector<cv::Point>& centres) {
    cv::Mat windows(int(centres.size()), window_values, CV_32F);
    for (int i = 0; i < windows.rows; ++i) {
        const cv::Point corner = centres[std::size_t(i)] - cv::Point(window / 2, window / 2);
        float* to = windows.ptr<float>(i);
        for (int y = 0; y < window; ++y) {
            const uchar* from = colours.ptr<uchar>(corner.y + y) + 3 * corner.x;
            for (int k = 0; k < 3 * window; ++k) *to++ = float(from[k]) / 255;
        }
    }
    cv::Mat projected;
    cv::gemm(all_directions(), windows, 1, {}, 0, projected, cv::GEMM_2_T);
    cv::parallel_for_({0, projected.rows}, [&](const cv::Range& range) {
        for (int d = range.start; d < range.end; ++d)
            std::sort(projected.ptr<float>(d), projected.ptr<float>(d) + projected.cols);
    });
    return projected;
}

void measure_windows(const Pair& pair, FillFigures& figures) {
    constexpr int reach = window / 2;
    std::vector<cv::Point> all, centres;
    for (int y = reach; y < pair.hole.rows - reach; ++y)
        for (int x = reach; x < pair.hole.cols - reach; ++x)
            if (pair.hole.at<uchar>(y, x)) all.emplace_back(x, y);
    if (all.empty()) return;
    const auto n = std::int64_t(all.size()), taken = std::min(n, most_windows);
    for (std::int64_t i = 0; i < taken; ++i) centres.push_back(all[std::size_t(i * n / taken)]);
    const cv::Mat a = sorted_projections(pair.fill, centres);
    const cv::Mat b = sorted_projections(pair.truth, centres);
    const auto distance = [&](int first) {
        const cv::Range rows(first, first + directions);
        return 1000 * cv::norm(a.rowRange(rows), b.rowRange(rows), cv::NORM_L1) /
               (double(directions) * double(taken));
    };
    figures.swd = distance(0);
    figures.swdhp = distance(directions);
}

bool same_size(const Image& a, const Image& b) {
    return a.width == b.width && a.height == b.height;
}

/// 255 where the mask is 128 and over.
cv::Mat hole_of(const Image& mask) {
    require(mask.channels == 1 && mask.depth == 8, "a mask has 1 channel of 8 bits");
    return mat_of(mask) >= 128;
}

}  // namespace

const std::vector<FillFigureRow>& fill_figure_rows() {
    static const std::vector<FillFigureRow> rows{
        {"l1", &FillFigures::l1},     {"psnr_hole", &FillFigures::psnr_hole},
        {"psnr", &FillFigures::psnr}, {"ssim", &FillFigures::ssim},
        {"grad", &FillFigures::grad}, {"ssim_hole", &FillFigures::ssim_hole},
        {"swd", &FillFigures::swd},   {"swdhp", &FillFigures::swdhp},
        {"seam", &FillFigures::seam}};
    return rows;
}

FillFigures fill_figures(const Image& fill, const Image& truth, const Image& mask) {
    require(same_size(fill, truth) && same_size(fill, mask), "fill, truth and mask have one size");
    const cv::Mat a = colours_of(fill), b = colours_of(truth);
    const Pair pair{a, b, luma_of(a), luma_of(b), hole_of(mask)};
    FillFigures figures;
    measure_differences(pair, figures);
    measure_similarity(pair, figures);
    cv::Mat inner;
    cv::erode(pair.hole, inner, cv::Mat::ones(5, 5, CV_8U));
    figures.grad = ratio(slopes(pair.fill_luma, inner), slopes(pair.truth_luma, inner));
    measure_windows(pair, figures);
    figures.seam = ratio(rim_steps(pair.fill, pair.hole), rim_steps(pair.truth, pair.hole));
    return figures;
}

std::optional<double> spread_of(std::span<const Image> fills, const Image& mask) {
    const cv::Mat hole = hole_of(mask);
    if (fills.size() < 2 || cv::countNonZero(hole) == 0) return std::nullopt;
    std::vector<cv::Mat> pictures;
    for (const Image& fill : fills) {
        require(same_size(fill, mask), "fills and mask have one size");
        pictures.push_back(colours_of(fill));
    }
    double sum = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            cv::Mat off;
            cv::absdiff(pictures[i], pictures[j], off);
            const cv::Scalar mean = cv::mean(off, hole);
            sum += (mean[0] + mean[1] + mean[2]) / 3;
        }
    return sum / (double(pictures.size()) * double(pictures.size() - 1) / 2);
}

}  // namespace daguerre
