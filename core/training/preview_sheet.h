// The pictures by which a run is watched: sheets of what the model makes, and how their colours
// lie.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/data/preprocess.h"
#include "core/image/image.h"
#include "core/models/model.h"

namespace daguerre {

struct PreviewSheet {
    Image sheet;                // 4 x 4, with the record of how it was made
    std::vector<double> means;  // of each channel over all pixels, 0 to 1
};

/// 16 images of seeds 0 to 15, by the model's preview_fields(). Of `machine` precision, device and
/// threads count. Nothing when on_progress stopped it.
/// Blocks. Throws Error.
std::optional<PreviewSheet> preview_sheet(const Model& model, const GenerateRequest& machine,
                                          const OnProgress& on_progress);

/// Above the images what the model makes of them, as a sheet; nothing for a model that doesn't
/// reconstruct. Blocks.
std::optional<Image> reconstruction_sheet(const Model& model, const std::vector<Image>& images,
                                          const GenerateRequest& machine);

/// The first `count` images of a block, fewer where it has fewer.
std::vector<Image> first_images(const PixelBlock& views, std::int64_t count);

/// The mean of each channel, 0 to 1, over some thousand images of all over the block.
std::vector<double> channel_means(const PixelBlock& views);

}  // namespace daguerre
