// How much faster a PixelCNN draws from what it keeps: what `daguerre bench pixels` prints.
#pragma once

#include <vector>

#include "core/image/progress.h"
#include "core/nn/device.h"

namespace daguerre {

struct PixelSpeed {
    std::vector<double> draw_ms{};  // of drawing a whole batch; fewer when stopped
    std::vector<double> pass_ms{};  // of one whole pass, of which naive drawing takes one a pixel
    int passes = 0;                 // that naive drawing takes
};

/// Times, in turn, the drawing of `batch` images by the network of the preset nano-28 with random
/// weights, grey, ten classes, and whole passes of the same images; `rounds` of each, after one
/// that isn't counted. Blocks. on_progress: "round".
PixelSpeed pixel_speed(int batch, int rounds, const DeviceChoice& device,
                       const OnProgress& on_progress);

}  // namespace daguerre
