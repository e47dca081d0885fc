// A canvas with a photo of a disc, and a hand that draws on it.
#pragma once

#include <QtTest>
#include <cmath>

#include "ui/canvas/canvas.h"
#include "ui/widgets/theme.h"

namespace daguerre {

inline int valueAt(const Tiles& mask, int x, int y) {
    return int(mask.tile(x / 256, y / 256)->row<std::uint8_t>(y % 256)[std::size_t(x % 256)]);
}

inline int valueAt(const Tiles& mask, QPoint at) { return valueAt(mask, at.x(), at.y()); }

/// How far the mask is from what `oracle(x, y)` says, at most, over all pixels.
template <class Oracle>
int worst(const Tiles& mask, Oracle oracle) {
    int most = 0;
    for (int y = 0; y < mask.size().height; ++y)
        for (int x = 0; x < mask.size().width; ++x)
            most = std::max(most, std::abs(valueAt(mask, x, y) - oracle(x + 0.5, y + 0.5)));
    return most;
}

/// 255 inside a line with round ends, 0 outside, between within a pixel of the rim.
inline int capsule(QPointF a, QPointF b, double reach, double x, double y) {
    const QPointF way = b - a, from = QPointF(x, y) - a;
    const double length = QPointF::dotProduct(way, way);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(from, way) / length, 0., 1.) : 0;
    const QPointF away = from - t * way;
    return int(std::lround(255 * std::clamp(reach + 0.5 - std::hypot(away.x(), away.y()), 0., 1.)));
}

inline bool same(const Tiles& a, const Tiles& b) { return a.image().pixels == b.image().pixels; }

/// A red disc of radius 60 in the middle of a green field with some grain.
inline Tiles disc() {
    Image image = Image::blank(400, 300);
    for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 400; ++x) {
            std::uint8_t* pixel = image.row<std::uint8_t>(y).data() + 3 * x;
            const bool in = std::hypot(x + 0.5 - 200, y + 0.5 - 150) < 60;
            const int grain = (x * 7 + y * 13) % 9;
            pixel[0] = std::uint8_t((in ? 200 : 30) + grain);
            pixel[1] = std::uint8_t((in ? 30 : 140) + grain);
            pixel[2] = std::uint8_t(40 + grain);
        }
    return Tiles(image);
}

struct ToolsFixture {
    std::unique_ptr<Document> document_;
    std::unique_ptr<Canvas> canvas_;

    /// In photo px, at 100 %.
    QPoint on(double x, double y) const {
        return canvas_->viewMap().toWidget(QPointF(x, y)).toPoint();
    }
    void drag(const std::vector<QPoint>& way, Qt::MouseButton button = Qt::LeftButton,
              Qt::KeyboardModifiers keys = {}) {
        QTest::mousePress(canvas_.get(), button, keys, on(way.front().x(), way.front().y()));
        for (std::size_t i = 1; i < way.size(); ++i) {
            QMouseEvent move(QEvent::MouseMove, QPointF(on(way[i].x(), way[i].y())),
                             canvas_->mapToGlobal(QPointF(on(way[i].x(), way[i].y()))),
                             Qt::NoButton, button, keys);
            QCoreApplication::sendEvent(canvas_.get(), &move);
        }
        QTest::mouseRelease(canvas_.get(), button, keys, on(way.back().x(), way.back().y()));
    }
    void set(int size, int hardness = 100, int opacity = 100) {
        ToolSettings changed = canvas_->settings();
        changed.size = size;
        changed.hardness = hardness;
        changed.opacity = opacity;
        canvas_->setSettings(changed);
    }
    /// Waits for a step that is made on another thread.
    bool stepped(int count) {
        return QTest::qWaitFor([&] { return document_->history().count() >= count; }, 30000);
    }
    const Tiles& mask() const { return document_->mask(); }

    void open() {
        document_ = std::make_unique<Document>(disc(), "disc.png");
        canvas_ = std::make_unique<Canvas>();
        canvas_->resize(420, 320);
        canvas_->setDocument(document_.get());
        canvas_->setZoom(1);
        canvas_->show();
    }
    void close() {
        canvas_.reset();
        document_.reset();
    }
};

}  // namespace daguerre
