#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "app/cli/command.h"
#include "app/cli/fill_film.h"
#include "app/cli/options.h"
#include "app/cli/outputs.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/film.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/image/threads.h"
#include "core/inpaint/fill_files.h"
#include "core/models/diffusion_fill.h"
#include "core/models/families.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t seeds = 1ll << 32;

struct Words {
    std::string image, mask, out, copy_from, never_copy, film, report;
    bool skip_done = false;
    FieldOptions request, variants, engine, image_class;
};

Fields variants_field() {
    return {Field{.key = "variants",
                  .label = "Variants",
                  .help = "fill so many times, with seeds that count up; files get -0, -1, ...",
                  .min = 1,
                  .max = 1000,
                  .value = std::int64_t(1),
                  .standard = std::int64_t(1)}};
}

/// What any engine takes; the chosen one has the last word.
Fields engine_fields() {
    Fields fields;
    for (const InpainterRow& row : inpainters()) add_new(fields, row.fields);
    for (const Family& family : families()) add_new(fields, family.complete_fields);
    return fields;
}

const InpainterRow& engine_row(const FillRequest& request) {
    return row_named(inpainters(), request.engine, "engine");
}

Fields class_field() {
    const Fields fields = fields_of<GenerateRequest>();
    return {*find_field(fields, "class")};
}

FillSettings settings_of(const Words& words, const Fields& machine) {
    Fields fields = fields_of<FillRequest>();
    words.request.take(fields, "inpaint");
    const auto fill = options_from<FillRequest>(fields);
    const InpainterRow& row = engine_row(fill);
    for (const auto& [file, option] :
         {std::pair(&words.copy_from, "--copy-from"), std::pair(&words.never_copy, "--never-copy")})
        if (!row.copies && !file->empty())
            throw Error(
                "“{engine}” copies nothing from the photo. Leave out {option}, or choose another "
                "engine.",
                {{"engine", row.id}, {"option", option}});
    if (row.make && !fill.model.empty())
        throw Error(
            "“{engine}” fills without a model. Leave out --model, or choose another engine.",
            {{"engine", row.id}});
    if (row.make) {
        Fields options = row.fields ? row.fields() : Fields();
        words.engine.take(options, row.id);
        words.image_class.take(options, row.id);  // only models know classes
        return engine_settings(fill, std::move(options));
    }
    Fields of_model = machine;
    of_model.push_back(class_field().front());
    words.image_class.take(of_model, fill.model);
    const auto request = options_from<GenerateRequest>(of_model);
    const std::shared_ptr<const Model> model = model_to_fill_with(fill.model, request);
    Fields own = model->complete_fields();
    words.engine.take(own, row.id);
    return model_settings(model, fill, request, own);
}

std::string text_of(const FillRow& row) {
    return "Outside the mask: " + std::to_string(row.outside_changed) + " of " +
           std::to_string(row.outside_bytes) + " bytes changed";
}

/// How much two fills of one hole differ, in greys.
double difference(const std::vector<Patch>& a, const std::vector<Patch>& b, std::int64_t pixels) {
    double sum = 0;
    int colours = 3;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        const Image one = to_depth(a[i].pixels, 8), other = to_depth(b[i].pixels, 8);
        colours = std::min(one.channels, 3);
        for (std::size_t p = 0; p < one.pixels.size(); ++p)
            sum += std::abs(int(one.pixels[p]) - int(other.pixels[p]));
    }
    return sum / double(std::max<std::int64_t>(pixels, 1) * colours);
}

/// All photos on their way through the engine.
class Work {
public:
    Work(Terminal& terminal, const Words& words, FillSettings settings, std::int64_t variants,
         FillFiles files)
        : terminal_(terminal),
          words_(words),
          settings_(std::move(settings)),
          base_seed_(settings_.request.seed),
          variants_(variants),
          numbered_(variants > 1),
          files_(std::move(files)) {}

    Result run() {
        for (const LeftOut& left_out : files_.left_out) terminal_.remark(left_out.why.text());
        for (const FillFile& file : files_.files) {
            fill_variants(file);
            if (result_.stopped) break;
            ++finished_;
        }
        write_report();
        if (many()) terminal_.line(counts());
        if (failed_ > 0)
            result_.failure = many() ? std::to_string(failed_) + " of " +
                                           std::to_string(files_.files.size()) +
                                           " photos could not be filled."
                                     : rows_.back().error.text();
        return std::move(result_);
    }

private:
    bool many() const { return files_.files.size() > 1 || fs::is_directory(words_.image); }

