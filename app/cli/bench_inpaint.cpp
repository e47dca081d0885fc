#include "app/cli/bench_inpaint.h"

#include <chrono>
#include <ctime>
#include <filesystem>

#include "app/cli/fill_gates.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/base/number_list.h"
#include "core/base/table.h"
#include "core/image/image_file.h"
#include "core/image/threads.h"
#include "core/inpaint/bench_masks.h"
#include "core/inpaint/bench_photos.h"
#include "core/inpaint/fill.h"
#include "core/inpaint/fill_figures.h"
#include "core/models/diffusion_fill.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

/// The plainest fill: every pixel of the hole is the mean of the known ones.
Filling fill_by_mean(const Area& area, const OnProgress&) {
    const auto channels = std::size_t(area.colours.channels);
    std::vector<double> sum(channels, 0);
    double known = 0;
    for (std::size_t i = 0; i < area.hole.pixels.size(); ++i) {
        if (area.hole.pixels[i] != std::byte(0)) continue;
        ++known;
        for (std::size_t c = 0; c < channels; ++c) sum[c] += area.colours.values[i * channels + c];
    }
    Filling filling;
    filling.colours = area.colours;
    for (std::size_t i = 0; i < filling.colours.values.size(); ++i)
        if (area.hole.pixels[i / channels] != std::byte(0))
            filling.colours.values[i] = float(sum[i % channels] / known);
    return filling;
}

struct Engine {
    std::string id;
    Inpainter inpainter;
};

Inpainter by_model(const InpaintBenchOptions& options, const Fields& machine) {
    const auto request = options_from<GenerateRequest>(machine);
    const std::shared_ptr<const Model> model = model_to_fill_with(options.model, request);
    return model_inpainter(model, request, model->complete_fields());
}

/// ns, telea and mean, then those that are named, or all that need no model.
std::vector<Engine> engines_of(const InpaintBenchOptions& options, const Fields& machine) {
    std::vector<std::string> ids{"ns", "telea", "mean"}, named = words_in(options.engines, ',');
    if (named.empty())
        for (const InpainterRow& row : inpainters())
            if (row.make && row.id != "preview") named.push_back(row.id);
    for (const std::string& id : named)
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    std::vector<Engine> engines;
    for (const std::string& id : ids) {
        if (id == "mean") {
            engines.push_back({id, fill_by_mean});
            continue;
        }
        const InpainterRow& row = row_named(inpainters(), id, "engine");
        engines.push_back({id, row.make ? row.make(row.fields ? row.fields() : Fields{})
                                        : by_model(options, machine)});
    }
    return engines;
}

/// A hole in a photo, and what the results say of it.
struct Trial {
    Tiles photo, mask;
    Json about;  // event, mask or scene, photo, size, hole
};

Trial trial_of(const Image& photo, const Image& mask, Json about) {
    Trial trial{Tiles(photo), Tiles(mask), std::move(about)};
    trial.about["size"] = {photo.width, photo.height};
    const auto hole = std::ranges::count(mask.pixels, std::byte(255));
    trial.about["hole"] = double(hole) / double(mask.pixels.size());
    return trial;
}

class InpaintBench {
public:
    InpaintBench(Terminal& terminal, const InpaintBenchOptions& options, const Fields& machine)
        : terminal_(terminal), options_(options), engines_(engines_of(options, machine)) {
        if (options.masks != "none")
            for (const std::string& id : words_in(options.masks, ','))
                kinds_.push_back(&row_named(bench_masks(), id, "kind of mask"));
    }

    void measure_photos();
    void measure_scenes();
    void judge();

private:
    struct Fill {
        Image picture;
        Json line;
    };
    bool stopped() const { return terminal_.stopped(); }
    Fill fill_once(const Trial& trial, const Engine& engine, std::int64_t seed);
    std::vector<Fill> fills_of(const Trial& trial, const Engine& engine, const Image& truth,
                               const Image& mask);
    void measure(const BenchMask& kind, const fs::path& file, const Image& photo, int number);
    void print(const Json& line);

    Terminal& terminal_;
    const InpaintBenchOptions& options_;
    std::vector<Engine> engines_;
    std::vector<const BenchMask*> kinds_;
    FillTally tally_;
    bool warm_ = false;
};

void InpaintBench::print(const Json& line) {
    tally_.add(line);
    terminal_.measurement(line);
}

InpaintBench::Fill InpaintBench::fill_once(const Trial& trial, const Engine& engine,
                                           std::int64_t seed) {
    FillRequest request;
    request.engine = engine.id;
    request.seed = seed;
    forget_memory_peak();
    const std::clock_t cpu = std::clock();
    const auto began = std::chrono::steady_clock::now();
    auto asked = began;
    std::chrono::duration<double, std::milli> quiet{0};
    const auto ask = [&] {
        const auto now = std::chrono::steady_clock::now();
        quiet = std::max<decltype(quiet)>(quiet, now - std::exchange(asked, now));
        return !stopped();
    };
    const FillResult result = fill(trial.photo, trial.mask, {}, engine.inpainter, request,
                                   [&](const Progress&) { return ask(); });
    ask();
    const std::chrono::duration<double> taken = asked - began;
    Fill done{{}, trial.about};
    done.line["engine"] = engine.id;
    done.line["seed"] = seed;
    done.line["outside_changed"] = result.outside_changed;
    done.line["seconds"] = taken.count();
    done.line["quiet_ms"] = quiet.count();
    done.line["cpu_seconds"] = double(std::clock() - cpu) / CLOCKS_PER_SEC;
    done.line["peak_mb"] = double(memory_peak()) / 1e6;
    if (!result.remarks.empty()) done.line["remarks"] = Json::array();
    for (const Sentence& remark : result.remarks) done.line["remarks"].push_back(remark.text());
    done.picture = result.photo.image();
    return done;
}

