// What a training request says whatever the family; a family's own fields come beside it.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/fields.h"
#include "core/base/machine.h"

namespace daguerre {

struct TrainRequest {
    std::string preset{};   // empty: the smallest of the image's size
    std::int64_t size = 0;  // 0: the preset's where one is named, else the dataset's
    std::int64_t batch = 64;
    std::int64_t micro_batch = 0;
    double learning_rate = 6e-4;
    std::int64_t base_channels = 32;
    std::int64_t images = 1'000'000;
    std::int64_t warm_up = 20'000;
    std::string decay = "none";
    std::int64_t seed = 1;
    std::string ema = "half-life";
    std::string raw_previews = "off";
    std::string flips = "auto";
    std::string precision = "auto";
    std::string device = "auto";
    std::int64_t threads = 0;
    std::int64_t autosave = 60;

    void each(auto&& visit) {
        visit(preset, {.key = "preset",
                       .label = "Preset",
                       .help = "sets the others, which may then be changed"});
        visit(size, {.key = "size",
                     .label = "Size",
                     .help = "side of the images in pixels; 0: the preset's, or the dataset's",
                     .max = 1024});
        visit(batch,
              {.key = "batch", .label = "Batch", .help = "images a step", .min = 1, .max = 65536});
        visit(micro_batch, {.key = "micro_batch",
                            .label = "Images at once",
                            .help = "a step works through its batch in parts of this many images, "
                                    "which takes less memory; 0: the whole batch at once",
                            .max = 65536});
        visit(learning_rate, {.key = "learning_rate",
                              .label = "Learning rate",
                              .help = "of Adam, after warm-up",
                              .min = 1e-8,
                              .max = 1});
        visit(base_channels, {.key = "base_channels",
                              .label = "Base channels",
                              .help = "width of the first level; the others keep their ratio to it",
                              .min = 4,
                              .max = 4096});
        visit(images,
              {.key = "images",
               .label = "Images",
               .help = "how many training images to see in all, rounded up to whole batches",
               .min = 1,
               .max = 1e12});
        visit(warm_up, {.key = "warm_up",
                        .label = "Warm-up",
                        .help = "images until the learning rate has risen to its value",
                        .max = 1e12});
        visit(decay, {.key = "decay",
                      .label = "Decay",
                      .help = "of the learning rate afterwards; cosine and linear follow the total "
                              "number of images, so their resume is exact for the same total only",
                      .choices = {"none", "cosine", "linear", "inverse-sqrt"}});
        visit(seed, {.key = "seed",
                     .label = "Seed",
                     .help = "of everything random in the run",
                     .min = 0,
                     .max = 4294967295.0});
        visit(ema, {.key = "ema",
                    .label = "Average",
                    .help = "how the weights for use are averaged",
                    .choices = {"half-life", "none"}});
        visit(raw_previews,
              {.key = "raw_previews",
               .label = "Raw previews",
               .help = "previews and test loss of the weights as the last step left them, beside "
                       "those of the averaged ones, which makes previews half as frequent",
               .choices = {"off", "on"}});
        visit(flips, {.key = "flips",
                      .label = "Flips",
                      .help = "mirror every second image; auto: where the dataset is known to be "
                              "mirror-safe",
                      .choices = {"auto", "on", "off"}});
        visit(precision, precision_field());
        visit(device, device_field());
        visit(threads, threads_field());
        visit(autosave, {.key = "autosave",
                         .label = "Autosave",
                         .help = "seconds between saved states",
                         .min = 1,
                         .max = 86400});
    }
};

/// Images that a run sees in all: whole batches.
inline std::int64_t total_images(const TrainRequest& request) {
    return (request.images + request.batch - 1) / request.batch * request.batch;
}

}  // namespace daguerre
