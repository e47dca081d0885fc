// Masks by colour: the magic wand and GrabCut.
#include <algorithm>
#include <cmath>
#include <deque>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/image_mat.h"
#include "core/inpaint/hole_parts.h"
#include "core/inpaint/mask.h"

namespace daguerre {
namespace {

/// RGB in [0, 1] of a part of a photo, without alpha.
cv::Mat rgb_of(const Image& image) {
    cv::Mat rgb, scaled;
    const cv::Mat pixels = mat_of(image);
    if (image.channels == 1)
        cv::cvtColor(pixels, rgb, cv::COLOR_GRAY2RGB);
    else if (image.channels == 4)
        cv::cvtColor(pixels, rgb, cv::COLOR_RGBA2RGB);
    else
        rgb = pixels;
    rgb.convertTo(scaled, CV_32FC3, 1.0 / (image.depth == 8 ? 255 : 65535));
    return scaled;
}

cv::Mat lab_of(const cv::Mat& rgb) {
    cv::Mat lab;
    cv::cvtColor(rgb, lab, cv::COLOR_RGB2Lab);
    return lab;
}

/// The mean colour of a square around a pixel, as far as the photo goes.
cv::Vec3f sampled_lab(const Tiles& photo, int x, int y, int sample) {
    const int reach = sample / 2;
    const int left = std::max(x - reach, 0), top = std::max(y - reach, 0);
    const Rect square{left, top, std::min(x + reach + 1, photo.size().width) - left,
                      std::min(y + reach + 1, photo.size().height) - top};
    const cv::Scalar mean = cv::mean(rgb_of(photo.crop(square)));
    return lab_of(cv::Mat(1, 1, CV_32FC3, mean)).at<cv::Vec3f>(0, 0);
}

constexpr double rounding = 0.05;  // of OpenCV's tables, in units of CIELAB

/// 255 where a square of the photo has a colour at most `tolerance` away.
Image like(const Image& square, const cv::Vec3f& colour, double tolerance) {
    const cv::Mat lab = lab_of(rgb_of(square));
    Image result = Image::blank(square.width, square.height, 1);
    const double limit = (tolerance + rounding) * (tolerance + rounding);
    for (int y = 0; y < square.height; ++y)
        for (int x = 0; x < square.width; ++x) {
            const cv::Vec3f difference = lab.at<cv::Vec3f>(y, x) - colour;
            if (difference.dot(difference) <= limit)
                result.row<std::uint8_t>(y)[std::size_t(x)] = 255;
        }
    return result;
}

/// Floods from square to square, so that only those are looked at that the flood reaches.
class Flood {
public:
    Flood(const Tiles& photo, const cv::Vec3f& colour, double tolerance)
        : photo_(photo),
          colour_(colour),
          tolerance_(tolerance),
          squares_(std::size_t(photo.columns()) * std::size_t(photo.rows())) {}

    Tiles from(int x, int y) {
        reach(x, y);
        while (!waiting_.empty()) {
            const auto [column, row] = waiting_.front();
            waiting_.pop_front();
            spread(column, row);
        }
        Tiles result = Tiles::blank(photo_.size(), 1);
        for (int row = 0; row < photo_.rows(); ++row)
            for (int column = 0; column < photo_.columns(); ++column)
                if (Image& square = at(column, row); square.width > 0) {
                    for (std::byte& value : square.pixels)
                        value = value == std::byte(reached) ? std::byte(255) : std::byte(0);
                    result.set_tile(column, row, std::make_shared<const Image>(std::move(square)));
                }
        return result;
    }

private:
    static constexpr int reached = 1;  // 255: of that colour, not reached yet

    Image& at(int column, int row) {
        return squares_[std::size_t(row) * std::size_t(photo_.columns()) + std::size_t(column)];
    }

    void reach(int x, int y) {
        if (x < 0 || y < 0 || x >= photo_.size().width || y >= photo_.size().height) return;
        const int column = x / Tiles::side, row = y / Tiles::side;
        Image& square = at(column, row);
        if (square.width == 0) square = like(*photo_.tile(column, row), colour_, tolerance_);
        const cv::Point place(x % Tiles::side, y % Tiles::side);
        cv::Mat pixels = mat_of(square);
        if (pixels.at<std::uint8_t>(place) != 255) return;
        cv::floodFill(pixels, place, cv::Scalar(reached), nullptr, {}, {}, 4);
        waiting_.emplace_back(column, row);
    }

    /// From the reached pixels at the borders of a square to its neighbours.
    void spread(int column, int row) {
        const Rect place = photo_.tile_rect(column, row);
        const cv::Mat pixels = mat_of(at(column, row));
        const auto is_reached = [&](int x, int y) {
            return pixels.at<std::uint8_t>(y, x) == reached;
        };
        for (int x = 0; x < place.width; ++x) {
            if (is_reached(x, 0)) reach(place.x + x, place.y - 1);
            if (is_reached(x, place.height - 1)) reach(place.x + x, place.y + place.height);
        }
        for (int y = 0; y < place.height; ++y) {
            if (is_reached(0, y)) reach(place.x - 1, place.y + y);
            if (is_reached(place.width - 1, y)) reach(place.x + place.width, place.y + y);
        }
    }

