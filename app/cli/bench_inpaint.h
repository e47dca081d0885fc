// How well and how fast the engines fill: `daguerre bench inpaint`.
#pragma once

#include <cstdint>
#include <string>

#include "app/cli/command.h"
#include "core/base/fields.h"

namespace daguerre {

struct InpaintBenchOptions {
    std::string data, photos = "test", masks = "thin,medium,thick,lines";
    std::string engines, model, sheet;
    std::int64_t seed = 1, variants = 1;
    bool scenes = false;

    void each(auto&& visit) {
        visit(data, {.key = "data",
                     .label = "Data",
                     .help = "inpaint: folder with photos and evaluation-only/kodak in it"});
        visit(photos, {.key = "photos",
                       .label = "Photos",
                       .help = "inpaint: test, tuning, a folder, or files with commas between"});
        visit(masks, {.key = "masks",
                      .label = "Masks",
                      .help = "inpaint: kinds with commas between, or none"});
        visit(engines, {.key = "engines",
                        .label = "Engines",
                        .help = "inpaint: engines beside ns, telea and mean, commas between; "
                                "all that need no model where none is named"});
        visit(model, {.key = "model", .label = "Model", .help = "of the engine model"});
        visit(seed, {.key = "seed",
                     .label = "Seed",
                     .help = "inpaint: of masks and fills",
                     .max = 4294967295.0});
        visit(variants, {.key = "variants",
                         .label = "Variants",
                         .help = "inpaint: fills of each hole, from seed + 0, 1, ...",
                         .min = 1,
                         .max = 100});
        visit(scenes,
              {.key = "scenes", .label = "Scenes", .help = "inpaint: also time the three scenes"});
        visit(sheet, {.key = "sheet",
                      .label = "Sheet",
                      .help = "inpaint: folder for a PNG per photo and mask, fills side by side"});
    }
};

/// Prints a "result" per photo, mask and engine, a "scene" per timed scene and engine, a "summary"
/// per mask and engine, a "gate" per promise. Throws Error when a gate fails.
Result bench_inpaint(Terminal& terminal, const InpaintBenchOptions& options, const Fields& machine);

}  // namespace daguerre
