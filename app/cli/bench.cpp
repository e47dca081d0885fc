#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "app/cli/bench_inpaint.h"
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/start_time.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/base/table.h"
#include "core/models/open_model.h"
#include "core/models/pixel_speed.h"
#include "core/models/sampler_speed.h"
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
    std::string samplers = "all";
    std::int64_t steps = 10;

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
        visit(samplers, {.key = "samplers",
                         .label = "Samplers",
                         .help = "sample: which ones are timed too: all, none or one id"});
        visit(steps, {.key = "steps",
                      .label = "Steps",
                      .help = "sample: of each sampler",
                      .min = 2,
                      .max = 1000});
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

SpeedRequest speed_request(const BenchOptions& options, const Fields& machine) {
    const auto wanted = options_from<GenerateRequest>(machine);
    SpeedRequest request{.config = options.config,
                         .batch = int(options.batch),
                         .size = int(options.size),
                         .calls = int(options.calls),
                         .precision = wanted.precision,
                         .device = use_device(wanted.device, wanted.threads)};
    if (options.config.empty()) request.config = model_folder(options.model) / "unet/config.json";
    return request;
}

Result bench_network(Terminal& terminal, const std::string& what, const BenchOptions& options,
                     const Fields& machine) {
    const SpeedRequest request = speed_request(options, machine);
    const DeviceChoice& device = request.device;
    terminal.remark(device.why.text());
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
              {"device", device.device},
              {"device_name", device.name},
              {"threads", device.threads},
              {"ms_per_call", ms},
              {"images_per_s", request.batch / seconds},
              {"gflops", speed.gflops_per_call / seconds},
              {"peak_rss_mib", mebibytes(memory_peak())}};
    if (device.device != "cpu") line["peak_device_mib"] = mebibytes(speed.peak_bytes);
    if (options.busy > 0) line["busy"] = options.busy;
    terminal.measurement(line);
    return {.stopped = terminal.stopped()};
}

Result bench_samplers(Terminal& terminal, const BenchOptions& options, const Fields& machine) {
    if (options.samplers == "none") return {};
    const SpeedRequest request = speed_request(options, machine);
    const std::string one = options.samplers == "all" ? "" : options.samplers;
    for (const SamplerSpeed& speed :
         sampler_speeds(request, one, int(options.steps), terminal.on_progress()))
        terminal.measurement(Json{{"what", "sampler"},
                                  {"sampler", speed.sampler},
                                  {"steps", options.steps},
                                  {"calls", speed.calls},
                                  {"ms_per_call", speed.ms_per_call},
                                  {"overhead_percent", 100 * speed.overhead}});
    return {.stopped = terminal.stopped()};
}

Result bench_pixels(Terminal& terminal, const BenchOptions& options, const Fields& machine) {
    const auto wanted = options_from<GenerateRequest>(machine);
    const DeviceChoice device = use_device(wanted.device, wanted.threads);
    terminal.remark(device.why.text());
    const PixelSpeed speed =
        pixel_speed(int(options.batch), int(options.calls), device, terminal.on_progress());
    if (speed.draw_ms.empty()) return {.stopped = true};
    const Json draw = spread_of(speed.draw_ms), pass = spread_of(speed.pass_ms);
    const double kept = draw["median"].get<double>(),
                 naive = pass["median"].get<double>() * speed.passes;
    terminal.measurement(Json{{"what", "pixels"},
                              {"batch", options.batch},
                              {"device", device.device},
                              {"threads", device.threads},
                              {"draw_ms", draw},
                              {"pass_ms", pass},
                              {"images_per_s", double(options.batch) * 1000 / kept},
                              {"times_naive", naive / kept}});
    return {.stopped = terminal.stopped()};
}

/// What can be measured, and with which options.
struct What {
    std::string id;
    Fields (*fields)();
    Result (*run)(Terminal&, const Fields& options, const Fields& machine);
};

const std::vector<What>& measurements() {
    static constexpr auto network_fields = [] { return fields_of<BenchOptions>(); };
    static const std::vector<What> rows{
        {"start", network_fields,
         [](Terminal& terminal, const Fields& options, const Fields&) {
             return bench_start(terminal, options_from<BenchOptions>(options));
         }},
        {"sample", network_fields,
         [](Terminal& terminal, const Fields& options, const Fields& machine) {
             const auto own = options_from<BenchOptions>(options);
             const Result calls = bench_network(terminal, "sample", own, machine);
             return calls.stopped ? calls : bench_samplers(terminal, own, machine);
         }},
        {"train", network_fields,
         [](Terminal& terminal, const Fields& options, const Fields& machine) {
             return bench_network(terminal, "train", options_from<BenchOptions>(options), machine);
         }},
        {"pixels", network_fields,
         [](Terminal& terminal, const Fields& options, const Fields& machine) {
             return bench_pixels(terminal, options_from<BenchOptions>(options), machine);
         }},
        {"inpaint", [] { return fields_of<InpaintBenchOptions>(); },
         [](Terminal& terminal, const Fields& options, const Fields& machine) {
             return bench_inpaint(terminal, options_from<InpaintBenchOptions>(options), machine);
         }},
    };
    return rows;
}

/// The options of all measurements.
Fields all_fields() {
    Fields fields;
    for (const What& what : measurements())
        for (const Field& field : what.fields())
            if (!find_field(fields, field.key)) fields.push_back(field);
    return fields;
}

Result run(Terminal& terminal, const std::string& what, const FieldOptions& given,
           const Fields& machine) {
    const What& row = row_named(measurements(), what, "measurement");
    Fields fields = row.fields();
    given.take(fields, "bench " + what);
    return row.run(terminal, fields, machine);
}

}  // namespace

Command bench_command() {
    return {"bench", "The project's own measurements, one JSON line each",
            [](CLI::App& app) -> Run {
                const auto what = std::make_shared<std::string>();
                app.add_option("WHAT", *what,
                               "start: until the programs are ready; sample: calls of "
                               "a network and what samplers add; train: steps of training; "
                               "pixels: drawing with a PixelCNN beside a whole pass a "
                               "pixel; inpaint: fills of holes whose truth is known")
                    ->required();
                const FieldOptions given(app, all_fields());
                return [what, given](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *what, given, machine);
                };
            }};
}

}  // namespace daguerre
