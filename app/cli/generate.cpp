#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/outputs.h"
#include "app/cli/step_files.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/image/film.h"
#include "core/image/image_file.h"
#include "core/models/open_model.h"
#include "core/models/reproduce.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

// Images made between two times of writing into a folder; a multiple of every size of chunk that a
// network is run on, so that no call is wasted.
constexpr std::int64_t slice_of_images = 64;

struct Words {
    std::string model, out, film, steps, start, tensors;
    FieldOptions request, sampling;
};

/// count, seed and class; the rest of the request every command has.
Fields request_fields() {
    Fields fields;
    for (const Field& field : fields_of<GenerateRequest>())
        if (field.key == "count" || field.key == "seed" || field.key == "class")
            fields.push_back(field);
    return fields;
}

/// Before work starts: whether an output can be written where it is wanted.
void check_output(const fs::path& path, bool is_file, const fs::path& model) {
    require_writable(path, is_file);
    const fs::path place = fs::weakly_canonical(path);
    if (std::mismatch(model.begin(), model.end(), place.begin(), place.end()).first == model.end())
        throw Error("“{path}” lies in the model's own folder. Choose another place.",
                    {{"path", path}});
}

void check_tensors(const Words& words, const fs::path& model) {
    if (fs::path(words.tensors).extension() != ".safetensors")
        throw Error("“{file}” can't be written. Let it end in .safetensors.",
                    {{"file", words.tensors}});
    check_output(words.tensors, true, model);
    if (!words.start.empty() &&
        fs::weakly_canonical(words.tensors) == fs::weakly_canonical(words.start))
        throw Error("--start and --save-tensors both name “{file}”. Save under another name.",
                    {{"file", words.start}});
}

void check_outputs(const Words& words, const fs::path& model_folder) {
    const fs::path model = fs::weakly_canonical(model_folder);
    check_output(words.out, has_image_suffix(words.out), model);
    if (!words.steps.empty()) check_output(words.steps, false, model);
    if (!words.tensors.empty()) check_tensors(words, model);
    if (words.film.empty()) return;
    if (!is_film(words.film))
        throw Error("“{film}” can't be written as a film. Let it end in .gif, .png or .mp4.",
                    {{"film", words.film}});
    check_output(words.film, true, model);
    if (fs::weakly_canonical(words.film) == fs::weakly_canonical(words.out))
        throw Error("--film and --out both name “{file}”. Give the film another name.",
                    {{"file", words.film}});
}

/// Everything that is held until the end must fit.
void check_memory(const Words& words, const ModelInfo& info, std::int64_t count,
                  const Fields& sampling) {
    const double image = double(info.width) * info.height * info.channels;
    double need =
        has_image_suffix(words.out) || !words.film.empty() ? 3 * image * double(count) : 0;
    const Field* steps = find_field(sampling, "steps");
    if (!words.film.empty() && steps)
        need += 2 * image * double(count) * double(std::get<std::int64_t>(steps->value));
    if (need < double(memory_available()) / 2) return;
    throw Error(
        "{n} images at once would take {need} MB of memory. Make fewer, or let --out name a folder "
        "and leave out --film.",
        {{"n", count}, {"need", std::int64_t(need / 1e6)}});
}

/// One request on its way to files.
class Making {
public:
    Making(Terminal& terminal, const Words& words, std::shared_ptr<const Model> model,
           const GenerateRequest& request, const Fields& sampling, TensorFiles tensors)
        : terminal_(terminal),
          words_(words),
          model_(std::move(model)),
          request_(request),
          sampling_(sampling),
          tensors_(std::move(tensors)) {}

    Result make() {
        Result result{.seed = request_.seed};
        while (made_ < request_.count && !result.stopped) {
            const std::int64_t left = request_.count - made_;
            const std::int64_t wanted =
                walks() || in_tensors() ? left : std::min(slice_of_images, left);
            std::vector<Image> images = make_slice(wanted);
            result.stopped = std::int64_t(images.size()) < wanted;
            keep(images, result.files);
        }
        finish(result.files);
        return result;
    }

private:
    /// Its images are the frames of one film, and hang on how many there are.
    bool walks() const { return model_->bond(sampling_) != Bond::None; }
    /// One file starts, or keeps, all of them.
    bool in_tensors() const { return tensors_.start || !tensors_.save.empty(); }
    bool whole_file() const { return has_image_suffix(words_.out); }

    std::vector<Image> make_slice(std::int64_t count) {
        GenerateRequest slice = request_;
        slice.count = count;
        slice.seed = seed_of(request_, made_);
        const OnProgress on_progress = [&](const Progress& at) {
            const double share = at.total > 0 ? double(at.done) / double(at.total) : 0;
            if (at.preview) {
                terminal_.progress({.done = double(made_) + share * double(count),
                                    .total = double(request_.count),
                                    .what = "images"});
                if (!words_.film.empty() || !words_.steps.empty()) take_step(at.preview());
            }
            return !terminal_.stopped();
        };
        if (in_tensors()) return generate(*model_, slice, sampling_, tensors_, on_progress);
        return model_->generate(slice, sampling_, on_progress);
    }

