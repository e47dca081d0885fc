#include "core/training/training_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
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
#include "core/models/level_floor.h"
#include "core/models/trainer.h"
#include "core/nn/device.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch_error.h"
#include "core/training/checkpoint.h"
#include "core/training/curve_names.h"
#include "core/training/event_file.h"
#include "core/training/learning_rate.h"
#include "core/training/loader.h"
#include "core/training/measuring.h"
#include "core/training/preview_sheet.h"
#include "core/training/run_log.h"
#include "core/training/run_progress.h"
#include "core/training/settings.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::int64_t reconstructed = 8;

class Run : public TrainingRun {
public:
    Run(const fs::path& folder, std::unique_ptr<FileLock> lock, RunRequest request,
        TrainingData data)
        : files_{folder},
          inputs_(first_images(data.views, reconstructed)),
          data_means_(channel_means(data.views)),
          lock_(std::move(lock)),
          request_(std::move(request)),
          train_(options_from<TrainRequest>(request_.settings)),
          command_(command_of(request_, folder)),
          shape_(std::move(data.shape)),
          remarks_(std::move(data.remarks)),
          family_(row_named(families(), request_.family, "family")),
          expected_bytes_(family_.training_bytes(request_.settings, shape_) +
                          (train_.device == "cpu" ? data.views.pixels.size() : 0)),
          trainer_(family_.make_trainer(request_.settings, shape_)),
          log_(files_.log()),
          measuring_(request_.dataset, shape_, family_, watches_raw()) {
        forget_memory_peak();  // of preparing the images
        train_.images = total_images(train_);
        if (fs::exists(files_.state())) restore();
        at_.kept_tenth = std::min(at_.kept_tenth, tenth());  // the total may have grown
        events_.emplace(files_.folder, at_.images_seen);
        const at::Device device(train_.device);
        loader_.emplace(
            std::move(data.views),
            LoaderOptions{std::uint64_t(train_.seed), train_.batch, train_.flips == "on",
                          loader_threads(device, int(train_.threads)), device},
            at_.images_seen);
        std::error_code ignored;
        fs::remove(files_.failure(), ignored);  // it goes on
    }

    bool finished() const override { return at_.images_seen >= train_.images; }

    StepReport advance() override {
        require(!finished(), "a finished run can't advance");
        return noting([this] { return step(); });
    }

    bool preview_due() const override {
        return family_.generate_fields && daguerre::preview_due(at_);
    }

    bool save_due() const override {
        // A large state takes a while to write.
        const double pause = state_bytes_ > 500'000'000 ? std::max(300.0, double(train_.autosave))
                                                        : double(train_.autosave);
        return seconds_since(saved_at_) >= pause || tenth() > at_.kept_tenth;
    }

    fs::path make_preview(const OnProgress& on_progress) override {
        return noting([&] { return preview(on_progress); });
    }
    void save() override {
        noting([this] { save_all(); });
    }

    std::shared_ptr<const Model> snapshot() const override {
        return trainer_->snapshot(origin(), Weighting::Average);
    }
    const Fields& request() const override { return request_.settings; }
    std::vector<std::string> remarks() const override { return remarks_; }
    std::uint64_t expected_bytes() const override { return expected_bytes_; }

private:
    Origin origin() const {
        return {files_.folder.filename().string(), command_, at_.images_seen, at_.steps};
    }
    GenerateRequest machine() const {
        return {
            .precision = train_.precision, .device = train_.device, .threads = int(train_.threads)};
    }
    bool watches_raw() const { return train_.raw_previews == "on" && train_.ema != "none"; }
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
    StepReport step();
    Losses learned(const Batch& batch, const StepContext& context);
    void take_smaller_parts(std::int64_t at_once);
    fs::path preview(const OnProgress& on_progress);
    void log_tint(const std::vector<double>& means);
    void save_all();
    void write_state();
    void measure();
    LogPlace place() const;
    WeightsMetadata metadata() const;
    void restore();

    /// Writes down what `work` throws, for those who look at the folder later.
    template <class Work>
    auto noting(const Work& work) -> decltype(work()) {
        try {
            return work();
        } catch (...) {
            files_.note_failure(at_.images_seen, sentence_for(std::current_exception()));
            throw;
        }
    }

    RunFolder files_;
    std::vector<Image> inputs_;       // training images, for a model that reconstructs
    std::vector<double> data_means_;  // of each channel of the training images
    std::unique_ptr<FileLock> lock_;
    RunRequest request_;
    TrainRequest train_;
    std::string command_;
    DataShape shape_;
    std::vector<std::string> remarks_;
    const Family& family_;
    std::uint64_t expected_bytes_;
    std::unique_ptr<Trainer> trainer_;
    RunLog log_;
    std::optional<EventFile> events_;
    SkipGuard guard_;
    Progressed at_;
    std::optional<std::int64_t> saved_images_;
    Clock::time_point saved_at_ = Clock::now();
    std::uint64_t state_bytes_ = 0;
    double seconds_a_step_ = 0, waited_a_step_ = 0;
    std::int64_t timed_steps_ = 0;
    double gpu_memory_ = 0;
    Measuring measuring_;
    std::optional<double> test_loss_;  // of the weights as they are; nothing: not measured
    std::optional<Loader> loader_;     // last: its thread ends first
};

