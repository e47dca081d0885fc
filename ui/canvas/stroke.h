// The pixels of one stroke of the brush.
#pragma once

#include <QPainterPath>
#include <QPointF>
#include <QRect>
#include <QRegion>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/tiles.h"

namespace daguerre {

/// Dabs on a mask. What dabs of one stroke cover together is the most of any of them, so that
/// overlapping ones don't add up; it is laid over the mask as it was.
class Stroke {
public:
    /// subtract: takes away from the mask.
    Stroke(Tiles before, bool subtract);

    /// A round dab. at, radius: photo px. hardness: the share of the radius with full strength;
    /// from there it falls smoothly to 0, at least within the one pixel of a smooth rim. opacity:
    /// 0 to 1.
    void dab(QPointF at, double radius, double hardness, double opacity);
    /// Brings the mask up to date; where it changed since the last time, square by square.
    QRegion refresh();
    const Tiles& mask() const { return now_; }

private:
    /// What dabs cover of a square of the mask.
    struct Cover {
        std::unique_ptr<std::uint8_t[]> values;  // null: nothing yet
        std::uint8_t least = 0;                  // of all pixels
        QRect fresh;                             // in the square: since the last refresh
    };

    const Tiles before_;
    Tiles now_;
    const bool subtract_;
    std::vector<Cover> covers_;  // by square
    std::vector<int> fresh_;     // squares that have fresh parts
};

/// The mask with the inside of a shape added, or taken away; the rim is smooth where it doesn't lie
/// between pixels. Time grows with the shape's box.
Tiles withShape(const Tiles& mask, const QPainterPath& shape, bool subtract);
/// The mask with what `found` covers added or taken away.
Tiles withFound(const Tiles& mask, const Tiles& found, bool subtract);

}  // namespace daguerre