    /// One broken photo is told, and the rest goes on.
    void fill_variants(const FillFile& file) {
        FillRow row;
        row.file = file;
        row.request = settings_.request;
        try {
            std::optional<FillSource> source;
            std::vector<Patch> last;
            for (std::int64_t i = 0; i < variants_ && !result_.stopped; ++i)
                fill_variant(file, i, source, last);
        } catch (const Error& error) {
            row.state = FillRow::State::Failed;
            row.error = error.sentence();
            ++failed_;
            if (many()) terminal_.failure(file.photo.filename().string() + ": " + row.error.text());
            keep(row);
        }
    }

    void fill_variant(const FillFile& file, std::int64_t i, std::optional<FillSource>& source,
                      std::vector<Patch>& last) {
        settings_.request.seed = (base_seed_ + i) % seeds;
        FillFile wanted = file;
        if (numbered_) wanted.out = numbered_file(file.out, i);
        if (words_.skip_done && is_done(wanted, settings_)) {
            FillRow row;
            row.file = wanted;
            row.request = settings_.request;
            row.state = FillRow::State::Skipped;
            ++skipped_;
            keep(row);
            return;
        }
        if (!source) source = read_source(file);
        std::optional<FillFilm> film;
        if (!words_.film.empty()) film.emplace(source->photo, source->mask);
        std::vector<Patch> patches;
        const FillRow row = fill_to(
            wanted.out, *source, settings_, [&](const Progress& at) { return go_on(at, i, film); },
            [&](Rect area) {
                if (film) film->enter(area);
            },
            &patches);
        if (row.state == FillRow::State::Stopped) {
            result_.stopped = true;
            return;
        }
        ++done_;
        keep(row);
        if (film) write_film_of(*film, *source, patches, i);
        if (!last.empty())
            terminal_.remark("This variant differs from the one before by " +
                             figure_text(difference(last, patches, row.hole_pixels)) +
                             " of 255 greys on average.");
        last = std::move(patches);
    }

    bool go_on(const Progress& at, std::int64_t variant, std::optional<FillFilm>& film) {
        if (film && at.preview) film->take(at.preview());
        const double done = double(variant * at.total + at.done);
        const double total = double(std::max<std::int64_t>(variants_ * at.total, 1));
        if (many())
            terminal_.progress(
                {double(finished_) + done / total, double(files_.files.size()), "photos"});
        else
            terminal_.progress({done, total, "pixels"});
        return !terminal_.stopped();
    }

    void write_film_of(const FillFilm& film, const FillSource& source,
                       const std::vector<Patch>& patches, std::int64_t i) {
        Tiles filled = source.photo;
        for (const Patch& patch : patches) apply(filled, patch);
        const fs::path file = numbered_ ? numbered_file(words_.film, i) : fs::path(words_.film);
        write_film(file, film.frames(filled), {}, nullptr, [](const Progress&) { return true; });
        terminal_.event({{"event", "film"}, {"file", file.string()}});
        result_.files.push_back(file);
    }

    /// Tells a row and takes it into the report.
    void keep(const FillRow& row) {
        rows_.push_back(row);
        Json event{{"event", "file"}};
        event.update(json_of(row));
        terminal_.event(event);
        if (row.state == FillRow::State::Done) {
            result_.files.push_back(row.file.out);
            if (many())
                terminal_.line(row.file.out.string() + "  " + text_of(row));
            else
                terminal_.line(row.file.out.string() + "\n" + text_of(row));
            for (const Sentence& remark : row.remarks) tell_once(remark.text());
        }
        constexpr std::chrono::seconds pace{1};
        if (std::chrono::steady_clock::now() - reported_ >= pace) write_report();
    }

    /// In a folder the same remark would come a thousand times; the report has it for each file.
    void tell_once(const std::string& remark) {
        if (std::ranges::find(told_, remark) != told_.end()) return;
        told_.push_back(remark);
        terminal_.remark(remark);
    }

    void write_report() {
        if (words_.report.empty()) return;
        settings_.request.seed = base_seed_;
        write_json(words_.report, fill_report(settings_, variants_, rows_, files_.left_out));
        reported_ = std::chrono::steady_clock::now();
    }