    const Tiles& photo_;
    cv::Vec3f colour_;
    double tolerance_;
    std::vector<Image> squares_;  // width 0: not looked at yet
    std::deque<std::pair<int, int>> waiting_;
};

// GrabCut: at most so many pixels are cut, in so many rounds, with so much of the photo around the
// box; at full size the edge is looked at anew.
constexpr double most_cut_pixels = 150'000;
constexpr int cut_rounds = 4, least_surroundings = 16;
constexpr int colours_of_a_side = 5;          // of GrabCut's models
constexpr int is_inside = 1, is_outside = 2;  // in strokes

/// What is certain and what is likely, as cv::grabCut takes it.
cv::Mat first_guess(const cv::Mat& in_box, const cv::Mat& strokes) {
    cv::Mat guess(in_box.size(), CV_8U, cv::Scalar(cv::GC_BGD));
    guess.setTo(cv::GC_PR_FGD, in_box);
    guess.setTo(cv::GC_FGD, strokes == is_inside);
    guess.setTo(cv::GC_BGD, strokes == is_outside);
    return guess;
}

cv::Mat belongs(const cv::Mat& guess) { return (guess & 1) != 0; }  // GC_FGD and GC_PR_FGD

/// Adds copies of a stroke's pixels below the picture, half as many as there are likely or certain
/// ones of its side. GrabCut's models count pixels, and a stroke is a small part of what it means.
void add_copies(cv::Mat& picture, cv::Mat& guess, const cv::Mat& strokes, int stroke,
                cv::GrabCutClasses side) {
    std::vector<cv::Vec3b> colours;
    for (int y = 0; y < strokes.rows; ++y)
        for (int x = 0; x < strokes.cols; ++x)
            if (strokes.at<std::uint8_t>(y, x) == stroke)
                colours.push_back(picture.at<cv::Vec3b>(y, x));
    if (colours.empty()) return;
    const int of_side = cv::countNonZero((guess & 1) == (side & 1));
    cv::Mat strip(of_side / 2 / picture.cols + 1, picture.cols, CV_8UC3);
    for (std::size_t i = 0; i < strip.total(); ++i)
        strip.ptr<cv::Vec3b>()[i] = colours[i % colours.size()];
    picture.push_back(strip);
    guess.push_back(cv::Mat(strip.size(), CV_8U, cv::Scalar(side)));
}

/// The cut of a small picture.
cv::Mat cut(const cv::Mat& rgb, cv::Mat guess, const cv::Mat& strokes) {
    const int inside = cv::countNonZero(belongs(guess));
    if (std::min(inside, int(guess.total()) - inside) < colours_of_a_side) return belongs(guess);
    cv::Mat picture, outside_model, inside_model;
    rgb.convertTo(picture, CV_8UC3, 255);
    add_copies(picture, guess, strokes, is_outside, cv::GC_BGD);
    add_copies(picture, guess, strokes, is_inside, cv::GC_FGD);
    cv::theRNG().state = 1;  // the same strokes, the same mask
    cv::grabCut(picture, guess, {}, outside_model, inside_model, cut_rounds, cv::GC_INIT_WITH_MASK);
    return belongs(guess.rowRange(0, rgb.rows));
}

/// Mean colours of what lies in a mask around each pixel, and the mask's share there.
struct Means {
    cv::Mat sums, share;

    Means(const cv::Mat& rgb, const cv::Mat& mask, int reach) {
        cv::Mat picture = cv::Mat::zeros(rgb.size(), CV_32FC3), weights;
        rgb.copyTo(picture, mask);
        mask.convertTo(weights, CV_32F, 1 / 255.0);
        const cv::Size window(2 * reach + 1, 2 * reach + 1);
        cv::boxFilter(picture, sums, CV_32F, window);
        cv::boxFilter(weights, share, CV_32F, window);
    }
    bool known(int y, int x) const { return share.at<float>(y, x) > 1e-4f; }
    float distance(int y, int x, const cv::Vec3f& colour) const {
        const cv::Vec3f to = colour - sums.at<cv::Vec3f>(y, x) / share.at<float>(y, x);
        return to.dot(to);
    }
};

/// A mask that was cut at 1/scale, at full size: near its edge each pixel goes to the side whose
/// colours around there it is nearer to.
cv::Mat refined(const cv::Mat& rgb, const cv::Mat& small, double scale) {
    cv::Mat large, inner, outer;
    cv::resize(small, large, rgb.size(), 0, 0, cv::INTER_LINEAR);
    large = large >= 128;
    const int band = int(std::ceil(scale)) + 1;
    const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * band + 1, 2 * band + 1});
    cv::erode(large, inner, disc);
    cv::erode(large == 0, outer, disc);
    const Means inside(rgb, inner, 3 * band), outside(rgb, outer, 3 * band);
    for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x) {
            if (inner.at<std::uint8_t>(y, x) || outer.at<std::uint8_t>(y, x) ||
                !inside.known(y, x) || !outside.known(y, x))
                continue;
            const cv::Vec3f colour = rgb.at<cv::Vec3f>(y, x);
            large.at<std::uint8_t>(y, x) =
                inside.distance(y, x, colour) < outside.distance(y, x, colour) ? 255 : 0;
        }
    cv::medianBlur(large, large, 3);
    return large;
}