Losses Run::learned(const Batch& batch, const StepContext& context) {
    try {
        return trainer_->step(batch, context);
    } catch (...) {
        if (!is_out_of_memory(std::current_exception())) throw;
        throw memory_ran_out(
            request_.family, request_.settings, shape_, at_.steps + 1,
            saved_images_ ? std::optional(seconds_since(saved_at_)) : std::nullopt);
    }
}

StepReport Run::step() {
    const Clock::time_point start = Clock::now();
    const Batch batch = loader_->next();
    const double waited = seconds_since(start);
    const std::int64_t after = at_.images_seen + train_.batch;
    const double rate = learning_rate(train_, after);
    const Losses losses = learned(batch, {after, rate});
    at_.images_seen = after;
    ++at_.steps;
    test_loss_.reset();
    if (losses.at_once > 0 && losses.at_once < train_.batch && losses.at_once != train_.micro_batch)
        take_smaller_parts(losses.at_once);
    at_.skipped += losses.skipped ? 1 : 0;
    count_time(seconds_since(start), waited);
    // Asked once a line of the log.
    if (train_.device != "cpu" && at_.steps % 10 == 0) {
        const DeviceMemory memory = device_memory(train_.device);
        gpu_memory_ = double(memory.total - std::min(memory.total, memory.free));
    }
    const LogLine* line = log_.add(losses, place());
    if (line) events_->add(*line);
    guard_.add(losses.skipped, after, rate);
    return {after,      train_.images,       losses.values,      losses.gradient_norm,
            rate,       images_per_second(), at_.active_seconds, at_.skipped,
            data_wait()};
}

LogPlace Run::place() const {
    return {at_.images_seen,     at_.skipped,        learning_rate(train_, at_.images_seen),
            images_per_second(), at_.active_seconds, data_wait(),
            gpu_memory_};
}

/// Memory ran out with larger ones; resuming begins with these.
void Run::take_smaller_parts(std::int64_t at_once) {
    train_.micro_batch = at_once;
    set_field(request_.settings, "micro_batch", at_once);
    write_run(files_.folder, request_);
    remarks_.push_back(parts_remark("Memory ran out", train_));
}

fs::path Run::preview(const OnProgress& on_progress) {
    if (!family_.generate_fields) return {};
    const Clock::time_point start = Clock::now();
    const std::shared_ptr<const Model> model = snapshot();
    const auto averaged = preview_sheet(*model, machine(), on_progress);
    std::optional<PreviewSheet> raw;
    if (averaged && watches_raw())
        raw = preview_sheet(*trainer_->snapshot(origin(), Weighting::Raw), machine(), on_progress);
    at_.previewed_at = at_.steps;
    at_.previewed_second = at_.active_seconds;
    at_.preview_seconds += seconds_since(start);
    if (!averaged) return {};
    const Image& sheet = averaged->sheet;
    const fs::path file = files_.preview(at_.images_seen);
    write_image(file, sheet);
    if (raw) write_image(files_.raw_preview(at_.images_seen), raw->sheet);
    events_->add_preview(at_.images_seen, read_file(file, 1 << 28), sheet.width, sheet.height,
                         sheet.channels);
    log_tint(averaged->means);
    if (const auto both = reconstruction_sheet(*model, inputs_, machine()))
        write_image(files_.reconstruction(at_.images_seen), *both);
    return file;
}

void Run::log_tint(const std::vector<double>& means) {
    if (means.size() != tint_curves.size() || data_means_.size() != tint_curves.size()) return;
    for (std::size_t i = 0; i < tint_curves.size(); ++i)
        events_->add(log_.add(tint_curves[i], means[i] - data_means_[i], place()));
}

WeightsMetadata Run::metadata() const {
    WeightsMetadata metadata = metadata_of(at_);
    const auto add = [&](const char* key, auto value) {
        metadata[key] = text_of(detail::to_value(value));
    };
    add("seed", train_.seed);
    add("batch", train_.batch);
    add("threads", train_.threads);
    add("device", train_.device);
    add("dataset_sha256", request_.dataset_sha256);
    add("log", log_.gathered());
    if (test_loss_) add("test_loss", *test_loss_);
    return metadata;
}

