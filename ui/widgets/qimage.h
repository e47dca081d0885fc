// Image ↔ QImage.
#pragma once

#include <QImage>
#include <memory>

#include "core/image/image.h"

namespace daguerre {

/// Without a copy: the QImage keeps the pixels alive. 8 bit, 1, 3 or 4 channels; null otherwise.
inline QImage asQImage(const std::shared_ptr<const Image>& image) {
    if (!image || image->depth != 8) return {};
    const auto format = image->channels == 1   ? QImage::Format_Grayscale8
                        : image->channels == 3 ? QImage::Format_RGB888
                                               : QImage::Format_RGBA8888;
    using Held = std::shared_ptr<const Image>;
    return QImage(
        reinterpret_cast<const uchar*>(image->pixels.data()), image->width, image->height,
        qsizetype(image->row_bytes()), format, [](void* held) { delete static_cast<Held*>(held); },
        new Held(image));
}

}  // namespace daguerre
