#include "ui/canvas/view_map.h"

#include <array>

namespace daguerre {

QSize ViewMap::shown() const {
    return orientation >= 5 ? QSize(photo.height, photo.width) : QSize(photo.width, photo.height);
}

QTransform ViewMap::turned() const {
    // Where the stored right and down point to, as EXIF 2.32 has it, 4.6.4 A, tag 274.
    struct Axes {
        int rightX, rightY, downX, downY;
    };
    static constexpr std::array<Axes, 8> all{{{1, 0, 0, 1},
                                              {-1, 0, 0, 1},
                                              {-1, 0, 0, -1},
                                              {1, 0, 0, -1},
                                              {0, 1, 1, 0},
                                              {0, 1, -1, 0},
                                              {0, -1, -1, 0},
                                              {0, -1, 1, 0}}};
    const Axes& axes = all[std::size_t(orientation - 1)];
    const QSize size = shown();
    const double x = axes.rightX + axes.downX < 0 ? size.width() : 0;
    const double y = axes.rightY + axes.downY < 0 ? size.height() : 0;
    return {double(axes.rightX), double(axes.rightY), double(axes.downX), double(axes.downY), x, y};
}

QTransform ViewMap::toWidget() const {
    return turned() * QTransform(scale, 0, 0, scale, corner.x(), corner.y());
}

}  // namespace daguerre
