// The engines preview, telea and ns, by cv::inpaint: in floats and channel by channel, since it
// takes more than 8 bits in one channel only. What of OpenCV 4.6 needs care:
// - It leaves the first row and column of a hole as they are, and reads them and other pixels of
//   the hole. So the hole begins as the nearest known colours, and the picture is padded.
// - Its Telea adds 0.5 and a gradient of length 1 to every pixel, whatever the unit: 4 of 255 greys
//   over a hole of 60 px in a plain picture. In a finer unit that is nothing, and closer to the
//   truth besides.
#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>

#include "core/image/image_mat.h"
#include "core/inpaint/inpainter.h"
#include "core/inpaint/nearest.h"

namespace daguerre {
namespace {

constexpr double radius = 3;            // px, of cv::inpaint
constexpr int rim = 16;                 // px around the hole that an engine looks at
constexpr int padding = 2;              // px
constexpr double unit = 1 / 256.0;      // greys
constexpr int preview_cells = 150'000;  // at most
constexpr int first_cell = 4;           // px, the side of a preview's cell

/// Asked again and again; channel: the one in work. false: stop.
using GoOn = std::function<bool(int channel)>;

/// cv::inpaint can't be stopped, so it runs on a thread of its own. An empty picture when nobody
/// wants it any more: then it ends unheeded, and the program's end waits for it.
cv::Mat inpainted(const cv::Mat& plane, const cv::Mat& hole, int method,
                  const std::function<bool()>& go_on) {
    std::future<cv::Mat> filled = std::async(std::launch::async, [=] {
        cv::Mat result;
        cv::inpaint(plane, hole, result, radius, method);
        return result;
    });
    const auto done = [](const std::future<cv::Mat>& one, int ms) {
        return one.wait_for(std::chrono::milliseconds(ms)) == std::future_status::ready;
    };
    constexpr int pause = 25;  // ms
    while (!done(filled, pause)) {
        if (go_on()) continue;
        static std::mutex mutex;
        static std::vector<std::future<cv::Mat>> unheeded;
        const std::lock_guard lock(mutex);
        std::erase_if(unheeded, [&](const auto& one) { return done(one, 0); });
        unheeded.push_back(std::move(filled));
        return {};
    }
    return filled.get();
}

cv::Mat colours_mat(Colours& colours) {
    return {colours.height, colours.width, CV_32FC(colours.channels), colours.values.data()};
}

/// The hole's box and `rim` around it.
cv::Rect work_box(const cv::Mat& hole) {
    const cv::Rect box = cv::boundingRect(hole);
    return cv::Rect(box.x - rim, box.y - rim, box.width + 2 * rim, box.height + 2 * rim) &
           cv::Rect({}, hole.size());
}

cv::Mat padded(const cv::Mat& mat) {
    cv::Mat result;
    cv::copyMakeBorder(mat, result, padding, padding, padding, padding, cv::BORDER_REPLICATE);
    return result;
}

/// Fills the hole of `colours`, which has a known pixel; false when it was stopped.
bool fill_hole(cv::Mat colours, const cv::Mat& picture_hole, int method, const GoOn& go_on) {
    Image hole = Image::blank(colours.cols + 2 * padding, colours.rows + 2 * padding, 1);
    padded(picture_hole).copyTo(mat_of(hole));
    const std::vector<int> nearest = nearest_zero(hole);
    const cv::Mat own_hole = mat_of(hole).clone();
    for (int c = 0; c < colours.channels(); ++c) {
        const auto asked = [&] { return go_on(c); };
        if (!asked()) return false;
        cv::Mat plane;
        cv::extractChannel(colours, plane, c);
        plane = padded(plane) / unit;
        float* values = plane.ptr<float>();
        for (std::size_t i = 0; i < nearest.size(); ++i) values[i] = values[nearest[i]];
        cv::Mat filled = inpainted(plane, own_hole, method, asked);
        if (filled.empty()) return false;
        filled *= unit;
        cv::insertChannel(filled({{padding, padding}, colours.size()}), colours, c);
    }
    return true;
}

/// The area with its hole filled from `filled`, a picture of the box.
Filling pasted(const Area& area, const cv::Mat& filled, const cv::Rect& box) {
    Filling result{area.colours, {}, false};
    filled.copyTo(colours_mat(result.colours)(box), mat_of(area.hole)(box));
    return result;
}

GoOn asking(const Area& area, const OnProgress& on_progress) {
    return [&on_progress, channels = area.colours.channels](int channel) {
        return on_progress({channel, channels, "step", {}});
    };
}

template <int method>
Filling classic(const Area& area, const OnProgress& on_progress) {
    const cv::Rect box = work_box(mat_of(area.hole));
    Colours copy = area.colours;
    const cv::Mat colours = colours_mat(copy)(box), hole = mat_of(area.hole)(box);
    if (!fill_hole(colours, hole, method, asking(area, on_progress))) return {{}, {}, true};
    return pasted(area, colours, box);
}

/// A picture in cells of k x k pixels: the mean of what is known of each.
struct Cells {
    cv::Mat colours, hole;
};

/// Cells with any pixel of the hole are hole; where that leaves none known, those without a known
/// pixel.
Cells cells_of(const cv::Mat& colours, const cv::Mat& hole, int k) {
    const cv::Size size((colours.cols + k - 1) / k, (colours.rows + k - 1) / k);
    const auto means = [&](const cv::Mat& mat) {
        cv::Mat whole, result;
        cv::copyMakeBorder(mat, whole, 0, size.height * k - mat.rows, 0, size.width * k - mat.cols,
                           cv::BORDER_REPLICATE);
        cv::resize(whole, result, size, 0, 0, cv::INTER_AREA);
        return result;
    };
    cv::Mat known, sums = colours.clone();
    cv::Mat(hole == 0).convertTo(known, CV_32F, 1 / 255.0);
    sums.setTo(cv::Scalar::all(0), hole);
    const cv::Mat share = means(known);
    std::vector<cv::Mat> planes;
    cv::split(means(sums), planes);
    for (cv::Mat& plane : planes) plane /= cv::max(share, 1e-6);
    Cells cells;
    cv::merge(planes, cells.colours);
    cells.hole = share < 1 - 1e-4;
    if (cv::countNonZero(cells.hole) == int(cells.hole.total())) cells.hole = share < 1e-4;
    return cells;
}

Filling preview(const Area& area, const OnProgress& on_progress) {
    const cv::Rect box = work_box(mat_of(area.hole));
    int k = first_cell;
    while (box.area() / k / k > preview_cells) k *= 2;
    Colours copy = area.colours;
    const Cells cells = cells_of(colours_mat(copy)(box), mat_of(area.hole)(box), k);
    if (!fill_hole(cells.colours, cells.hole, cv::INPAINT_TELEA, asking(area, on_progress)))
        return {{}, {}, true};
    cv::Mat large;
    cv::resize(cells.colours, large, {}, k, k, cv::INTER_LINEAR);
    return pasted(area, large({{}, box.size()}), box);
}

template <Filling (*fill)(const Area&, const OnProgress&)>
Inpainter engine(const Fields&) {
    return fill;
}

constexpr const char* for_scratches =
    "Draws the rim's colours inward. Right for scratches and dust a few pixels wide.";

}  // namespace

InpainterRow preview_inpainter() {
    return {.id = "preview",
            .title = "Preview",
            .sentence = "Smooths from the rim inward. Instant; what you see while brushing.",
            .source = "Telea 2004, at a quarter of the size or less",
            .make = engine<preview>};
}

InpainterRow telea_inpainter() {
    return {.id = "telea",
            .title = "Telea",
            .sentence = for_scratches,
            .source =
                "Telea 2004, “An image inpainting technique based on the fast marching "
                "method”",
            .make = engine<classic<cv::INPAINT_TELEA>>};
}

InpainterRow ns_inpainter() {
    return {.id = "ns",
            .title = "Navier-Stokes",
            .sentence = for_scratches,
            .source =
                "Bertalmio, Bertozzi, Sapiro 2001, “Navier-Stokes, fluid dynamics, and image "
                "and video inpainting”",
            .make = engine<classic<cv::INPAINT_NS>>};
}

}  // namespace daguerre
