#include "core/models/model_library.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/table.h"
#include "core/image/image.h"
#include "core/models/single_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr int compared = 4;
constexpr std::int64_t compared_steps = 4;
constexpr std::size_t longest_name = 100;  // bytes

fs::path own_models() { return home_folder() / "models"; }

std::string text_at(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string()
               ? json[key].get<std::string>()
               : "";
}

Json about_of(const fs::path& folder) {
    try {
        return read_json(folder / "daguerre.json");
    } catch (const Error&) {  // Python made it, or it is broken, which opening will say
        return {};
    }
}

void read_files(const fs::path& folder, ModelFacts& facts) {
    std::error_code error;
    std::string weights;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code ignored;
        if (!at->is_regular_file(ignored)) continue;
        const std::uintmax_t size = at->file_size(ignored);
        if (ignored) continue;
        facts.bytes += size;
        if (at->path().extension() != ".safetensors" && at->path().extension() != ".bin") continue;
        const fs::file_time_type time = at->last_write_time(ignored);
        facts.written = std::max(facts.written, time);
        weights += at->path().string() + " " + std::to_string(size) + " " +
                   std::to_string(time.time_since_epoch().count()) + "\n";
    }
    facts.key = facts.weights_sha256.empty() ? sha256_of(weights) : facts.weights_sha256;
}

/// The newest preview of a run; its name is the number of images.
fs::path newest_preview(const fs::path& run) {
    fs::path newest;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(run / "previews", error))
        if (entry.path().extension() == ".png" && entry.path().filename() > newest.filename())
            newest = entry.path();
    return newest;
}

bool taken(const std::string& name) {
    std::error_code error;
    const std::vector<std::string> known = ids(known_models());
    return std::find(known.begin(), known.end(), name) != known.end() ||
           fs::exists(fs::symlink_status(own_models() / name, error));
}

std::string free_name(const std::string& wish) {
    std::string name = wish;
    for (int number = 2; taken(name); ++number) name = wish + "-" + std::to_string(number);
    return name;
}

/// false: stopped.
bool copy_files(const fs::path& from, const fs::path& to, const OnProgress& on_progress) {
    Progress progress;
    progress.what = "file";
    for (const auto& entry : fs::recursive_directory_iterator(from))
        progress.total += entry.is_regular_file();
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        const fs::path there = to / fs::relative(entry.path(), from);
        if (entry.is_directory()) fs::create_directories(there);
        if (!entry.is_regular_file()) continue;
        if (on_progress && !on_progress(progress)) return false;
        fs::copy_file(entry.path(), there);
        ++progress.done;
    }
    return true;
}

struct Stopped {};

std::vector<Image> test_pictures(const Model& model, const OnProgress& on_progress) {
    const GenerateRequest request{.count = compared, .seed = 0};
    Fields own = model.generate_fields();
    if (find_field(own, "steps")) set_field(own, "steps", compared_steps);
    std::vector<Image> images = model.generate(request, own, on_progress);
    if (std::int64_t(images.size()) < request.count) throw Stopped();
    return images;
}

void check_name(const std::string& name) {
    if (name.empty() || name.size() > longest_name || name[0] == '.' ||
        name.find_first_of("/\\\n\"") != std::string::npos)
        throw Error(
            "“{name}” can't be the name of a model. Take up to {n} letters, digits, spaces or "
            "dashes, not beginning with a dot.",
            {{"name", name}, {"n", longest_name}});
    if (taken(name))
        throw Error("There is a model “{name}” already. Take another name.", {{"name", name}});
}

}  // namespace

