// Where photo pixels lie in a widget.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSize>
#include <QTransform>

#include "core/image/image.h"

namespace daguerre {

/// A value. Photo coordinates: (0, 0) is the left upper corner of the first stored pixel. The
/// orientation turns first, then comes the scale, then the place.
struct ViewMap {
    Size photo;
    int orientation = 1;  // EXIF, 1 to 8
    double scale = 1;     // widget px a photo pixel
    QPointF corner;       // of the turned photo in the widget

    /// The photo's size as it is seen: sides are swapped by 5 to 8.
    QSize shown() const;
    /// From photo pixels to pixels of the turned photo, without scale and place.
    QTransform turned() const;
    QTransform toWidget() const;

    QPointF toWidget(QPointF inPhoto) const { return toWidget().map(inPhoto); }
    QPointF toPhoto(QPointF widget) const { return toWidget().inverted().map(widget); }
    QRectF toWidget(const QRectF& inPhoto) const { return toWidget().mapRect(inPhoto); }
    QRectF toPhoto(const QRectF& widget) const { return toWidget().inverted().mapRect(widget); }
};

}  // namespace daguerre