void Run::save_all() {
    saved_at_ = Clock::now();
    if (saved_images_ == at_.images_seen && fs::exists(files_.model())) return;
    const std::int64_t kept_before = at_.kept_tenth;
    try {
        write_state();
    } catch (const Error& error) {
        at_.kept_tenth = kept_before;
        // What the sentences of a full disk have in common (core/base/files.h).
        if (error.sentence().pattern.find("” is full: ") == std::string::npos) throw;
        Sentence why = error.sentence();
        std::string full = why.pattern.substr(0, why.pattern.find(". "));
        if (full.ends_with('.')) full.pop_back();
        why.pattern = full +
                      ". Training stopped, and the last saved state is whole. Free some "
                      "space, then resume.";
        throw Error(why);
    }
    saved_at_ = Clock::now();
}

void Run::write_state() {
    const Weights weights = trainer_->state();
    state_bytes_ = 0;
    for (const auto& [name, tensor] : weights) state_bytes_ += tensor.nbytes();
    require_free_space(files_.folder, 2 * state_bytes_);
    const bool keeps = tenth() > at_.kept_tenth;
    if (keeps) {
        at_.kept_tenth = tenth();
        measure();
    }
    log_.flush();
    snapshot()->save(files_.model());
    write_safetensors(files_.state(), weights, metadata());  // from here on this state counts
    saved_images_ = at_.images_seen;
    if (keeps) files_.keep_checkpoint(at_.images_seen);
}

/// Counts as a preview does. Where it can't be had, training goes on without.
void Run::measure() {
    if (test_loss_) return;
    const Clock::time_point start = Clock::now();
    try {
        if (const auto measured = measuring_.measure(*trainer_, request_.settings)) {
            test_loss_ = measured->test_loss;
            for (const auto& [name, value] : measured->curves)
                events_->add(log_.add(name, value, place()));
            if (!measured->confusion.empty())
                write_json(files_.confusion(), Json{{"images", at_.images_seen},
                                                    {"classes", shape_.classes},
                                                    {"counts", measured->confusion}});
        }
    } catch (...) {
        remarks_.push_back("There is no test loss: " +
                           sentence_for(std::current_exception()).text());
        return;
    }
    at_.preview_seconds += seconds_since(start);
}

void Run::restore() {
    const TensorFile file = read_safetensors(files_.state());
    at_ = progress_from(file.metadata, files_.state());
    trainer_->restore(file.weights, files_.state().string());
    log_.restore(metadata_text(file.metadata, "log", files_.state()));
    test_loss_ = test_loss_of(file.metadata);
    saved_images_ = at_.images_seen;
    if (metadata_text(file.metadata, "dataset_sha256", files_.state()) != request_.dataset_sha256)
        remarks_.push_back("Resumed, but on other images than before: the dataset has changed.");
}

/// What the losses by noise level are measured against, once a run.
void write_floor(const RunFolder& run, const RunRequest& request, const PixelBlock& views) {
    if (fs::exists(run.floor())) return;
    const Family& family = row_named(families(), request.family, "family");
    if (family.level_floor)
        write_json(run.floor(),
                   Json{{"loss", family.level_floor(request.settings, pixel_spread(views))}});
}

}  // namespace

std::unique_ptr<TrainingRun> TrainingRun::start(
    const std::string& dataset, const std::string& family, const fs::path& folder,
    const std::vector<std::pair<std::string, std::string>>& given) {
    check_words(family, given);
    check_new_run(folder);
    const auto images = open_dataset(dataset);
    RunRequest request{dataset, family, images->info().sha256, given, {}};
    request.settings = settled(family, *images, given);
    TrainingData data = training_data(*images, request.settings);
    leave_unlabelled_out(request.settings, data);
    fit_memory(family, request.settings, data.shape, data.remarks);
    auto lock = new_run(folder, request);
    write_floor({folder}, request, data.views);
    return std::make_unique<Run>(folder, std::move(lock), std::move(request), std::move(data));
}

std::unique_ptr<TrainingRun> TrainingRun::resume(const fs::path& folder, std::int64_t images,
                                                 const std::string& device, int threads) {
    RunRequest request = read_run(folder);
    auto lock = std::make_unique<FileLock>(RunFolder{folder}.lock(), folder.string());
    if (images > 0) {
        set_field(request.settings, "images", images);
        std::erase_if(request.given, [](const auto& setting) { return setting.first == "images"; });
        request.given.emplace_back("images", std::to_string(images));
    }
    const std::string moved = move_to(request.settings, device, threads);
    const auto dataset = open_dataset(request.dataset);
    request.dataset_sha256 = dataset->info().sha256;
    TrainingData data = training_data(*dataset, request.settings);
    leave_unlabelled_out(request.settings, data);
    if (!moved.empty()) data.remarks.push_back(moved);
    fit_memory(request.family, request.settings, data.shape, data.remarks);
    write_run(folder, request);
    write_floor({folder}, request, data.views);
    return std::make_unique<Run>(folder, std::move(lock), std::move(request), std::move(data));
}

}  // namespace daguerre