    void take_step(const Preview& preview) {
        if (!words_.film.empty() && !walks()) frames_.keep(preview, made_);
        if (!words_.steps.empty()) write_steps(words_.steps, preview, made_);
    }

    /// Into the folder at once; for one file and a film, until the end.
    void keep(std::vector<Image>& images, std::vector<fs::path>& files) {
        for (Image& image : images) {
            if (!whole_file()) {
                const fs::path file = fs::path(words_.out) / (numbered(made_) + ".png");
                write_image(file, image);
                told(file, seed_of(request_, made_));
                files.push_back(file);
            }
            if (whole_file() || !words_.film.empty()) images_.push_back(std::move(image));
            ++made_;
        }
    }

    void finish(std::vector<fs::path>& files) {
        if (!words_.steps.empty() && fs::exists(words_.steps)) files.push_back(words_.steps);
        if (made_ > 0 && !tensors_.save.empty()) {
            told(tensors_.save, request_.seed);
            files.push_back(tensors_.save);
        }
        if (images_.empty()) return;
        if (whole_file()) {
            Image sheet = square_of(images_);
            sheet.metadata = images_.front().metadata;
            write_image(words_.out, sheet);
            told(words_.out, request_.seed);
            files.push_back(words_.out);
        }
        if (words_.film.empty()) return;
        // The images are finished, so a Ctrl-C from before must not cost their film.
        const auto record = record_of(images_.front().metadata);
        const std::vector<Image> frames = walks() ? images_ : frames_.frames(images_);
        write_film(words_.film, frames, {}, record ? &*record : nullptr,
                   [](const Progress&) { return true; });
        told(words_.film, request_.seed);
        files.push_back(words_.film);
    }

    void told(const fs::path& file, std::int64_t seed) {
        terminal_.event(Json{{"event", "file"}, {"file", file.string()}, {"seed", seed}});
    }

    Terminal& terminal_;
    const Words& words_;
    std::shared_ptr<const Model> model_;
    GenerateRequest request_;
    Fields sampling_;
    TensorFiles tensors_;
    std::int64_t made_ = 0;
    std::vector<Image> images_;
    FilmFrames frames_;
};

std::string summary(std::size_t files, const Words& words) {
    if (files == 0) return "Nothing was finished, so nothing was written.";
    std::string text = words.out;
    if (!words.film.empty()) text += "\n" + words.film;
    if (!words.steps.empty()) text += "\n" + words.steps;
    if (!words.tensors.empty()) text += "\n" + words.tensors;
    return text;
}

/// What is given and wanted in tensors; the start says how many images there are.
TensorFiles tensor_files(const Words& words, GenerateRequest& request) {
    TensorFiles files{.save = words.tensors};
    if (words.start.empty()) return files;
    files.start = read_start_tensors(words.start);
    const std::int64_t count = count_of(*files.start);
    if (words.request.named("count") && request.count != count)
        throw Error("--count is {count}, and “{file}” starts {n} images. Leave --count out.",
                    {{"count", request.count}, {"file", words.start}, {"n", count}});
    request.count = count;
    return files;
}

Result run(Terminal& terminal, const Words& words, const Fields& machine) {
    Fields fields = fields_of<GenerateRequest>();
    for (const Field& field : machine) set_field(fields, field.key, field.value);
    words.request.take(fields, "generate");
    auto request = options_from<GenerateRequest>(fields);
    const fs::path folder = model_folder(words.model);
    check_outputs(words, folder);

    const DeviceChoice device = use_device(request.device, request.threads);
    const auto model = open_model(words.model);
    const TensorFiles tensors = tensor_files(words, request);
    Fields sampling = model->generate_fields();
    words.sampling.take(sampling, words.model);
    class_of(model->info(), request, 0);  // throws for a class it doesn't know
    check_memory(words, model->info(), request.count, sampling);
    terminal.remark(device.why.text());
    for (const std::string& remark : model->info().remarks) terminal.remark(remark);

    const Result result = Making(terminal, words, model, request, sampling, tensors).make();
    terminal.line(summary(result.files.size(), words));
    return result;
}

}  // namespace

Command generate_command() {
    return {"generate", "Make images with a model", [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option("MODEL", words->model,
                               "a bundled id, a model folder, a diffusers folder or a run")
                    ->required();
                app.add_option("--out", words->out,
                               "an image file (several images become a grid), or a folder that "
                               "gets 0000.png, 0001.png, ...")
                    ->type_name("FILE|DIR")
                    ->required();
                words->request = FieldOptions(app, request_fields());
                words->sampling = FieldOptions(app, sampling_fields());
                app.add_option("--film", words->film, "film of the steps: .gif, .png or .mp4")
                    ->type_name("FILE");
                app.add_option("--save-steps", words->steps,
                               "folder that gets each step of each image as PNG")
                    ->type_name("DIR");
                app.add_option("--start", words->start,
                               "start from the noise of this file: x [images, channels, height, "
                               "width], noise.0, noise.1, ... for samplers that draw it, "
                               "class_labels; float32 is the precision then")
                    ->type_name("FILE.safetensors");
                app.add_option("--save-tensors", words->tensors,
                               "file that gets x and the clean guess of every step as numbers")
                    ->type_name("FILE.safetensors");
                return [words](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *words, machine);
                };
            }};
}

}  // namespace daguerre
