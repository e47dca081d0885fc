// Photos with holes, filled with one colour.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "core/inpaint/fill.h"

namespace daguerre {

inline Image noise(Size size, int channels, int depth, unsigned seed = 1) {
    Image image = Image::blank(size.width, size.height, channels, depth);
    std::mt19937 random(seed);
    for (std::byte& byte : image.pixels) byte = std::byte(random());
    return image;
}

inline void draw(Image& mask, const Rect& r, int value = 255) {
    for (int y = r.y; y < r.y + r.height; ++y)
        for (int x = r.x; x < r.x + r.width; ++x)
            mask.row<std::uint8_t>(y)[std::size_t(x)] = std::uint8_t(value);
}

inline Image mask_with(Size size, const std::vector<Rect>& holes) {
    Image mask = Image::blank(size.width, size.height, 1);
    for (const Rect& hole : holes) draw(mask, hole);
    return mask;
}

inline int at(const Image& image, int x, int y, int channel = 0) {
    const auto i = std::size_t(x * image.channels + channel);
    return image.depth == 8 ? image.row<std::uint8_t>(y)[i] : image.row<std::uint16_t>(y)[i];
}

/// An engine that gives every pixel one colour, and keeps what it was shown.
struct Painter {
    float grey = 0;
    std::vector<Area> seen{};

    Inpainter engine() {
        return [this](const Area& area, const OnProgress& on_progress) -> Filling {
            seen.push_back(area);
            if (!on_progress({1, 2, "step", {}})) return {{}, {}, true};
            Filling filling{area.colours, {{"A remark.", {}}}, false};
            std::ranges::fill(filling.colours.values, grey);
            return filling;
        };
    }
};

inline bool go_on(const Progress&) { return true; }

inline FillResult painted(const Tiles& photo, const Image& mask, Painter& painter,
                          const FillRequest& request = {}, const CopyLimits& limits = {}) {
    return fill(photo, Tiles(mask), limits, painter.engine(), request, go_on);
}

}  // namespace daguerre
