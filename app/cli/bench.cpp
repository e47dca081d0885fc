#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/start_time.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/models/open_model.h"
#include "core/models/speed.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

struct BenchOptions {
    std::string model = "digits";
    std::string config;
    std::int64_t batch = 16;
    std::int64_t size = 0;
    std::int64_t calls = 20;
    std::int64_t busy = 0;

    void each(auto&& visit) {
        visit(model, {.key = "model", .label = "Model", .help = "whose network is timed"});
        visit(config, {.key = "config",
                       .label = "Network",
                       .help = "config.json of a UNet2DModel, timed with random weights"});
        visit(batch,
              {.key = "batch", .label = "Batch", .help = "images a call", .min = 1, .max = 4096});
        visit(size, {.key = "size",
                     .label = "Size",
                     .help = "side of the images; 0: the network's own",
                     .max = 4096});
        visit(calls, {.key = "calls",
                      .label = "Calls",
                      .help = "how many are timed",
                      .min = 1,
                      .max = 100000});
        visit(busy, {.key = "busy",
                     .label = "Neighbours",
                     .help = "threads that spin beside the work",
                     .max = 1024});
    }
};

/// Threads that do nothing but take time from others, until they are destroyed.
class Neighbours {
public:
    explicit Neighbours(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i)
            threads_.emplace_back([this] {
                while (!enough_.load(std::memory_order_relaxed)) {
                }
            });
    }
    ~Neighbours() {
        enough_ = true;
        for (std::thread& thread : threads_) thread.join();
    }
    Neighbours(const Neighbours&) = delete;
    Neighbours& operator=(const Neighbours&) = delete;

private:
    std::atomic<bool> enough_ = false;
    std::vector<std::thread> threads_;
};

/// Median, least, greatest, n.
Json spread_of(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    const std::size_t n = ms.size();
    const double median = n % 2 ? ms[n / 2] : (ms[n / 2 - 1] + ms[n / 2]) / 2;
    return {{"median", median}, {"least", ms.front()}, {"greatest", ms.back()}, {"n", n}};
}

double mebibytes(std::uint64_t bytes) { return double(bytes) / (1 << 20); }

Result bench_start(Terminal& terminal, const BenchOptions& options) {
    for (const StartCase& start : start_cases()) {
        std::vector<double> ms;
        std::uint64_t peak = 0;
        for (std::int64_t i = 0; i < options.calls && !terminal.stopped(); ++i) {
            const StartTime time = time_start(start);
            ms.push_back(time.ms);
            peak = std::max(peak, time.peak_bytes);
            terminal.progress(
                {.done = double(i + 1), .total = double(options.calls), .what = "starts"});
        }
        if (ms.empty()) return {.stopped = true};
        terminal.measurement(Json{{"what", "start"},
                                  {"program", start.text()},
                                  {"ms_per_call", spread_of(ms)},
                                  {"peak_rss_mib", mebibytes(peak)}});
    }
    return {.stopped = terminal.stopped()};
}

Result bench_network(Terminal& terminal, const std::string& what, const BenchOptions& options,
                     const Fields& machine) {
    const auto wanted = options_from<GenerateRequest>(machine);
    const DeviceChoice device = use_device(wanted.device, wanted.threads);
    terminal.remark(device.why.text());
    SpeedRequest request{.config = options.config,
                         .batch = int(options.batch),
                         .size = int(options.size),
                         .calls = int(options.calls),
                         .precision = wanted.precision,
                         .device = device};
    if (options.config.empty()) request.config = model_folder(options.model) / "unet/config.json";
    const Neighbours neighbours(options.busy);
    const Speed speed =
        (what == "sample" ? sampling_speed : training_speed)(request, terminal.on_progress());
    if (speed.ms.empty()) return {.stopped = true};
    const Json ms = spread_of(speed.ms);
    const double seconds = ms["median"].get<double>() / 1000;
    const char* named = options.config.empty() ? "model" : "network";
    Json line{{"what", what},
              {named, options.config.empty() ? options.model : options.config},
              {"size", speed.size},
              {"batch", request.batch},
              {"precision", speed.precision},
              {"threads", device.threads},
              {"ms_per_call", ms},
              {"images_per_s", request.batch / seconds},
              {"gflops", speed.gflops_per_call / seconds},
              {"peak_rss_mib", mebibytes(memory_peak())}};
    if (options.busy > 0) line["busy"] = options.busy;
    terminal.measurement(line);
    return {.stopped = terminal.stopped()};
}

struct What {
    std::string id;
};

Result run(Terminal& terminal, const std::string& what, const FieldOptions& given,
           const Fields& machine) {
    row_named(std::vector<What>{{"start"}, {"sample"}, {"train"}}, what, "measurement");
    Fields fields = fields_of<BenchOptions>();
    given.take(fields, "bench");
    const auto options = options_from<BenchOptions>(fields);
    if (what == "start") return bench_start(terminal, options);
    return bench_network(terminal, what, options, machine);
}

}  // namespace

Command bench_command() {
    return {"bench", "The project's own measurements, one JSON line each",
            [](CLI::App& app) -> Run {
                const auto what = std::make_shared<std::string>();
                app.add_option("WHAT", *what,
                               "start: until the programs are ready; sample: calls of "
                               "a network; train: steps of training")
                    ->required();
                const FieldOptions given(app, fields_of<BenchOptions>());
                return [what, given](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *what, given, machine);
                };
            }};
}

}  // namespace daguerre