/// One fill a variant, with the figures. Empty when stopped.
std::vector<InpaintBench::Fill> InpaintBench::fills_of(const Trial& trial, const Engine& engine,
                                                       const Image& truth, const Image& mask) {
    std::vector<Fill> fills;
    std::vector<Image> pictures;
    for (std::int64_t i = 0; i < options_.variants; ++i) {
        fills.push_back(fill_once(trial, engine, options_.seed + i));
        if (stopped()) return {};
        pictures.push_back(fills.back().picture);
    }
    const std::optional<double> spread = spread_of(pictures, mask);
    for (Fill& fill : fills) {
        const FillFigures figures = fill_figures(fill.picture, truth, mask);
        for (const FillFigureRow& row : fill_figure_rows()) {
            const std::optional<double> value = figures.*row.of;
            fill.line[row.id] = value ? Json(*value) : Json();
        }
        if (options_.variants > 1) fill.line["spread"] = spread ? Json(*spread) : Json();
        print(fill.line);
    }
    return fills;
}

void InpaintBench::measure(const BenchMask& kind, const fs::path& file, const Image& photo,
                           int number) {
    const Image truth = bench_photo(photo, kind.square);
    const Image mask = bench_mask(kind, {truth.width, truth.height}, std::uint64_t(options_.seed),
                                  std::uint64_t(number));
    const Trial trial = trial_of(truth, mask,
                                 {{"event", "result"},
                                  {"engine", ""},
                                  {"photo", file.filename().string()},
                                  {"mask", kind.id},
                                  {"seed", 0}});
    std::vector<std::pair<std::string, Image>> sheet{{"photo", truth},
                                                     {kind.id, with_hole_shown(truth, mask)}};
    for (const Engine& engine : engines_) {
        if (!warm_) fill_once(trial, engine, options_.seed);
        const std::vector<Fill> fills = fills_of(trial, engine, truth, mask);
        if (stopped()) return;
        if (engine.id != "ns" && engine.id != "mean")
            sheet.emplace_back(engine.id, fills.front().picture);
    }
    warm_ = true;
    if (options_.sheet.empty()) return;
    write_image(fs::path(options_.sheet) / (kind.id + "-" + file.stem().string() + ".png"),
                bench_sheet(sheet));
}

void InpaintBench::measure_photos() {
    if (kinds_.empty()) return;
    const std::vector<fs::path> files = bench_photos(options_.photos, options_.data);
    for (const fs::path& file : files) peek(file);  // before hours of work
    const double total = double(files.size() * kinds_.size());
    double done = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const Image photo = read_image(files[i]);
        for (const BenchMask* kind : kinds_) {
            terminal_.progress({.done = done++, .total = total, .what = "holes"});
            measure(*kind, files[i], photo, int(i));
            if (stopped()) return;
        }
    }
}

void InpaintBench::measure_scenes() {
    for (const BenchSceneRow& row : bench_scenes()) {
        const fs::path file = fs::path(options_.data) / "photos" / row.photo;
        if (options_.data.empty() || !fs::exists(file))
            throw Error(
                "The scene “{scene}” is made of “{photo}” in the folder “photos” of the one that "
                "--data names, and it isn't there.",
                {{"scene", row.id}, {"photo", row.photo}});
        const BenchScene scene = row.make(read_image(file));
        const Trial trial =
            trial_of(scene.photo, scene.mask,
                     {{"event", "scene"}, {"engine", ""}, {"scene", row.id}, {"seed", 0}});
        for (const Engine& engine : engines_) {
            terminal_.progress({.what = "scene " + row.id + " by " + engine.id});
            fill_once(trial, engine, options_.seed);
            if (stopped()) return;
            const Fill fill = fill_once(trial, engine, options_.seed);
            if (stopped()) return;
            print(fill.line);
        }
    }
}

void InpaintBench::judge() {
    for (const Json& line : tally_.summaries()) terminal_.measurement(line);
    std::string failed;
    for (const Json& line : tally_.gates()) {
        terminal_.measurement(line);
        if (line["event"] == "gate" && line["pass"] == false)
            failed += (failed.empty() ? "" : ", ") + line["name"].get<std::string>();
    }
    if (!failed.empty())
        throw Error("These gates failed: {gates}. The lines above have the numbers.",
                    {{"gates", failed}});
}

}  // namespace

Result bench_inpaint(Terminal& terminal, const InpaintBenchOptions& options,
                     const Fields& machine) {
    use_pixel_threads(int(std::get<std::int64_t>(find_field(machine, "threads")->value)));
    InpaintBench bench(terminal, options, machine);
    bench.measure_photos();
    if (options.scenes && !terminal.stopped()) bench.measure_scenes();
    if (!terminal.stopped()) bench.judge();
    return {.stopped = terminal.stopped(), .seed = options.seed};
}

}  // namespace daguerre
