#include "core/training/training_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/data/preprocess.h"
#include "core/image/image_file.h"
#include "core/models/families.h"
#include "core/models/trainer.h"
#include "core/nn/device.h"
#include "core/nn/safetensors.h"
#include "core/training/checkpoint.h"
#include "core/training/learning_rate.h"
#include "core/training/loader.h"
#include "core/training/run_log.h"
#include "core/training/settings.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::int64_t preview_images = 16;
constexpr double preview_interval = 30, preview_budget = 0.03;  // seconds; share of training time
constexpr std::int64_t early_steps = 1024;  // previews at powers of two up to here

/// Steps that were skipped, to tell a stumble from a fall.
class SkipGuard {
public:
    void add(bool skipped, std::int64_t images_seen, double learning_rate) {
        recent_.push_back(skipped);
        if (recent_.size() > 1000) recent_.pop_front();
        in_a_row_ = skipped ? in_a_row_ + 1 : 0;
        if (in_a_row_ <= 20 && std::count(recent_.begin(), recent_.end(), true) <= 20) return;
        throw Error(
            "Training became unstable at image {n}: lower the learning rate (now {rate}) or use "
            "fp32.",
            {{"n", images_seen}, {"rate", learning_rate}});
    }

private:
    std::deque<bool> recent_;
    int in_a_row_ = 0;
};

/// Everything about a run that resuming needs beside the trainer's weights.
struct Progressed {
    std::int64_t images_seen = 0, steps = 0, skipped = 0;
    std::int64_t previewed_at = 0;  // steps
    std::int64_t kept_tenth = 0;    // of the run, as a checkpoint
    double active_seconds = 0, preview_seconds = 0, previewed_second = 0;
};

class Run : public TrainingRun {
public:
    Run(const fs::path& folder, std::unique_ptr<FileLock> lock, RunRequest request,
        TrainingData data)
        : files_{folder},
          lock_(std::move(lock)),
          request_(std::move(request)),
          train_(options_from<TrainRequest>(request_.settings)),
          command_(command_of(request_, folder)),
          remarks_(std::move(data.remarks)),
          trainer_(row_named(families(), request_.family, "family")
                       .make_trainer(request_.settings, data.shape)),
          log_(files_.log()) {
        train_.images = (train_.images + train_.batch - 1) / train_.batch * train_.batch;
        if (fs::exists(files_.state())) restore();
        const at::Device device(train_.device);
        loader_.emplace(
            std::move(data.views),
            LoaderOptions{std::uint64_t(train_.seed), train_.batch, train_.flips == "on",
                          loader_threads(device, int(train_.threads)), device},
            at_.images_seen);
    }

    bool finished() const override { return at_.images_seen >= train_.images; }

    StepReport advance() override {
        require(!finished(), "a finished run can't advance");
        const Clock::time_point start = Clock::now();
        const Batch batch = loader_->next();
        const double waited = seconds_since(start);
        const std::int64_t after = at_.images_seen + train_.batch;
        const double rate = learning_rate(train_, after);
        const Losses losses = trainer_->step(batch, {after, rate});
        at_.images_seen = after;
        ++at_.steps;
        at_.skipped += losses.skipped ? 1 : 0;
        count_time(seconds_since(start), waited);
        log_.add(losses,
                 {after, at_.skipped, rate, images_per_second(), at_.active_seconds, data_wait()});
        guard_.add(losses.skipped, after, rate);
        return {after,      train_.images,       losses.values,      losses.gradient_norm,
                rate,       images_per_second(), at_.active_seconds, at_.skipped,
                data_wait()};
    }

    bool preview_due() const override {
        const std::int64_t steps = at_.steps;
        if (steps == at_.previewed_at) return false;
        if (steps <= early_steps) return (steps & (steps - 1)) == 0;
        return at_.active_seconds - at_.previewed_second >= preview_interval &&
               at_.preview_seconds <= preview_budget * at_.active_seconds;
    }

    bool save_due() const override {
        // A large state takes a while to write.
        const double pause = state_bytes_ > 500'000'000 ? std::max(300.0, double(train_.autosave))
                                                        : double(train_.autosave);
        return seconds_since(saved_at_) >= pause || tenth() > at_.kept_tenth;
    }

    fs::path make_preview(const OnProgress& on_progress) override;
    void save() override;

