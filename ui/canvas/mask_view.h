// A mask as it is drawn over a photo of any size.
#pragma once

#include <QColor>
#include <QImage>
#include <QRect>
#include <cstdint>
#include <vector>

#include "core/image/tiles.h"
#include "ui/canvas/view_map.h"

namespace daguerre {

/// Keeps the mask at half, quarter, ... size, each pixel the largest of the four below it: a speck
/// is seen at any zoom. Of the window's thread.
class MaskView {
public:
    /// Takes over what differs by its squares' pointers.
    void setMask(const Tiles& mask);
    /// The mask differs from the last one only inside `where`, in photo px.
    void update(const Tiles& mask, const QRect& where);
    const Tiles& mask() const { return mask_; }
    /// Whether it is 0 everywhere.
    bool blank() const {
        return levels_.empty() ? mask_.size() == Size() : levels_.back().values[0] == 0;
    }

    /// The colour where the mask isn't 0, as strong as the mask, and a line, white between black,
    /// where it passes one half. where: device px of the widget, whose photo lies at `map` (in
    /// widget px). Null where there is nothing to see.
    QImage picture(const QRect& where, const ViewMap& map, double ratio, const QColor& colour,
                   bool line) const;
    /// 8 bit alpha: 255 where the mask is hole.
    QImage hole(const QRect& where, const ViewMap& map, double ratio) const;

private:
    struct Level {
        int width = 0, height = 0;
        std::vector<std::uint8_t> values;
    };
    std::vector<std::uint8_t> sampled(const QRect& where, const ViewMap& map, double ratio) const;
    void fetchRow(int level, int y, int from, int to, std::uint8_t* out) const;

    Tiles mask_;
    std::vector<Level> levels_;  // half size first
};

}  // namespace daguerre
