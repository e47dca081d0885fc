// The tools of the canvas: what the pointer does to the mask.
#pragma once

#include <QPointF>
#include <QRect>
#include <QRegion>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/table.h"
#include "core/image/tiles.h"
#include "ui/canvas/tool_settings.h"
#include "ui/canvas/view_map.h"

class QPainter;

namespace daguerre {

/// The pointer, from mouse, pen or keyboard.
struct Pen {
    QPointF at;              // photo pixels
    QPointF on;              // widget px
    double pressure = 1;     // 0 to 1; 1 for what has none
    bool subtract = false;   // right button, Ctrl, or the pen's eraser end
    bool constrain = false;  // Shift
};

/// What a tool may see and do: the canvas. There is a photo whenever a tool is called.
class ToolHost {
public:
    virtual ~ToolHost() = default;
    virtual const Tiles& photo() const = 0;
    virtual const Tiles& mask() const = 0;  // of the document, or blank where a new one begins
    virtual const ToolSettings& settings() const = 0;
    virtual void setSettings(const ToolSettings& settings) = 0;
    virtual const ViewMap& view() const = 0;
    /// Shows a mask that isn't a step yet. where: photo px in which it differs from what is shown;
    /// empty: where its squares are others.
    virtual void showMask(const Tiles& mask, const QRegion& where = {}) = 0;
    /// The gesture is done: its mask becomes a step. Or it is dropped: the document's mask is
    /// shown.
    virtual void finish(const Tiles& mask, const QString& text) = 0;
    virtual void drop() = 0;
    /// The same for what takes long: `change` makes the new mask of the old one, on another thread.
    /// No gesture begins before it is done.
    virtual void finishLater(std::function<Tiles(const Tiles& mask)> change,
                             const QString& text) = 0;
    /// What paint() draws has changed without a move of the pointer.
    virtual void redraw() = 0;
    virtual void pan(QPointF widgetPixels) = 0;
    virtual void zoomStepAt(QPointF widget, int direction) = 0;
    /// Runs `work` on another thread and what it returns in this one, unless a later call with the
    /// same key came in between. Errors are told to the person.
    virtual void inBackground(const QString& key, std::function<std::function<void()>()> work) = 0;
};

/// The gesture of one tool. press, move, release come in this order, each release after a press;
/// hover comes between. Nothing blocks.
class Tool {
public:
    explicit Tool(ToolHost& host) : host_(host) {}
    virtual ~Tool() = default;
    virtual void press(const Pen& pen) = 0;
    virtual void move(const Pen& pen) = 0;
    virtual void release(const Pen& pen) = 0;
    virtual void hover(const Pen&) {}
    virtual void doubleClick(const Pen&) {}
    /// Enter with Shift, Backspace, Esc. true: it was of use.
    virtual bool take() { return false; }
    virtual bool back() { return false; }
    virtual bool drop() { return false; }
    /// Whether something is begun that Esc would drop.
    virtual bool busy() const { return false; }
    /// What is drawn for the tool at the pointer, and the box of it; both in widget px.
    virtual void paint(QPainter&, const Pen&) const {}
    virtual QRect outline(const Pen&) const { return {}; }
    virtual Qt::CursorShape cursor() const { return Qt::CrossCursor; }

protected:
    ToolHost& host_;
    /// Ends with the tool: what comes back from another thread looks whether it is still there.
    const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

struct ToolRow {
    std::string id, title;
    const char* icon;
    Qt::Key key;
    std::vector<std::string> settings;  // keys of ToolSettings that it heeds, for the tool bar
    const char* hint;                   // one sentence: how it is used
    std::unique_ptr<Tool> (*make)(ToolHost&);
};

/// brush, eraser, lasso, polygon, rectangle, ellipse, wand, grabcut, hand, zoom.
const std::vector<ToolRow>& toolRows();

ToolRow brushTool();
ToolRow eraserTool();
ToolRow lassoTool();
ToolRow polygonTool();
ToolRow rectangleTool();
ToolRow ellipseTool();
ToolRow wandTool();
ToolRow grabCutTool();

}  // namespace daguerre
