// Tools that look at the photo: wand and GrabCut.
#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/inpaint/mask.h"
#include "ui/canvas/stroke.h"
#include "ui/canvas/tools.h"

namespace daguerre {
namespace {

QString words(const char* text) { return QCoreApplication::translate("Tools", text); }

Tiles widened(const Tiles& found, int pixels) { return pixels > 0 ? grown(found, pixels) : found; }

class Wand : public Tool {
public:
    using Tool::Tool;

    void press(const Pen& pen) override {
        const Size size = host_.photo().size();
        at_ = QPoint(int(std::floor(pen.at.x())), int(std::floor(pen.at.y())));
        outside_ = !QRect(0, 0, size.width, size.height).contains(at_);
        from_ = pen.on;
        subtract_ = pen.subtract;
        before_ = tolerance_ = host_.settings().tolerance;
        released_ = false;
        if (!outside_) search();
    }
    void move(const Pen& pen) override {
        if (outside_) return;
        tolerance_ = std::clamp(before_ + (pen.on.x() - from_.x()) / 4, 0., 100.);
        if (tolerance_ == host_.settings().tolerance) return;
        ToolSettings changed = host_.settings();
        changed.tolerance = tolerance_;
        host_.setSettings(changed);
        search();
    }
    void release(const Pen&) override {
        released_ = true;
        if (!searching_ && result_) finish();
    }
    bool drop() override {
        const bool was = busy();
        searching_ = false;
        result_.reset();
        ++search_;
        return was;
    }
    bool busy() const override { return searching_ || result_; }

private:
    void search() {
        searching_ = true;
        const ToolSettings set = host_.settings();
        host_.inBackground(
            QStringLiteral("wand"),
            [=, this, alive = std::weak_ptr(alive_), photo = host_.photo(), mask = host_.mask(),
             number = ++search_, at = at_, subtract = subtract_] {
                const Tiles found = like_colour(photo, at.x(), at.y(), set.tolerance, set.connected,
                                                std::stoi(set.sample));
                const Tiles after = withFound(mask, widened(found, set.grow), subtract);
                return [=, this] {
                    if (alive.expired() || number != search_) return;
                    searching_ = false;
                    result_ = after;
                    host_.showMask(after);
                    if (released_) finish();
                };
            });
    }

    void finish() {
        const Tiles mask = *result_;
        result_.reset();
        host_.finish(mask, words("Wand"));
    }

    QPoint at_;
    QPointF from_;
    double before_ = 0, tolerance_ = 0;
    bool subtract_ = false, released_ = false, searching_ = false, outside_ = false;
    int search_ = 0;
    std::optional<Tiles> result_;
};

class GrabCut : public Tool {
public:
    using Tool::Tool;

    void press(const Pen& pen) override {
        drawing_ = true;
        if (box_.isEmpty()) {
            from_ = pen.at;
        } else {
            lines_.push_back({QPolygonF({pen.at}), pen.subtract});
        }
    }
    void move(const Pen& pen) override {
        if (!box_.isEmpty() && drawing_) lines_.back().points << pen.at;
    }
    void release(const Pen& pen) override {
        if (!std::exchange(drawing_, false)) return;
        if (box_.isEmpty()) {
            box_ = boxTo(pen);
            if (box_.isEmpty()) return host_.drop();
            labels_ = Tiles::blank(host_.photo().size(), 1);
        } else {
            lines_.back().points << pen.at;
            label(lines_.back());
        }
        cut();
    }
    bool take() override {
        if (!result_ || drawing_) return false;
        const Tiles mask = *result_;
        drop();
        host_.finish(mask, words("GrabCut"));
        return true;
    }
    bool back() override {
        if (lines_.empty() || drawing_) return false;
        lines_.pop_back();
        labels_ = Tiles::blank(host_.photo().size(), 1);
        for (const Line& line : lines_) label(line);
        cut();
        return true;
    }
    bool drop() override {
        const bool was = busy();
        box_ = QRect();
        drawing_ = false;
        lines_.clear();
        result_.reset();
        ++search_;
        return was;
    }
    bool busy() const override { return drawing_ || !box_.isEmpty(); }

    QRect outline(const Pen& pen) const override {
        QRectF all = host_.view().toWidget(QRectF(box_.isEmpty() && drawing_ ? boxTo(pen) : box_));
        const double r = radiusOnScreen() + 2;
        if (!box_.isEmpty()) all |= QRectF(pen.on.x() - r, pen.on.y() - r, 2 * r, 2 * r);
        return all.toAlignedRect().adjusted(-2, -2, 2, 2);
    }

