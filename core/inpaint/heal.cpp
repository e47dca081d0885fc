#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "core/image/image_mat.h"
#include "core/inpaint/guide.h"
#include "core/inpaint/poisson.h"
#include "core/inpaint/synthesis.h"

namespace daguerre {
namespace {

constexpr std::int64_t least_sources = 64;

/// What may be copied, with the ring at the rim too.
Area without_ring(Area area) {
    if (area.near_rim.width == 0) return area;
    for (std::size_t i = 0; i < area.sources.pixels.size(); ++i)
        area.sources.pixels[i] |= area.near_rim.pixels[i];
    area.near_rim = {};
    return area;
}

/// The colour of the nearest known pixel in the hole.
Colours spread(const Area& area) {
    cv::Mat distance, labels, hole;
    cv::threshold(mat_of(area.hole), hole, 127, 255, cv::THRESH_BINARY);
    cv::distanceTransform(hole, distance, labels, cv::DIST_L2, 5, cv::DIST_LABEL_PIXEL);
    Colours result = area.colours;
    const int channels = result.channels;
    const std::array<float, 3> black{};  // for an area without known pixels
    std::vector<const float*> named(std::size_t(hole.rows * hole.cols) + 1, black.data());
    for (int y = 0; y < hole.rows; ++y)
        for (int x = 0; x < hole.cols; ++x)
            if (!hole.at<std::uint8_t>(y, x))
                named[std::size_t(labels.at<int>(y, x))] = area.colours.pixel(x, y);
    for (int y = 0; y < hole.rows; ++y)
        for (int x = 0; x < hole.cols; ++x)
            if (hole.at<std::uint8_t>(y, x))
                std::copy_n(named[std::size_t(labels.at<int>(y, x))], channels, result.pixel(x, y));
    return result;
}

/// For holes with next to nothing to copy: a smooth surface from the rim.
Filling smoothed(const Area& area, const Picture& picture, Watch& watch) {
    Filling result{
        spread(area),
        {{"Too little of the picture is left to copy from; colours were smoothed in.", {}}},
        false};
    watch.frame(0, [&] {
        Preview preview;
        preview.denoised = {shown(area, result.colours, 0)};
        return preview;
    });
    const auto nothing = [](std::int32_t, std::int32_t, float*) {};
    solve_poisson(result.colours,
                  unknowns_of(picture.hole, area.colours.width, area.colours.height), nothing,
                  {.screening = 0, .steps = 2000, .accuracy = 0.002f}, watch);
    result.stopped = watch.stopped();
    if (result.stopped) result.colours = {};
    return result;
}

Filling heal(Area area, const OnProgress& on_progress) {
    int side = 7;
    std::vector<Picture> pictures = pyramid(area, side);
    if (on_progress && !on_progress({0, 0, "level", {}}))
        return {.colours = {}, .remarks = {}, .stopped = true};
    if (source_count(pictures[0], side) < least_sources) {
        area = without_ring(std::move(area));
        while (side > 3 && source_count(pictures[0], side) < least_sources) side -= 2;
        pictures = pyramid(area, side);
    }
    Start start{.level = int(pictures.size()) - 1, .colours = {}};
    if (area.guide.width > 0) start.colours = guidance_of(area, pictures, side).back().wanted;
    Watch watch(on_progress, "level", synthesis_work(pictures, start));
    if (source_count(pictures[0], side) < least_sources) return smoothed(area, pictures[0], watch);
    return synthesise(area, std::move(pictures), side, start, 0, watch);
}

}  // namespace

InpainterRow heal_inpainter() {
    return {.id = "heal",
            .title = "Heal",
            .sentence = "Copies what fits from the surroundings, and closes the seams.",
            .source = "After Wexler, Shechtman, Irani 2007; Barnes et al. 2009; Newson et al. 2017",
            .varies = false,
            .copies = true,
            .watchable = false,
            .fields = nullptr,
            .make = [](const Fields&) -> Inpainter { return heal; }};
}

}  // namespace daguerre
