#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <set>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/models/families.h"
#include "core/nn/device.h"
#include "core/training/checkpoint.h"
#include "core/training/diagnosis.h"
#include "core/training/given_settings.h"
#include "core/training/run_curves.h"
#include "core/training/training_run.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string dataset, family, out, config, images;
    std::vector<std::string> set;
    bool resume = false;
};

std::string presets_text(const Family& family) {
    std::string text;
    for (const Preset& preset : family.presets()) {
        text += "  " + preset.id + ":";
        for (const auto& [key, value] : preset.values) text += " " + key + "=" + text_of(value);
        text += "\n";
    }
    return text;
}

std::string help_of_families(const Words& words) {
    std::string text;
    for (const Family& family : families()) {
        if (!words.family.empty() && words.family != family.id) continue;
        text += "\nKeys of --set and --config for --family " + family.id + ":\n" +
                key_list(train_fields(family.id)) + "\nPresets:\n" + presets_text(family);
    }
    return text;
}

/// In the order in which they win: --config, --set, then options of their own.
GivenSettings settings_of(const Words& words, const Family& family, const Fields& machine) {
    GivenSettings settings;
    if (!words.config.empty()) settings = settings_in(words.config, family.id);
    for (const std::string& each : words.set) {
        const std::size_t equals = each.find('=');
        if (equals == std::string::npos || equals == 0)
            throw CLI::ValidationError("“--set " + each + "” isn't KEY=VALUE");
        settings.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    }
    if (!words.images.empty()) settings.emplace_back("images", words.images);
    for (const Field& field : machine)
        if (field.value != field.standard) settings.emplace_back(field.key, text_of(field.value));
    return settings;
}

std::unique_ptr<TrainingRun> started(const Words& words, const Fields& machine) {
    if (words.dataset.empty()) throw CLI::RequiredError("DATASET");
    if (words.family.empty()) throw CLI::RequiredError("--family");
    const Family& family = row_named(families(), words.family, "family");
    return TrainingRun::start(words.dataset, words.family, words.out,
                              settings_of(words, family, machine));
}

std::unique_ptr<TrainingRun> resumed(const Words& words, const Fields& machine) {
    const bool precision =
        find_field(machine, "precision")->value != find_field(machine, "precision")->standard;
    if (!words.dataset.empty() || !words.family.empty() || !words.config.empty() ||
        !words.set.empty() || precision)
        throw CLI::ValidationError(
            "--resume takes everything but --images, --device and --threads from the run itself; "
            "leave the rest out");
    Fields fields = fields_of<TrainRequest>();
    if (!words.images.empty()) set_field_text(fields, "images", words.images);
    const bool moved =
        find_field(machine, "device")->value != find_field(machine, "device")->standard;
    const auto wanted = options_from<GenerateRequest>(machine);
    return TrainingRun::resume(words.out,
                               words.images.empty() ? 0 : options_from<TrainRequest>(fields).images,
                               moved ? wanted.device : "", wanted.threads);
}

void show(Terminal& terminal, const StepReport& report) {
    terminal.progress({.done = double(report.images_seen),
                       .total = double(report.images_total),
                       .what = "images",
                       .figures = report.losses});
}

void save(Terminal& terminal, TrainingRun& run, std::int64_t images_seen) {
    if (images_seen == 0) return;  // nothing was learned since the run was opened
    run.save();
    terminal.event(Json{{"event", "saved"}, {"images_seen", images_seen}});
}

/// Says what a run says of itself, each once and as soon as it is known.
class Listener {
public:
    Listener(Terminal& terminal, const TrainingRun& run, const Words& words, std::string family)
        : terminal_(terminal), run_(run), reader_(words.out) {
        info_.family = std::move(family);
        info_.settings = run.request();
    }

    void remarks() {
        const std::vector<std::string> all = run_.remarks();
        for (; heard_ < all.size(); ++heard_) terminal_.remark(all[heard_]);
    }

    /// What the log shows by now.
    void findings() {
        reader_.read_more();
        const auto finding = diagnose(info_, reader_.curves());
        if (!finding || !found_.insert(finding->what.pattern).second) return;
        terminal_.remark(finding->what.text());
        terminal_.event(Json{{"event", "finding"},
                             {"what", finding->what.text()},
                             {"why", finding->why.text()},
                             {"setting", finding->setting},
                             {"value", finding->value}});
    }

private:
    Terminal& terminal_;
    const TrainingRun& run_;
    RunInfo info_;
    CurveReader reader_;
    std::size_t heard_ = 0;
    std::set<std::string> found_;
};

/// What it takes, as it was estimated and as it was.
class Bill {
public:
    explicit Bill(const TrainingRun& run) : bytes_(run.expected_bytes()) {}