    void paint(QPainter& painter, const Pen& pen) const override {
        const QRect box = box_.isEmpty() && drawing_ ? boxTo(pen) : box_;
        if (box.isEmpty()) return;
        painter.setBrush(Qt::NoBrush);
        const QRectF seen = host_.view().toWidget(QRectF(box));
        for (const QPen& ink : {QPen(Qt::black, 1.5), QPen(Qt::white, 1.5, Qt::DashLine)}) {
            painter.setPen(ink);
            painter.drawRect(seen);
        }
        if (box_.isEmpty()) return;
        for (const Line& line : lines_)
            for (const QPen& ink :
                 {QPen(Qt::black, 4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin),
                  QPen(line.leaves ? QColor(0xFF, 0x8A, 0x80) : QColor(0x63, 0xC9, 0x8A), 2,
                       line.leaves ? Qt::DashLine : Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin)}) {
                painter.setPen(ink);
                painter.drawPolyline(host_.view().toWidget().map(line.points));
            }
        painter.setPen(QPen(Qt::black, 1));
        painter.drawEllipse(pen.on, radiusOnScreen() + 1, radiusOnScreen() + 1);
        painter.setPen(QPen(Qt::white, 1));
        painter.drawEllipse(pen.on, radiusOnScreen(), radiusOnScreen());
    }

private:
    struct Line {
        QPolygonF points;
        bool leaves = false;  // what doesn't belong
    };

    double radiusOnScreen() const {
        return std::max(host_.settings().size / 2. * host_.view().scale, 1.5);
    }

    QRect boxTo(const Pen& pen) const {
        const Size size = host_.photo().size();
        const QRect box = QRectF(from_, pen.at).normalized().toAlignedRect() &
                          QRect(0, 0, size.width, size.height);
        return box.width() < 3 || box.height() < 3 ? QRect() : box;
    }

    void label(const Line& line) {
        Stroke stroke(Tiles::blank(labels_.size(), 1), false);
        const double r = std::max(host_.settings().size / 2., 0.6);
        for (qsizetype i = 0; i < line.points.size(); ++i) {
            const QPointF to = line.points[i], from = i > 0 ? line.points[i - 1] : to;
            const int pieces =
                std::max(1, int(std::hypot(to.x() - from.x(), to.y() - from.y()) / r));
            for (int k = 1; k <= pieces; ++k) stroke.dab(from + (to - from) * k / pieces, r, 1, 1);
        }
        stroke.refresh();
        const auto value = std::byte(line.leaves ? 2 : 1);
        const Tiles& drawn = stroke.mask();
        const Tiles blank = Tiles::blank(labels_.size(), 1);
        for (int row = 0; row < drawn.rows(); ++row)
            for (int column = 0; column < drawn.columns(); ++column) {
                const Image& cover = *drawn.tile(column, row);
                auto square = std::make_shared<Image>(*labels_.tile(column, row));
                for (std::size_t i = 0; i < cover.pixels.size(); ++i)
                    if (cover.pixels[i] >= std::byte(128)) square->pixels[i] = value;
                if (square->pixels != labels_.tile(column, row)->pixels)
                    labels_.set_tile(column, row, std::move(square));
            }
    }

    void cut() {
        const Rect box{box_.x(), box_.y(), box_.width(), box_.height()};
        const int grow = host_.settings().grow;
        host_.inBackground(QStringLiteral("grabcut"),
                           [=, this, alive = std::weak_ptr(alive_), photo = host_.photo(),
                            mask = host_.mask(), labels = labels_, number = ++search_] {
                               const Tiles found = grab_cut(photo, box, labels);
                               const Tiles after = withFound(mask, widened(found, grow), false);
                               return [=, this] {
                                   if (alive.expired() || number != search_) return;
                                   result_ = after;
                                   host_.showMask(after);
                               };
                           });
    }

    QPointF from_;
    QRect box_;
    std::vector<Line> lines_;
    Tiles labels_;
    bool drawing_ = false;
    int search_ = 0;
    std::optional<Tiles> result_;
};

}  // namespace

ToolRow wandTool() {
    return {.id = "wand",
            .title = QT_TRANSLATE_NOOP("Tools", "Wand"),
            .icon = "magic",
            .key = Qt::Key_W,
            .settings = {"tolerance", "connected", "sample", "grow"},
            .hint = QT_TRANSLATE_NOOP("Tools", "Click a colour; drag sideways for the tolerance."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Wand>(host);
            }};
}

ToolRow grabCutTool() {
    return {.id = "grabcut",
            .title = QT_TRANSLATE_NOOP("Tools", "GrabCut"),
            .icon = "person-bounding-box",
            .key = Qt::Key_G,
            .settings = {"size", "grow"},
            .hint = QT_TRANSLATE_NOOP("Tools",
                                      "Drag a box around it; then paint what belongs, with the "
                                      "right button what doesn't. Shift+Enter takes it."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<GrabCut>(host);
            }};
}

}  // namespace daguerre