    std::shared_ptr<const Model> snapshot() const override {
        return trainer_->snapshot(
            {files_.folder.filename().string(), command_, at_.images_seen, at_.steps});
    }
    const Fields& request() const override { return request_.settings; }
    std::vector<std::string> remarks() const override { return remarks_; }

private:
    std::int64_t tenth() const { return 10 * at_.images_seen / train_.images; }
    double images_per_second() const {
        return seconds_a_step_ > 0 ? double(train_.batch) / seconds_a_step_ : 0;
    }
    double data_wait() const { return seconds_a_step_ > 0 ? waited_a_step_ / seconds_a_step_ : 0; }
    void count_time(double seconds, double waited) {
        at_.active_seconds += seconds;
        // The mean of all steps at first, later of about the last five seconds.
        const double share = std::max(1 / double(++timed_steps_), 1 - std::exp(-seconds / 5));
        seconds_a_step_ += share * (seconds - seconds_a_step_);
        waited_a_step_ += share * (waited - waited_a_step_);
    }
    WeightsMetadata metadata() const;
    void restore();

    RunFolder files_;
    std::unique_ptr<FileLock> lock_;
    RunRequest request_;
    TrainRequest train_;
    std::string command_;
    std::vector<std::string> remarks_;
    std::unique_ptr<Trainer> trainer_;
    RunLog log_;
    SkipGuard guard_;
    Progressed at_;
    std::optional<std::int64_t> saved_images_;
    Clock::time_point saved_at_ = Clock::now();
    std::uint64_t state_bytes_ = 0;
    double seconds_a_step_ = 0, waited_a_step_ = 0;
    std::int64_t timed_steps_ = 0;
    std::optional<Loader> loader_;  // last: its thread ends first
};

/// The record of a sheet of previews, from that of its first image.
Record record_of_sheet(const Image& first) {
    Record record = record_of(first.metadata).value_or(Record{});
    Json json = Json::parse(record.daguerre);
    json["kind"] = "preview";
    json["request"]["count"] = preview_images;
    json["request"].erase("class");
    record.daguerre = json.dump();
    record.title.clear();
    std::erase_if(record.parameters, [](const auto& pair) { return pair.first == "Class"; });
    return record;
}

fs::path Run::make_preview(const OnProgress& on_progress) {
    const Clock::time_point start = Clock::now();
    const std::shared_ptr<const Model> model = snapshot();
    const GenerateRequest request{.count = preview_images,
                                  .seed = 0,
                                  .precision = train_.precision,
                                  .device = train_.device,
                                  .threads = int(train_.threads)};
    const std::vector<Image> images =
        model->generate(request, model->generate_fields(), on_progress);
    at_.previewed_at = at_.steps;
    at_.previewed_second = at_.active_seconds;
    at_.preview_seconds += seconds_since(start);
    if (std::int64_t(images.size()) < preview_images) return {};
    Image sheet = grid_of(images, 4);
    add_record(sheet, record_of_sheet(images[0]));
    const fs::path file = files_.preview(at_.images_seen);
    write_image(file, sheet);
    return file;
}

WeightsMetadata Run::metadata() const {
    const auto text = [](auto number) { return text_of(detail::to_value(number)); };
    return {{"format_version", "1"},
            {"program", "daguerre " DAGUERRE_VERSION},
            {"seed", text(train_.seed)},
            {"batch", text(train_.batch)},
            {"threads", text(train_.threads)},
            {"device", train_.device},
            {"dataset_sha256", request_.dataset_sha256},
            {"images_seen", text(at_.images_seen)},
            {"steps", text(at_.steps)},
            {"skipped", text(at_.skipped)},
            {"previewed_at", text(at_.previewed_at)},
            {"kept_tenth", text(at_.kept_tenth)},
            {"active_seconds", text(at_.active_seconds)},
            {"preview_seconds", text(at_.preview_seconds)},
            {"previewed_second", text(at_.previewed_second)},
            {"log", log_.gathered()}};
}

void Run::save() {
    saved_at_ = Clock::now();
    if (saved_images_ == at_.images_seen && fs::exists(files_.model())) return;
    const Weights weights = trainer_->state();
    state_bytes_ = 0;
    for (const auto& [name, tensor] : weights) state_bytes_ += tensor.nbytes();
    require_free_space(files_.folder, 2 * state_bytes_);
    log_.flush();
    const bool keeps = tenth() > at_.kept_tenth;
    if (keeps) at_.kept_tenth = tenth();
    snapshot()->save(files_.model());
    write_safetensors(files_.state(), weights, metadata());  // from here on this state counts
    saved_images_ = at_.images_seen;
    if (keeps) files_.keep_checkpoint(at_.images_seen);
    saved_at_ = Clock::now();
}

