#include "core/inpaint/bench_masks.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/image_mat.h"

namespace daguerre {
namespace {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : seed_(seed) {}
    /// A whole number from `least` to `most`.
    int roll(int least, int most) {
        return least + int(below(std::uint64_t(most - least) + 1, mix(seed_ + n_++)));
    }

private:
    std::uint64_t seed_, n_ = 0;
};

void draw_strokes(cv::Mat& mask, const BenchStrokes& strokes, Dice& dice) {
    const int count = dice.roll(strokes.least, strokes.most + 1);
    for (int i = 0; i < count; ++i) {
        const int x = dice.roll(0, mask.cols - 1);
        cv::Point from(x, dice.roll(0, mask.rows - 1));
        const int segments = dice.roll(1, 5);
        for (int s = 0; s < segments; ++s) {
            double angle = 0.01 + dice.roll(0, 3);
            if (i % 2 == 0) angle = 2 * 3.1415926 - angle;
            const int length = dice.roll(10, 9 + strokes.length);
            const int width = dice.roll(5, 4 + strokes.width);
            const cv::Point to(std::clamp(int(from.x + length * std::sin(angle)), 0, mask.cols),
                               std::clamp(int(from.y + length * std::cos(angle)), 0, mask.rows));
            cv::line(mask, from, to, 255, width);
            from = to;
        }
    }
}

void draw_boxes(cv::Mat& mask, const BenchBoxes& boxes, Dice& dice) {
    const int count = dice.roll(boxes.least, boxes.most);
    for (int i = 0; i < count; ++i) {
        // {place, side} along an axis of this length; on small pictures the border gives way.
        const auto span = [&](int length) {
            const int border = std::min(boxes.border, (length - 1) / 2);
            const int most = std::min(boxes.large, length - 2 * border);
            const int side = dice.roll(std::min(boxes.small, most), most);
            return std::pair(dice.roll(border, length - border - side), side);
        };
        const auto [x, width] = span(mask.cols);
        const auto [y, height] = span(mask.rows);
        mask(cv::Rect(x, y, width, height)) = 255;
    }
}

Image pattern(const BenchMask& kind, Size size) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            mask.row<std::uint8_t>(y)[std::size_t(x)] = kind.known(x, y, size) ? 0 : 255;
    return mask;
}

}  // namespace

const std::vector<BenchMask>& bench_masks() {
    static const std::vector<BenchMask> rows{
        {"thin", "thin strokes", 0, {4, 70, 100, 20}, {}, 0.05, 0.30},
        {"medium", "medium strokes and boxes", 0, {4, 10, 200, 100}, {1, 5, 30, 150, 0}, 0.1, 0.3},
        {"thick", "thick strokes and boxes", 0, {1, 5, 450, 250}, {1, 4, 30, 300, 10}, 0.2, 0.4},
        {"huge", "most of the picture", 0, {1, 5, 450, 250}, {1, 4, 30, 300, 10}, 0.4, 0.67},
        {"repaint-thin", "RePaint's thin strokes", 256, {4, 50, 40, 10}},
        {"repaint-thick", "RePaint's thick ones", 256, {1, 5, 200, 100}, {1, 3, 30, 150, 10}},
        {.id = "lines",
         .title = "every second line",
         .square = 256,
         .known = [](int, int y, Size) { return y % 2 == 0; }},
        {.id = "grid",
         .title = "three pixels of four",
         .square = 256,
         .known = [](int x, int y, Size) { return x % 2 == 0 && y % 2 == 0; }},
        {.id = "expand",
         .title = "all but the middle",
         .square = 256,
         .known =
             [](int x, int y, Size size) {
                 const auto middle = [](int at, int n) {
                     return at * 8 >= n * 3 && at * 8 < n * 5;
                 };
                 return middle(x, size.width) && middle(y, size.height);
             }},
        {.id = "half",
         .title = "the right half",
         .square = 256,
         .known = [](int x, int, Size size) { return x < size.width / 2; }},
    };
    return rows;
}

Image bench_mask(const BenchMask& kind, Size size, std::uint64_t seed, std::uint64_t number) {
    if (kind.known) return pattern(kind, size);
    Image image = Image::blank(size.width, size.height, 1);
    cv::Mat mask = mat_of(image);
    Dice dice(seed_for(seed, Stream::Masks, number));
    for (int tries = 0; tries < 1000; ++tries) {
        mask = 0;
        const bool boxes = kind.boxes.most > 0 && dice.roll(1, 13) > 10;
        boxes ? draw_boxes(mask, kind.boxes, dice) : draw_strokes(mask, kind.strokes, dice);
        const double share = cv::countNonZero(mask) / double(mask.total());
        if (share >= kind.least_share && share <= kind.most_share) return image;
    }
    throw Error(
        "No mask of the kind “{kind}” covers {least} to {most} % of a picture of {width} x "
        "{height}. Take a larger picture or another kind of mask.",
        {{"kind", kind.id},
         {"least", 100 * kind.least_share},
         {"most", 100 * kind.most_share},
         {"width", size.width},
         {"height", size.height}});
}

}  // namespace daguerre
