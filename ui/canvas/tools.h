// The tools of the canvas: what the pointer does to the mask.
#pragma once

#include <QPointF>
#include <QRect>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/fields.h"
#include "core/base/table.h"
#include "core/image/tiles.h"
#include "ui/canvas/view_map.h"

class QKeyEvent;
class QPainter;

namespace daguerre {

/// What tools are set to; one for all of them.
struct ToolSettings {
    int size = 60;       // photo px
    int hardness = 100;  // %
    int opacity = 100;   // %
    bool pen_size = true, pen_opacity = false;
    double tolerance = 12;
    bool connected = true;
    std::string sample = "3";
    int grow = 3;  // photo px

    bool operator==(const ToolSettings&) const = default;
    void each(auto&& visit) {
        visit(size, Field{.key = "size",
                          .label = "Size",
                          .help = "diameter in photo pixels",
                          .min = 1,
                          .max = 2000});
        visit(hardness, Field{.key = "hardness",
                              .label = "Hardness",
                              .help = "how much of the radius has full strength, in percent",
                              .max = 100});
        visit(opacity, Field{.key = "opacity",
                             .label = "Opacity",
                             .help = "the most that one stroke adds, in percent",
                             .min = 1,
                             .max = 100});
        visit(pen_size, Field{.key = "pen_size",
                              .label = "Pen: size",
                              .help = "pressure changes the size, down to 20 %"});
        visit(pen_opacity, Field{.key = "pen_opacity",
                                 .label = "Pen: opacity",
                                 .help = "pressure changes the opacity"});
        visit(tolerance, Field{.key = "tolerance",
                               .label = "Tolerance",
                               .help = "how far a colour may be, as the eye sees it",
                               .max = 100});
        visit(connected, Field{.key = "connected",
                               .label = "Connected",
                               .help = "only what hangs together with the place"});
        visit(sample, Field{.key = "sample",
                            .label = "Sample",
                            .help = "the side of the square whose mean colour counts",
                            .choices = {"1", "3", "5"},
                            .titles = {"1 px", "3 px", "5 px"}});
        visit(grow, Field{.key = "grow",
                          .label = "Grow by",
                          .help = "how much wider than found, so that the rim goes too",
                          .max = 50});
    }
};

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
    /// null: where its squares are others.
    virtual void showMask(const Tiles& mask, const QRect& where = {}) = 0;
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