void Run::restore() {
    const TensorFile file = read_safetensors(files_.state());
    const std::string name = files_.state().string();
    const auto text = [&](const char* key) -> const std::string& {
        const auto found = file.metadata.find(key);
        if (found == file.metadata.end())
            throw Error("“{file}” isn't whole: “{key}” is missing.",
                        {{"file", name}, {"key", key}});
        return found->second;
    };
    const auto read = [&](const char* key, auto& member) {
        Fields field{{.key = key, .value = detail::to_value(member)}};
        set_field_text(field, key, text(key));
        detail::from_value(field[0].value, member);
    };
    trainer_->restore(file.weights, name);
    read("images_seen", at_.images_seen);
    read("steps", at_.steps);
    read("skipped", at_.skipped);
    read("previewed_at", at_.previewed_at);
    read("kept_tenth", at_.kept_tenth);
    read("active_seconds", at_.active_seconds);
    read("preview_seconds", at_.preview_seconds);
    read("previewed_second", at_.previewed_second);
    log_.restore(text("log"));
    saved_images_ = at_.images_seen;
    if (text("dataset_sha256") != request_.dataset_sha256)
        remarks_.push_back("Resumed, but on other images than before: the dataset has changed.");
}

/// Takes up the device of the settings, or the one given instead; a remark when that changes them.
std::string move_to(Fields& settings, const std::string& device, int threads) {
    const auto before = options_from<TrainRequest>(settings);
    const DeviceChoice choice = use_device(device.empty() ? before.device : device,
                                           threads > 0 ? threads : int(before.threads));
    if (choice.device == before.device && choice.threads == before.threads) return "";
    set_field(settings, "device", choice.device);
    set_field(settings, "threads", std::int64_t(choice.threads));
    return Sentence{
        "Resumed on {device} with {threads} threads instead of {before} with {n}: the "
        "last bits will differ from those of a run in one piece.",
        {{"device", choice.device},
         {"threads", choice.threads},
         {"before", before.device},
         {"n", before.threads}}}
        .text();
}

/// A folder with run.json, or none when that can't be written.
std::unique_ptr<FileLock> new_run(const fs::path& folder, const RunRequest& request) {
    try {
        auto lock = std::make_unique<FileLock>(folder / "lock", folder.string());
        write_run(folder, request);
        return lock;
    } catch (...) {
        std::error_code ignored;
        fs::remove(folder / "lock", ignored);
        fs::remove(folder, ignored);
        throw;
    }
}

}  // namespace

std::unique_ptr<TrainingRun> TrainingRun::start(
    const std::string& dataset, const std::string& family, const fs::path& folder,
    const std::vector<std::pair<std::string, std::string>>& given) {
    check_words(family, given);
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_empty(folder, error))
        throw Error(
            "“{folder}” exists already. Choose another name, or go on with the run in it: daguerre "
            "train --resume --out {folder}.",
            {{"folder", folder}});
    const auto images = open_dataset(dataset);
    RunRequest request{dataset, family, images->info().sha256, given, {}};
    request.settings = settled(family, *images, given);
    TrainingData data = training_data(*images, request.settings);
    check_memory(family, request.settings, data.shape);
    auto lock = new_run(folder, request);
    return std::make_unique<Run>(folder, std::move(lock), std::move(request), std::move(data));
}

std::unique_ptr<TrainingRun> TrainingRun::resume(const fs::path& folder, std::int64_t images,
                                                 const std::string& device, int threads) {
    RunRequest request = read_run(folder);
    auto lock = std::make_unique<FileLock>(folder / "lock", folder.string());
    if (images > 0) {
        set_field(request.settings, "images", images);
        std::erase_if(request.given, [](const auto& setting) { return setting.first == "images"; });
        request.given.emplace_back("images", std::to_string(images));
    }
    const std::string moved = move_to(request.settings, device, threads);
    const auto dataset = open_dataset(request.dataset);
    request.dataset_sha256 = dataset->info().sha256;
    TrainingData data = training_data(*dataset, request.settings);
    if (!moved.empty()) data.remarks.push_back(moved);
    check_memory(request.family, request.settings, data.shape);
    write_run(folder, request);
    return std::make_unique<Run>(folder, std::move(lock), std::move(request), std::move(data));
}

}  // namespace daguerre
