// Brush and eraser: dabs along a smoothed path.
#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <optional>

#include "ui/canvas/stroke.h"
#include "ui/canvas/tools.h"

namespace daguerre {
namespace {

constexpr double leastPressure = 0.2;  // of the size
constexpr double spacing = 0.1;        // of the diameter

class Brush : public Tool {
    Q_DECLARE_TR_FUNCTIONS(Brush)
public:
    Brush(ToolHost& host, bool erases) : Tool(host), erases_(erases) {}

    void press(const Pen& pen) override {
        stroke_.emplace(host_.mask(), pen.subtract != erases_);
        left_ = 0;
        if (pen.constrain && lastEnd_) {
            dabAt(*lastEnd_, pen.pressure);
            line(*lastEnd_, pen.at, pen.pressure, pen.pressure);
        }
        dabAt(pen.at, pen.pressure);
        last_ = before_ = Point{pen.at, pen.pressure};
        show();
    }

    void move(const Pen& pen) override {
        if (!stroke_) return;
        curve(pen);
        show();
    }

    void release(const Pen& pen) override {
        if (!stroke_) return;
        curve(pen);
        dabAt(pen.at, pen.pressure);
        show();
        lastEnd_ = pen.at;
        const Tiles mask = stroke_->mask();
        stroke_.reset();
        host_.finish(mask, erases_ ? tr("Eraser") : tr("Brush"));
    }

    bool drop() override {
        const bool was = stroke_.has_value();
        stroke_.reset();
        return was;
    }
    bool busy() const override { return stroke_.has_value(); }

    QRect outline(const Pen& pen) const override {
        const double r = radiusOnScreen() + 2;
        return QRectF(pen.on.x() - r, pen.on.y() - r, 2 * r, 2 * r).toAlignedRect();
    }

    void paint(QPainter& painter, const Pen& pen) const override {
        const double r = std::max(radiusOnScreen(), 1.5);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::black, 1));
        painter.drawEllipse(pen.on, r + 1, r + 1);
        painter.setPen(QPen(Qt::white, 1));
        painter.drawEllipse(pen.on, r, r);
        if (host_.settings().hardness >= 90) return;
        painter.setPen(QPen(QColor(255, 255, 255, 140), 1, Qt::DotLine));
        painter.drawEllipse(pen.on, r * host_.settings().hardness / 100,
                            r * host_.settings().hardness / 100);
    }

    Qt::CursorShape cursor() const override {
        return radiusOnScreen() < 5 ? Qt::CrossCursor : Qt::BlankCursor;
    }

private:
    struct Point {
        QPointF at;
        double pressure = 1;
    };

    double radiusOnScreen() const { return host_.settings().size / 2. * host_.view().scale; }

    double radius(double pressure) const {
        const ToolSettings& set = host_.settings();
        return set.size / 2. * (set.pen_size ? std::max(pressure, leastPressure) : 1);
    }

    void dabAt(QPointF at, double pressure) {
        const ToolSettings& set = host_.settings();
        const double opacity = set.opacity / 100. * (set.pen_opacity ? pressure : 1);
        stroke_->dab(at, radius(pressure), set.hardness / 100., opacity);
    }

    /// Px to the next dab. Circles of a hard brush that lie apart leave dents of step² / 8r between
    /// them: at most a quarter of a pixel.
    double stepAt(double pressure) const {
        const double r = radius(pressure), usual = spacing * 2 * r;
        return std::max(host_.settings().hardness > 90 ? std::min(usual, std::sqrt(2 * r)) : usual,
                        0.5);
    }

    void line(QPointF from, QPointF to, double pressure, double pressureThere) {
        const QPointF way = to - from;
        const double length = std::hypot(way.x(), way.y());
        double along = left_;
        while (along < length) {
            const double share = along / length,
                         here = pressure + share * (pressureThere - pressure);
            dabAt(from + share * way, here);
            along += stepAt(here);
        }
        left_ = along - length;
    }

    /// From the last place to the next, without waiting for one more: it leaves in the direction
    /// that leads from the place before to the next, so that corners are round, and arrives
    /// straight.
    void curve(const Pen& pen) {
        const Point from = last_, to{pen.at, pen.pressure};
        const QPointF way = to.at - from.at, wide = to.at - before_.at;
        const double length = std::hypot(way.x(), way.y()), span = std::hypot(wide.x(), wide.y());
        const QPointF leaving = span > 0 ? wide * length / span : way;
        const int pieces = std::clamp(int(length * host_.view().scale / 4), 1, 64);
        Point here = from;
        for (int i = 1; i <= pieces; ++i) {
            // A cubic Hermite curve whose last tangent is the chord.
            const double t = double(i) / pieces, s = 1 - t;
            const QPointF at =
                from.at + (3 - 2 * t) * t * t * way + t * s * s * leaving - t * t * s * way;
            const Point next{at, from.pressure + t * (to.pressure - from.pressure)};
            line(here.at, next.at, here.pressure, next.pressure);
            here = next;
        }
        if (length > 0) before_ = from;
        last_ = to;
    }

    void show() {
        const QRegion where = stroke_->refresh();
        if (!where.isEmpty()) host_.showMask(stroke_->mask(), where);
    }

    const bool erases_;
    std::optional<Stroke> stroke_;
    std::optional<QPointF> lastEnd_;
    Point last_, before_;
    double left_ = 0;  // px until the next dab
};

const std::vector<std::string> brushSettings{"size", "hardness", "opacity", "pen_size",
                                             "pen_opacity"};

}  // namespace

ToolRow brushTool() {
    return {.id = "brush",
            .title = QT_TRANSLATE_NOOP("Tools", "Brush"),
            .icon = "brush",
            .key = Qt::Key_B,
            .settings = brushSettings,
            .hint = QT_TRANSLATE_NOOP("Tools",
                                      "Paint over what should go; the right button takes away. "
                                      "Shift draws a straight line from the last stroke."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Brush>(host, false);
            }};
}

ToolRow eraserTool() {
    return {.id = "eraser",
            .title = QT_TRANSLATE_NOOP("Tools", "Eraser"),
            .icon = "eraser",
            .key = Qt::Key_E,
            .settings = brushSettings,
            .hint = QT_TRANSLATE_NOOP("Tools", "Take away from the mask; the right button adds."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Brush>(host, true);
            }};
}

}  // namespace daguerre
