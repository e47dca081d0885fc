// Sheets of sixteen pictures, as previews and samples come.
#pragma once

#include <QRect>
#include <QSize>

namespace daguerre {

inline constexpr int sheetSide = 4, sheetGap = 2;  // pictures in a row; pixels between them

/// Where picture 0 to 15 lies in a sheet that grid_of() made of 16; empty where that can't be the
/// size of one.
inline QRect sheetPart(QSize sheet, int picture) {
    const int gaps = (sheetSide - 1) * sheetGap;
    const int width = (sheet.width() - gaps) / sheetSide,
              height = (sheet.height() - gaps) / sheetSide;
    if (width < 1 || height < 1 || sheet.width() != sheetSide * width + gaps ||
        sheet.height() != sheetSide * height + gaps)
        return {};
    return {picture % sheetSide * (width + sheetGap), picture / sheetSide * (height + sheetGap),
            width, height};
}

}  // namespace daguerre
