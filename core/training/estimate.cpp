#include "core/training/estimate.h"

#include <algorithm>
#include <chrono>

#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/models/train_request.h"
#include "core/models/trainer.h"
#include "core/nn/device.h"
#include "core/nn/staging.h"
#include "core/training/checkpoint.h"
#include "core/training/run_log.h"
#include "core/training/runs.h"
#include "core/training/settings.h"

namespace daguerre {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double trial_seconds = 2;
constexpr int untimed_steps = 2;  // the first ones fill caches and choose kernels

/// Settings that a step takes as long with, whatever they say.
constexpr std::string_view timeless[] = {"preset",         "images",  "warm_up",      "decay",
                                         "seed",           "ema",     "flips",        "autosave",
                                         "objective",      "dropout", "loss_weight",  "levels",
                                         "noise_schedule", "clip",    "learning_rate"};

bool as_fast(const Fields& a, const Fields& b) {
    return std::all_of(a.begin(), a.end(), [&](const Field& field) {
        if (std::find(std::begin(timeless), std::end(timeless), field.key) != std::end(timeless))
            return true;
        const Field* other = find_field(b, field.key);
        return other && other->value == field.value;
    });
}

/// Of the newest run in user data that works the same network the same way; 0 without one.
double earlier_rate(const std::string& family, const Fields& settings) {
    for (const RunInfo& run : known_runs()) {
        LogLine last;
        if (run.family == family && as_fast(settings, run.settings) &&
            read_last_line(RunFolder{run.folder}.log(), last))
            return last.images_per_second;
    }
    return 0;
}

/// A dataset as far as the size of a run hangs on it.
struct Looked {
    const Family& family;
    DataShape shape;
    std::uint64_t images_bytes;  // of the device's memory that the images lie in
    TrainEstimate estimate;
};

Looked look(const std::string& dataset, const std::string& family, const GivenSettings& given) {
    check_words(family, given);
    const auto images = open_dataset(dataset);
    Looked looked{row_named(families(), family, "family"), {}, 0, {}};
    TrainEstimate& estimate = looked.estimate;
    estimate.settings = settled(family, *images, given);
    const auto request = options_from<TrainRequest>(estimate.settings);
    looked.shape.size = int(request.size);
    looked.shape.channels = suggested_view(*images).channels;
    looked.shape.classes = images->info().classes;
    looked.shape.dataset = images->info();
    estimate.images = total_images(request);
    estimate.bytes_free = device_memory(request.device).free;
    try {
        fit_memory(family, estimate.settings, looked.shape, estimate.remarks);
    } catch (const Error&) {  // too large, as the numbers say
    }
    estimate.bytes = looked.family.training_bytes(estimate.settings, looked.shape);
    // For a GPU the images of a run lie in another memory.
    if (request.device == "cpu")
        looked.images_bytes = std::uint64_t(images->info().count) *
                              std::uint64_t(request.size * request.size * looked.shape.channels);
    estimate.bytes += looked.images_bytes;
    if (estimate.bytes > estimate.bytes_free)
        estimate.fitting_batch =
            fitting_batch(looked.family, estimate.settings, looked.shape,
                          estimate.bytes_free - std::min(estimate.bytes_free, looked.images_bytes));
    estimate.images_per_second = earlier_rate(family, estimate.settings);
    remark_on_count(images->info().count, estimate.remarks);
    return looked;
}

Batch any_batch(const TrainRequest& request, const DataShape& shape) {
    const std::vector<std::int64_t> sizes{request.batch, shape.channels, shape.size, shape.size};
    const at::TensorOptions values = staged(at::kFloat, at::Device(request.device));
    const std::int64_t label = shape.classes.empty() ? -1 : 0;
    return {at::rand(sizes, values).mul_(2).sub_(1), at::full({request.batch}, label, at::kLong),
            at::randn(sizes, values)};
}

void try_steps(Looked& looked, const OnProgress& on_progress) {
    TrainEstimate& estimate = looked.estimate;
    const auto request = options_from<TrainRequest>(estimate.settings);
    forget_memory_peak();  // first, since it gives back what an earlier trial left
    const std::uint64_t before = memory_used();
    forget_gpu_peak(request.device);
    const auto trainer = looked.family.make_trainer(estimate.settings, looked.shape);
    Batch batch = any_batch(request, looked.shape);
    const auto seconds_since = [](Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    const Clock::time_point start = Clock::now();
    std::vector<double> steps;
    for (std::int64_t i = 0; i < 2 || seconds_since(start) < trial_seconds; ++i) {
        const Clock::time_point begun = Clock::now();
        trainer->step(batch, {batch.first + request.batch, 0});
        batch.first += request.batch;
        steps.push_back(seconds_since(begun));
        if (on_progress && !on_progress({i + 1, 0, "step", {}})) break;
    }
    if (steps.size() > untimed_steps) steps.erase(steps.begin(), steps.begin() + untimed_steps);
    std::nth_element(steps.begin(), steps.begin() + std::ptrdiff_t(steps.size() / 2), steps.end());
    estimate.images_per_second = double(request.batch) / steps[steps.size() / 2];
    const std::uint64_t peak = request.device == "cpu"
                                   ? memory_peak() - std::min(memory_peak(), before)
                                   : device_memory(request.device).peak;
    estimate.bytes = peak + looked.images_bytes;
    estimate.measured = true;
}

}  // namespace

TrainEstimate estimate_training(const std::string& dataset, const std::string& family,
                                const GivenSettings& given) {
    return look(dataset, family, given).estimate;
}

TrainEstimate measure_training(const std::string& dataset, const std::string& family,
                               const GivenSettings& given, const OnProgress& on_progress) {
    Looked looked = look(dataset, family, given);
    if (looked.estimate.bytes <= looked.estimate.bytes_free) try_steps(looked, on_progress);
    return looked.estimate;
}

}  // namespace daguerre