    std::string counts() const {
        return std::to_string(done_) + " done, " + std::to_string(skipped_) + " skipped, " +
               std::to_string(failed_) + " failed";
    }

    Terminal& terminal_;
    const Words& words_;
    FillSettings settings_;
    std::int64_t base_seed_, variants_;
    bool numbered_;
    FillFiles files_;
    std::vector<FillRow> rows_;
    std::vector<std::string> told_;
    std::int64_t done_ = 0, skipped_ = 0, failed_ = 0, finished_ = 0;
    std::chrono::steady_clock::time_point reported_{};
    Result result_;
};

/// Before work starts: whether all that is wanted can be written, and doesn't lie over anything.
void check_outputs(const Words& words, const FillFiles& files) {
    require_writable(words.out, has_image_suffix(words.out) && !fs::is_directory(words.out));
    const auto must_be_apart = [&](const std::string& path, const char* option) {
        if (path.empty()) return;
        require_writable(path, true);
        const fs::path place = fs::weakly_canonical(path);
        for (const FillFile& file : files.files)
            for (const fs::path& other :
                 {file.photo, file.mask, file.only_from, file.never_from, file.out})
                if (!other.empty() && fs::weakly_canonical(other) == place)
                    throw Error("{option} names “{file}”, which is another file of this work.",
                                {{"option", option}, {"file", path}});
    };
    must_be_apart(words.film, "--film");
    must_be_apart(words.report, "--report");
    if (words.film.empty()) return;
    if (!is_film(words.film))
        throw Error("“{film}” can't be written as a film. Let it end in .gif, .png or .mp4.",
                    {{"film", words.film}});
    if (files.files.size() > 1)
        throw Error("--film is for one photo; “{image}” has {n} with a mask.",
                    {{"image", words.image}, {"n", files.files.size()}});
}

Result run(Terminal& terminal, const Words& words, const Fields& machine) {
    FillFiles files =
        match_files(words.image, words.mask, words.out, {words.copy_from, words.never_copy});
    check_outputs(words, files);
    FillSettings settings = settings_of(words, machine);
    Fields variants = variants_field();
    words.variants.take(variants, "inpaint");
    const auto count = std::get<std::int64_t>(variants.front().value);
    use_pixel_threads(int(std::get<std::int64_t>(find_field(machine, "threads")->value)));
    const InpainterRow& row = engine_row(settings.request);
    if (count > 1 && !row.varies)
        terminal.remark(row.title + " fills nearly the same with every seed. Dream varies.");
    const std::int64_t seed = settings.request.seed;
    Result result = Work(terminal, words, std::move(settings), count, std::move(files)).run();
    result.seed = seed;
    return result;
}

}  // namespace

Command inpaint_command() {
    return {"inpaint", "Fill the masked part of a photo, and nothing else",
            [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option("--image", words->image, "a photo, or a folder of photos")
                    ->type_name("FILE|DIR")
                    ->required();
                app.add_option("--mask", words->mask,
                               "white is filled: an image of the photo's size, or a folder of them "
                               "matched by name without suffix")
                    ->type_name("FILE|DIR")
                    ->required();
                app.add_option("--out", words->out,
                               "an image file, or a folder where results keep the photos' names")
                    ->type_name("FILE|DIR")
                    ->required();
                app.add_option("--copy-from", words->copy_from,
                               "white is where alone pieces may be copied from")
                    ->type_name("FILE|DIR");
                app.add_option("--never-copy", words->never_copy,
                               "white is where no piece may be copied from")
                    ->type_name("FILE|DIR");
                words->request = FieldOptions(app, fields_of<FillRequest>());
                words->engine = FieldOptions(app, engine_fields());
                words->image_class = FieldOptions(app, class_field());
                words->variants = FieldOptions(app, variants_field());
                app.add_option("--film", words->film, "film of the steps: .gif, .png or .mp4")
                    ->type_name("FILE");
                app.add_option("--report", words->report, "a JSON file with a row for each result")
                    ->type_name("FILE.json");
                app.add_flag("--skip-done", words->skip_done,
                             "leave out results that are there, of the same photo, mask and "
                             "settings: go on where it was stopped");
                return [words](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *words, machine);
                };
            }};
}

}  // namespace daguerre