    void add(Terminal& terminal, const StepReport& report) {
        if (!began_) began_ = report;
        last_ = report;
        const double trained = report.active_seconds - began_->active_seconds;
        if (seconds_ > 0 || trained < seconds_to_tell || report.images_per_second <= 0) return;
        seconds_ = trained + double(report.images_total - report.images_seen) /
                                 (double(report.images_seen - began_->images_seen) / trained);
        terminal.remark("Estimated: " + duration_text(seconds_) + " and up to " + memory(bytes_) +
                        " of memory.");
    }

    /// Once it is finished, or was stopped.
    void show(Terminal& terminal, const std::string& device) const {
        if (!began_) return;
        const double seconds = last_->active_seconds - began_->active_seconds;
        const bool whole = last_->images_seen >= last_->images_total;
        const std::uint64_t bytes = device == "cpu" ? memory_peak() : device_memory(device).peak;
        std::string text = "Trained for " + duration_text(seconds);
        if (whole && seconds_ > 0) text += " (estimated: " + duration_text(seconds_) + ")";
        text += " in " + memory(bytes) + " of memory (estimated: " + memory(bytes_) + ").";
        terminal.remark(text);
        terminal.event(Json{{"event", "bill"},
                            {"seconds", seconds},
                            {"estimated_seconds", seconds_},
                            {"bytes", bytes},
                            {"estimated_bytes", bytes_}});
    }

private:
    static constexpr double seconds_to_tell = 10;
    static std::string memory(std::uint64_t bytes) {
        return figure_text(double(bytes) / 1e6) + " MB";
    }

    std::uint64_t bytes_;
    double seconds_ = 0;  // estimated in all; 0: not yet
    std::optional<StepReport> began_, last_;
};

/// Trains until the run is finished or Ctrl-C; what was learned is on disk when it returns.
void train(Terminal& terminal, TrainingRun& run, Listener& listener, Bill& bill) {
    std::int64_t seen = 0;
    while (!run.finished() && !terminal.stopped()) {
        const StepReport report = run.advance();
        seen = report.images_seen;
        show(terminal, report);
        listener.remarks();
        bill.add(terminal, report);
        if (run.preview_due()) {
            const fs::path file =
                run.make_preview([&](const Progress&) { return !terminal.stopped(); });
            if (!file.empty()) terminal.event(Json{{"event", "preview"}, {"file", file.string()}});
        }
        if (!run.save_due()) continue;
        save(terminal, run, seen);
        listener.findings();
    }
    save(terminal, run, seen);
    listener.findings();
}

Result run(Terminal& terminal, const Words& words, const Fields& machine) {
    const GenerateRequest wanted = options_from<GenerateRequest>(machine);
    const DeviceChoice device = use_device(wanted.device, wanted.threads);
    const auto training = words.resume ? resumed(words, machine) : started(words, machine);
    const TrainRequest settled = options_from<TrainRequest>(training->request());
    const bool same = device.device == settled.device;  // a run goes on where it began
    terminal.remark((same ? device : use_device(settled.device, int(settled.threads))).why.text());
    Listener listener(terminal, *training, words, read_run(words.out).family);
    Bill bill(*training);
    listener.remarks();
    train(terminal, *training, listener, bill);
    bill.show(terminal, settled.device);
    const bool stopped = !training->finished();
    const fs::path model = fs::path(words.out) / "model";
    Result result{.stopped = stopped, .seed = settled.seed};
    if (fs::exists(model)) result.files.push_back(model);
    if (stopped)
        terminal.remark("Go on with: daguerre train --resume --out " + words.out);
    else
        terminal.line("The model is in " + model.string() + ". Use it: daguerre generate " +
                      words.out + " --out images");
    return result;
}

}  // namespace

Command train_command() {
    return {
        "train", "Train a model on a dataset", [](CLI::App& app) -> Run {
            const auto words = std::make_shared<Words>();
            app.add_option("DATASET", words->dataset,
                           "a known id, a folder with IDX, CIFAR or .npy files, a folder, zip or "
                           "tar of images, or one photo");
            app.add_option("--family", words->family, "what to train")->type_name("ID");
            app.add_option("--out", words->out, "folder of the run")->type_name("RUN")->required();
            app.add_option("--config", words->config, "JSON file of keys and values")
                ->type_name("FILE");
            app.add_option("--set", words->set, "set a key; may stand more than once")
                ->type_name("KEY=VALUE")
                ->expected(1)
                ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            app.add_option("--images", words->images, "training images to see in all")
                ->type_name("N");
            app.add_flag("--resume", words->resume, "go on with the run in --out");
            app.footer([words] { return help_of_families(*words); });
            return [words](Terminal& terminal, const Fields& machine) {
                return run(terminal, *words, machine);
            };
        }};
}

}  // namespace daguerre
