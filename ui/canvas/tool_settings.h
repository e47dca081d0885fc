// What the tools of the canvas are set to.
#pragma once

#include <string>

#include "core/base/fields.h"

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

}  // namespace daguerre