/// The cut of a large picture, at a lower resolution first.
cv::Mat cut_large(const cv::Mat& rgb, const cv::Mat& in_box, const cv::Mat& strokes, double scale) {
    cv::Mat small_rgb, small_box, small_strokes;
    cv::resize(rgb, small_rgb, {}, 1 / scale, 1 / scale, cv::INTER_AREA);
    cv::resize(in_box, small_box, small_rgb.size(), 0, 0, cv::INTER_NEAREST);
    small_strokes = cv::Mat::zeros(small_rgb.size(), CV_8U);
    for (const int stroke : {is_outside, is_inside}) {  // thin ones too
        cv::Mat share;
        cv::resize(strokes == stroke, share, small_rgb.size(), 0, 0, cv::INTER_AREA);
        small_strokes.setTo(stroke, share > 0);
    }
    const cv::Mat guess = first_guess(small_box, small_strokes);
    cv::Mat mask = refined(rgb, cut(small_rgb, guess, small_strokes), scale);
    mask.setTo(0, in_box == 0);
    mask.setTo(255, strokes == is_inside);
    mask.setTo(0, strokes == is_outside);
    return mask;
}

Rect clipped(const Rect& box, Size photo) {
    const int x = std::max(box.x, 0), y = std::max(box.y, 0);
    return {x, y, std::min(box.x + box.width, photo.width) - x,
            std::min(box.y + box.height, photo.height) - y};
}

}  // namespace

Tiles like_colour(const Tiles& photo, int x, int y, double tolerance, bool connected, int sample) {
    require(x >= 0 && y >= 0 && x < photo.size().width && y < photo.size().height,
            "the wand is in the photo");
    require(sample == 1 || sample == 3 || sample == 5, "a sample is 1, 3 or 5 pixels wide");
    const cv::Vec3f colour = sampled_lab(photo, x, y, sample);
    if (connected) return Flood(photo, colour, tolerance).from(x, y);
    Tiles result = Tiles::blank(photo.size(), 1);
    std::vector<std::shared_ptr<const Image>> squares(std::size_t(photo.columns()) *
                                                      std::size_t(photo.rows()));
    cv::parallel_for_({0, int(squares.size())}, [&](const cv::Range& range) {
        for (int i = range.start; i < range.end; ++i)
            squares[std::size_t(i)] = std::make_shared<const Image>(
                like(*photo.tile(i % photo.columns(), i / photo.columns()), colour, tolerance));
    });
    for (int i = 0; i < int(squares.size()); ++i)
        result.set_tile(i % photo.columns(), i / photo.columns(), squares[std::size_t(i)]);
    return result;
}

Tiles grab_cut(const Tiles& photo, Rect box, const Tiles& strokes) {
    box = clipped(box, photo.size());
    if (box.width < 1 || box.height < 1)
        throw Error("The box is empty. Draw it around the thing that shall go.");
    if (Size{box.width, box.height} == photo.size())
        throw Error(
            "The box covers the whole photo. Leave some of it outside, so that the thing "
            "can be told from the rest.");
    require(strokes.size() == Size{} || strokes.size() == photo.size(),
            "strokes have the photo's size");
    const Rect where = with_context(
        box, std::max(least_surroundings, std::max(box.width, box.height) / 4), photo.size());
    const cv::Mat rgb = rgb_of(photo.crop(where));
    const Image drawn =
        strokes.size() == Size{} ? Image::blank(where.width, where.height, 1) : strokes.crop(where);
    cv::Mat in_box = cv::Mat::zeros(rgb.size(), CV_8U);
    in_box({box.x - where.x, box.y - where.y, box.width, box.height}).setTo(255);
    const double scale = std::max(std::sqrt(double(rgb.total()) / most_cut_pixels), 1.0);
    const cv::Mat mask = scale > 1 ? cut_large(rgb, in_box, mat_of(drawn), scale)
                                   : cut(rgb, first_guess(in_box, mat_of(drawn)), mat_of(drawn));
    Image part = Image::blank(where.width, where.height, 1);
    mask.copyTo(mat_of(part));
    Tiles result = Tiles::blank(photo.size(), 1);
    result.paste(where.x, where.y, part);
    return result;
}

}  // namespace daguerre
