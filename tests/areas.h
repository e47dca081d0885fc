// Small areas with holes, for tests of what fills them.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "core/base/random.h"
#include "core/inpaint/inpainter.h"

namespace daguerre {

/// The colour of a channel at a pixel, in greys.
using Paint = std::function<double(int x, int y, int channel)>;
using Where = std::function<bool(int x, int y)>;

/// Everything known may be copied. The hole's colours are not numbers, since nobody may read them.
inline Area area_of(Size size, int channels, const Paint& paint, const Where& hole) {
    Area area;
    area.colours = {size.width, size.height, channels, {}};
    area.hole = Image::blank(size.width, size.height, 1);
    area.sources = area.hole;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const bool in = hole(x, y);
            for (int c = 0; c < channels; ++c)
                area.colours.values.push_back(in ? std::numeric_limits<float>::quiet_NaN()
                                                 : float(paint(x, y, c)));
            area.hole.row<std::uint8_t>(y)[std::size_t(x)] = in ? 255 : 0;
            area.sources.row<std::uint8_t>(y)[std::size_t(x)] = in ? 0 : 255;
        }
    return area;
}

inline Where box(Rect r) {
    return [r](int x, int y) {
        return x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height;
    };
}

/// Even noise of whole greys between 0 and 255, a pure function of its place.
inline Paint noise(std::uint64_t seed) {
    return [seed](int x, int y, int c) {
        return double(mix(mix(mix(seed) ^ std::uint64_t(y)) ^ std::uint64_t(4 * x + c)) % 256);
    };
}

/// Waves of several lengths and directions, like no other place of the picture.
inline Paint waves() {
    return [](int x, int y, int c) {
        return 128 + 50 * std::sin(0.13 * x + 0.31 * y + c) + 40 * std::sin(0.71 * x - 0.23 * y) +
               25 * std::cos(1.1 * y + 0.2 * c);
    };
}

}  // namespace daguerre
