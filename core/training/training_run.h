// A training request made real: one step at a time, in a run folder that survives anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/models/model.h"

namespace daguerre {

/// What all families share; a family's own fields come beside it (families.h).
struct TrainRequest {
    std::string preset{};  // empty: the smallest of the image's size
    std::int64_t batch = 64;
    double learning_rate = 6e-4;
    std::int64_t base_channels = 32;
    std::int64_t images = 1'000'000;
    std::int64_t seed = 1;
    std::string ema = "half-life";
    std::string precision = "auto";
    std::string device = "auto";
    std::int64_t threads = 0;
    std::int64_t autosave = 60;

    void each(auto&& visit) {
        visit(preset, {.key = "preset",
                       .label = "Preset",
                       .help = "sets the others, which may then be changed"});
        visit(batch,
              {.key = "batch", .label = "Batch", .help = "images a step", .min = 1, .max = 65536});
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
        visit(seed, {.key = "seed",
                     .label = "Seed",
                     .help = "of everything random in the run",
                     .min = 0,
                     .max = 4294967295.0});
        visit(ema, {.key = "ema",
                    .label = "Average",
                    .help = "how the weights for use are averaged",
                    .choices = {"half-life", "none"}});
        visit(precision, {.key = "precision",
                          .label = "Precision",
                          .help = "auto is bf16 where the processor multiplies it itself",
                          .choices = {"auto", "fp32", "bf16"}});
        visit(device, {.key = "device", .label = "Device", .help = "auto, cpu, cuda or cuda:N"});
        visit(threads, {.key = "threads", .label = "Threads", .help = "0: all cores", .max = 1024});
        visit(autosave, {.key = "autosave",
                         .label = "Autosave",
                         .help = "seconds between saved states",
                         .min = 1,
                         .max = 86400});
    }
};

struct StepReport {
    std::int64_t images_seen = 0, images_total = 0;
    std::vector<std::pair<std::string, double>> losses;
    double gradient_norm = 0, learning_rate = 0, images_per_second = 0, active_seconds = 0;
    std::int64_t skipped = 0;  // steps so far whose loss was not finite
};

/// Owns network, data and folder. Every call from one thread, which called use_device().
class TrainingRun {
public:
    /// Starts in a new folder. `settings`: keys of TrainRequest and of the family; a preset is
    /// applied first. Throws Error: unknown key, folder exists, dataset can't be used, too little
    /// memory. Blocks while the dataset is read into memory.
    static std::unique_ptr<TrainingRun> start(
        const std::string& dataset, const std::string& family, const std::filesystem::path& folder,
        const std::vector<std::pair<std::string, std::string>>& settings);
    /// Goes on exactly where the last saved state stands, or starts when none was saved.
    /// images > 0 replaces the total. Throws Error: no run there, held by another process, broken.
    static std::unique_ptr<TrainingRun> resume(const std::filesystem::path& folder,
                                               std::int64_t images = 0);
    virtual ~TrainingRun() = default;

    virtual bool finished() const = 0;
    /// One step. Throws Error when training became unstable.
    virtual StepReport advance() = 0;
    /// Whether it is time for previews or for saving, by the rules of learning.md 5.7.
    virtual bool preview_due() const = 0;
    virtual bool save_due() const = 0;
    /// Fixed-seed samples of the averaged weights, written to previews/; gives the file.
    virtual std::filesystem::path make_preview(const OnProgress&) = 0;
    /// State, log and model, whole on disk when it returns. Throws Error; the old ones stay.
    virtual void save() = 0;
    virtual std::shared_ptr<const Model> snapshot() const = 0;
    /// The whole request as it became: run.json.
    virtual const Fields& request() const = 0;
    virtual std::vector<std::string> remarks() const = 0;
};

}  // namespace daguerre
