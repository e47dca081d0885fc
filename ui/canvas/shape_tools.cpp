// Tools that draw a shape: lasso, polygon, rectangle, ellipse.
#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>
#include <cmath>

#include "ui/canvas/stroke.h"
#include "ui/canvas/tools.h"

namespace daguerre {
namespace {

/// On any photo: dashes of white over black.
void paintLine(QPainter& painter, const QPainterPath& path) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::black, 1.5));
    painter.drawPath(path);
    painter.setPen(QPen(Qt::white, 1.5, Qt::CustomDashLine));
    QPen dashes = painter.pen();
    dashes.setDashPattern({4, 4});
    painter.setPen(dashes);
    painter.drawPath(path);
}

/// `to` moved so that the line from `from` runs at a multiple of 45°.
QPointF at45(QPointF from, QPointF to) {
    const QPointF way = to - from;
    const double turn = M_PI / 4 * std::round(std::atan2(way.y(), way.x()) / (M_PI / 4));
    const QPointF unit(std::cos(turn), std::sin(turn));
    return from + unit * QPointF::dotProduct(way, unit);
}

class Shape : public Tool {
public:
    Shape(ToolHost& host, const QString& text) : Tool(host), text_(text) {}

    QRect outline(const Pen& pen) const override {
        return host_.view()
            .toWidget()
            .mapRect(path(pen).boundingRect())
            .toAlignedRect()
            .adjusted(-2, -2, 2, 2);
    }

    void paint(QPainter& painter, const Pen& pen) const override {
        paintLine(painter, host_.view().toWidget().map(path(pen)));
    }

protected:
    /// What is drawn so far, in photo px.
    virtual QPainterPath path(const Pen& pen) const = 0;

    void finish(const QPainterPath& shape) {
        host_.finishLater([shape, subtract = subtract_](
                              const Tiles& mask) { return withShape(mask, shape, subtract); },
                          text_);
    }

    const QString text_;
    bool subtract_ = false;
};

class Lasso : public Shape {
public:
    using Shape::Shape;

    void press(const Pen& pen) override {
        subtract_ = pen.subtract;
        line_ = QPolygonF({pen.at});
    }
    void move(const Pen& pen) override { line_ << pen.at; }
    void release(const Pen& pen) override {
        line_ << pen.at;
        QPainterPath shape;
        shape.addPolygon(line_);
        shape.closeSubpath();
        shape.setFillRule(Qt::WindingFill);
        line_.clear();
        finish(shape);
    }
    bool drop() override {
        const bool was = busy();
        line_.clear();
        return was;
    }
    bool busy() const override { return !line_.isEmpty(); }

protected:
    QPainterPath path(const Pen&) const override {
        QPainterPath shape;
        shape.addPolygon(line_);
        return shape;
    }

private:
    QPolygonF line_;
};

class Polygon : public Shape {
public:
    using Shape::Shape;

    void press(const Pen& pen) override {
        if (corners_.isEmpty()) subtract_ = pen.subtract;
        // A click on the first corner closes.
        const QPointF away =
            corners_.isEmpty() ? QPointF() : host_.view().toWidget(corners_.first()) - pen.on;
        if (corners_.size() > 2 && std::hypot(away.x(), away.y()) < 8) return close();
        corners_ << next(pen);
    }
    void move(const Pen&) override {}
    void release(const Pen&) override {}
    void doubleClick(const Pen&) override { close(); }  // its first click was a corner
    bool take() override {
        const bool was = corners_.size() > 2;
        if (was) close();
        return was;
    }
    bool back() override {
        if (corners_.isEmpty()) return false;
        corners_.removeLast();
        host_.redraw();
        return true;
    }
    bool drop() override {
        const bool was = busy();
        corners_.clear();
        return was;
    }
    bool busy() const override { return !corners_.isEmpty(); }

protected:
    QPainterPath path(const Pen& pen) const override {
        if (corners_.isEmpty()) return {};
        QPainterPath shape;
        shape.addPolygon(corners_);
        shape.lineTo(next(pen));
        return shape;
    }

private:
    QPointF next(const Pen& pen) const {
        return pen.constrain && !corners_.isEmpty() ? at45(corners_.last(), pen.at) : pen.at;
    }

    void close() {
        QPainterPath shape;
        shape.addPolygon(corners_);
        shape.closeSubpath();
        shape.setFillRule(Qt::WindingFill);
        const bool area = corners_.size() > 2;
        corners_.clear();
        if (area) finish(shape);
    }

    QPolygonF corners_;
};

class Box : public Shape {
public:
    Box(ToolHost& host, const QString& text, bool round) : Shape(host, text), round_(round) {}

    void press(const Pen& pen) override {
        subtract_ = pen.subtract;
        from_ = pen.at;
        drawing_ = true;
    }
    void move(const Pen&) override {}
    void release(const Pen& pen) override {
        if (!drawing_) return;
        const QPainterPath shape = path(pen);
        drawing_ = false;
        if (!shape.boundingRect().isEmpty())
            finish(shape);
        else
            host_.drop();
    }
    bool drop() override { return std::exchange(drawing_, false); }
    bool busy() const override { return drawing_; }

protected:
    QPainterPath path(const Pen& pen) const override {
        if (!drawing_) return {};
        // Whole pixels: those that the corners lie in belong to it.
        QPointF to = pen.at;
        if (pen.constrain) {
            const QPointF way = to - from_;
            const double length = std::max(std::abs(way.x()), std::abs(way.y()));
            to = from_ + QPointF(std::copysign(length, way.x()), std::copysign(length, way.y()));
        }
        const QRectF whole(QRectF(from_, to).normalized().toAlignedRect());
        QPainterPath shape;
        if (host_.view().toWidget().mapRect(whole).width() < 2) return shape;
        round_ ? shape.addEllipse(whole) : shape.addRect(whole);
        return shape;
    }

private:
    const bool round_;
    QPointF from_;
    bool drawing_ = false;
};

QString words(const char* text) { return QCoreApplication::translate("Tools", text); }

}  // namespace

ToolRow lassoTool() {
    return {.id = "lasso",
            .title = QT_TRANSLATE_NOOP("Tools", "Lasso"),
            .icon = "lasso",
            .key = Qt::Key_L,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools", "Draw around it; letting go closes the line."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Lasso>(host, words("Lasso"));
            }};
}

ToolRow polygonTool() {
    return {.id = "polygon",
            .title = QT_TRANSLATE_NOOP("Tools", "Polygon"),
            .icon = "heptagon",
            .key = Qt::Key_P,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools",
                                      "Click the corners; a double-click or Shift+Enter closes, "
                                      "Backspace takes the last one back."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Polygon>(host, words("Polygon"));
            }};
}

ToolRow rectangleTool() {
    return {.id = "rectangle",
            .title = QT_TRANSLATE_NOOP("Tools", "Rectangle"),
            .icon = "square",
            .key = Qt::Key_R,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools", "Drag a box; Shift makes a square."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Box>(host, words("Rectangle"), false);
            }};
}

ToolRow ellipseTool() {
    return {.id = "ellipse",
            .title = QT_TRANSLATE_NOOP("Tools", "Ellipse"),
            .icon = "circle",
            .key = Qt::Key_C,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools", "Drag an ellipse; Shift makes a circle."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Box>(host, words("Ellipse"), true);
            }};
}

}  // namespace daguerre
