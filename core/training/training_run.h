// A training request made real: one step at a time, in a run folder that survives anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/models/model.h"
#include "core/models/train_request.h"

namespace daguerre {

struct StepReport {
    std::int64_t images_seen = 0, images_total = 0;
    std::vector<std::pair<std::string, double>> losses;
    double gradient_norm = 0, learning_rate = 0, images_per_second = 0, active_seconds = 0;
    std::int64_t skipped = 0;  // steps so far whose loss was not finite
    double data_wait = 0;      // share of the time, 0 to 1, in which batches were waited for
};

/// Owns network, data and folder. Every call from one thread, which called use_device(). When
/// advance, make_preview or save throws, the folder says why until the run is resumed.
class TrainingRun {
public:
    /// Starts in a new folder. `settings`: keys of TrainRequest and of the family; a preset is
    /// applied first. Throws Error: unknown key, folder exists, dataset can't be used, too little
    /// memory. Blocks while the dataset is read into memory.
    static std::unique_ptr<TrainingRun> start(
        const std::string& dataset, const std::string& family, const std::filesystem::path& folder,
        const std::vector<std::pair<std::string, std::string>>& settings);
    /// Goes on exactly where the last saved state stands, or starts when none was saved.
    /// images > 0 replaces the total, `device` and `threads` what it runs on, which changes the
    /// last bits and is remarked on. Throws Error: no run there, held by another process, broken.
    static std::unique_ptr<TrainingRun> resume(const std::filesystem::path& folder,
                                               std::int64_t images = 0,
                                               const std::string& device = "", int threads = 0);
    virtual ~TrainingRun() = default;

    virtual bool finished() const = 0;
    /// One step. Throws Error when training became unstable.
    virtual StepReport advance() = 0;
    /// Previews are due every 30 s, as long as what they took is under 2 % of the time, and after
    /// 1, 2, 4, ... 1024 steps, when they may take 1 s and a tenth of the first minute more. Saving
    /// is due every `autosave` seconds and after each tenth of the run.
    virtual bool preview_due() const = 0;
    virtual bool save_due() const = 0;
    /// 16 images of seeds 0 to 15 by the averaged weights, written to previews/, and where they are
    /// asked for by the raw ones to previews/raw/; gives the first file, or an empty path when
    /// on_progress stopped it or the family makes no images.
    virtual std::filesystem::path make_preview(const OnProgress&) = 0;
    /// State, log and model, whole on disk when it returns. Throws Error; the old ones stay.
    virtual void save() = 0;
    virtual std::shared_ptr<const Model> snapshot() const = 0;
    /// The whole request as it became: run.json.
    virtual const Fields& request() const = 0;
    /// What a person should know; more may come with every step.
    virtual std::vector<std::string> remarks() const = 0;
    /// Of the device's memory that training was estimated to take at most.
    virtual std::uint64_t expected_bytes() const = 0;
};

}  // namespace daguerre
