// What the newest weights of a classifier's run take held-out images for, image by image.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/image/progress.h"

namespace daguerre {

struct JudgedImage {
    std::int64_t place = 0;    // in its split, from 0
    int shows = 0, taken = 0;  // indices into the classes
};

struct Judged {
    std::shared_ptr<const Dataset> images;  // the held-out split
    std::int64_t images_seen = 0;           // by the weights that judged
    bool noisy = false;  // the classifier knows noisy images; these were judged without noise
    std::vector<JudgedImage> judged;  // those with a class, by place
};

/// Judges the images that the run is measured on, on the processor. Blocks. on_progress: "image";
/// false stops, and null comes back. Throws Error: there is no saved model, it is no classifier,
/// its dataset isn't here or keeps no images back.
std::shared_ptr<const Judged> judge_held_out(const std::filesystem::path& run,
                                             const OnProgress& on_progress);

/// An image of a cell of the matrix.
struct ConfusedImage {
    std::int64_t place = 0;
    std::string name;  // as the dataset calls it
    Image thumbnail;   // width 0: it can't be read any more
};
/// Those that show one class and were taken for another or the same, by place. side: of a
/// thumbnail, px at most. Blocks while reading. on_progress: "image"; after false those come back
/// that were read until then.
std::vector<ConfusedImage> confused_images(const Judged& judged, int shows, int taken, int side,
                                           const OnProgress& on_progress);

}  // namespace daguerre