ModelFacts model_facts(const fs::path& folder) {
    ModelFacts facts;
    const Json about = about_of(folder);
    facts.weights_sha256 = text_at(about, "weights_sha256");
    facts.command = text_at(about, "command");
    if (about.is_object() && about.contains("settings") && about["settings"].is_object())
        for (const auto& [key, value] : about["settings"].items())
            facts.settings.emplace_back(
                key, value.is_string() ? value.get<std::string>() : value.dump());
    read_files(folder, facts);
    std::error_code error;
    const fs::path parent = fs::weakly_canonical(folder, error).parent_path();
    if (folder.filename() == "model" && fs::exists(parent / "run.json", error)) facts.run = parent;
    if (fs::exists(folder / "samples.png", error)) facts.samples = folder / "samples.png";
    if (facts.samples.empty() && !facts.run.empty()) facts.samples = newest_preview(facts.run);
    return facts;
}

std::string import_model(const fs::path& folder, bool link, const OnProgress& on_progress) {
    std::error_code error;
    const fs::path from = fs::weakly_canonical(model_folder(folder.string()), error);
    if (from.parent_path() == fs::weakly_canonical(own_models(), error))
        throw Error("“{name}” is among your models already.", {{"name", from.filename()}});
    const std::shared_ptr<const Model> model = open_model(from.string());
    const bool file = fs::is_regular_file(from, error);
    if (file && link)
        throw Error("“{from}” is one file. Import it: a link needs a model folder.",
                    {{"from", from}});
    const std::string name = free_name(model->info().id);
    fs::create_directories(own_models(), error);
    const fs::path to = own_models() / name;
    if (link) {
        fs::create_directory_symlink(from, to, error);
        if (error)
            throw Error("No link to “{from}” could be made in “{folder}”: {why}.",
                        {{"from", from}, {"folder", own_models()}, {"why", error.message()}});
        return name;
    }
    if (file) {
        model->save(to);
        return name;
    }
    require_free_space(own_models(), model_facts(from).bytes);
    try {
        replace_folder(to, [&](const fs::path& part) {
            if (!copy_files(from, part, on_progress)) throw Stopped();
        });
    } catch (const Stopped&) {
        return "";
    } catch (const fs::filesystem_error& failure) {
        throw Error("“{from}” could not be copied: {why}.",
                    {{"from", from}, {"why", failure.code().message()}});
    }
    return name;
}

int export_model(const Model& model, const fs::path& folder, const OnProgress& on_progress) {
    std::error_code error;
    if (fs::exists(folder, error))
        throw Error("“{folder}” exists already. Choose a name that isn't taken.",
                    {{"folder", folder}});
    try {
        const std::vector<Image> before = test_pictures(model, on_progress);
        if (is_weights_name(folder))
            write_single_file(model, folder);
        else
            model.save(folder);
        const std::vector<Image> after = test_pictures(*open_model(folder.string()), on_progress);
        for (int i = 0; i < compared; ++i)
            if (before[std::size_t(i)].pixels != after[std::size_t(i)].pixels)
                throw Error(
                    "“{folder}” was written and removed again: read back, picture {i} of {n} came "
                    "out different. Please report it.",
                    {{"folder", folder}, {"i", i + 1}, {"n", compared}});
        return compared;
    } catch (const Stopped&) {
        fs::remove_all(folder, error);
        return 0;
    } catch (...) {
        fs::remove_all(folder, error);
        throw;
    }
}

void require_own(const ModelEntry& entry) {
    if (entry.bundled)
        throw Error("“{name}” came with the program and stays as it is.", {{"name", entry.id}});
    if (!model_facts(entry.folder).run.empty())
        throw Error(
            "“{name}” is the model of a run and goes by its name. Export it for one of its "
            "own, or remove the run in Train.",
            {{"name", entry.id}});
}

void rename_model(const std::string& id, const std::string& name) {
    const std::vector<ModelEntry> known = known_models();
    const ModelEntry& entry = row_named(known, id, "model");
    require_own(entry);
    if (name == id) return;
    check_name(name);
    std::error_code error;
    fs::rename(entry.folder, entry.folder.parent_path() / name, error);
    if (error)
        throw Error("“{name}” could not be renamed: {why}.",
                    {{"name", id}, {"why", error.message()}});
}

}  // namespace daguerre
