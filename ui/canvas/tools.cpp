#include "ui/canvas/tools.h"

#include <QCoreApplication>
#include <cmath>

namespace daguerre {
namespace {

class Hand : public Tool {
public:
    using Tool::Tool;
    void press(const Pen& pen) override { last_ = pen.on; }
    void move(const Pen& pen) override {
        host_.pan(pen.on - last_);
        last_ = pen.on;
    }
    void release(const Pen&) override {}
    Qt::CursorShape cursor() const override { return Qt::OpenHandCursor; }

private:
    QPointF last_;
};

class Zoom : public Tool {
public:
    using Tool::Tool;
    void press(const Pen& pen) override { host_.zoomStepAt(pen.on, pen.subtract ? -1 : 1); }
    void move(const Pen&) override {}
    void release(const Pen&) override {}
    Qt::CursorShape cursor() const override { return Qt::PointingHandCursor; }
};

ToolRow handTool() {
    return {.id = "hand",
            .title = QT_TRANSLATE_NOOP("Tools", "Hand"),
            .icon = "hand-index",
            .key = Qt::Key_H,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools", "Drag the photo. Space does the same in any tool."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Hand>(host);
            }};
}

ToolRow zoomTool() {
    return {.id = "zoom",
            .title = QT_TRANSLATE_NOOP("Tools", "Zoom"),
            .icon = "zoom-in",
            .key = Qt::Key_Z,
            .settings = {},
            .hint = QT_TRANSLATE_NOOP("Tools", "Click to come closer, with Ctrl to step back."),
            .make = [](ToolHost& host) -> std::unique_ptr<Tool> {
                return std::make_unique<Zoom>(host);
            }};
}

}  // namespace

const std::vector<ToolRow>& toolRows() {
    static const std::vector<ToolRow> rows{
        brushTool(),   eraserTool(), lassoTool(),   polygonTool(), rectangleTool(),
        ellipseTool(), wandTool(),   grabCutTool(), handTool(),    zoomTool()};
    return rows;
}

}  // namespace daguerre
