#include "core/models/open_model.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/table.h"
#include "core/models/diffusers_folder.h"
#include "core/models/families.h"
#include "core/models/single_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

bool is_model_folder(const fs::path& folder) {
    std::error_code error;
    return is_diffusers_folder(folder) || fs::is_regular_file(folder / "daguerre.json", error);
}

/// What a folder says its family is; a diffusers folder needn't say.
std::string family_named(const fs::path& folder) {
    if (const fs::path about = folder / "daguerre.json"; fs::exists(about)) {
        const Json json = read_json(about);
        if (json.is_object() && json.contains("family") && json["family"].is_string())
            return json["family"];
    }
    return "diffusion";
}

/// The same for a list: "" where it can't be read.
std::string family_in(const fs::path& folder) {
    try {
        return family_named(folder);
    } catch (const std::exception&) {
        return "";
    }
}

std::vector<ModelEntry> models_in(const fs::path& folder, bool bundled) {
    std::vector<ModelEntry> entries;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (is_model_folder(entry.path()))
            entries.push_back(
                {entry.path().filename().string(), entry.path(), bundled, family_in(entry.path())});
    const auto rank = [](const ModelEntry& entry) {
        return entry.id == "digits" ? 0 : entry.id == "fashion" ? 1 : 2;
    };
    std::sort(entries.begin(), entries.end(), [&](const ModelEntry& a, const ModelEntry& b) {
        return std::pair(rank(a), a.id) < std::pair(rank(b), b.id);
    });
    return entries;
}

/// What a model in this folder is called: a run's model has the name of the run.
std::string id_of(const fs::path& folder) {
    const fs::path whole = fs::weakly_canonical(folder);
    const bool of_run = whole.filename() == "model" && fs::exists(whole.parent_path() / "run.json");
    if (is_weights_name(whole)) return whole.stem().string();
    return (of_run ? whole.parent_path() : whole).filename().string();
}

/// The newest models of the user's runs, by the runs' names.
std::vector<ModelEntry> models_of_runs() {
    std::vector<ModelEntry> entries;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(home_folder() / "runs", error))
        if (const fs::path folder = entry.path() / "model"; is_model_folder(folder))
            entries.push_back({entry.path().filename().string(), folder, false, family_in(folder)});
    std::sort(entries.begin(), entries.end(),
              [](const ModelEntry& a, const ModelEntry& b) { return a.id < b.id; });
    return entries;
}

const Family& family_of(const fs::path& folder) {
    const std::string family = family_named(folder);
    for (const Family& row : families())
        if (row.id == family) return row;
    throw Error("“{folder}” holds a model of the family “{family}”, which this version can't open.",
                {{"folder", folder}, {"family", family}});
}

}  // namespace

bool makes_images(const ModelEntry& entry) {
    for (const Family& family : families())
        if (family.id == entry.family) return family.generate_fields != nullptr;
    return true;  // opening it will tell
}

std::vector<ModelEntry> known_models() {
    std::vector<ModelEntry> all = models_in(resources_folder() / "models", true);
    const auto add = [&](std::vector<ModelEntry> more) {
        for (ModelEntry& own : more) {
            const bool taken = std::any_of(all.begin(), all.end(), [&](const ModelEntry& entry) {
                return entry.id == own.id;
            });
            if (!taken) all.push_back(std::move(own));
        }
    };
    add(models_in(home_folder() / "models", false));
    add(models_of_runs());
    return all;
}

fs::path model_folder(std::string_view name) {
    const std::vector<ModelEntry> known = known_models();
    for (const ModelEntry& entry : known)
        if (entry.id == name) return entry.folder;
    const fs::path folder{name};
    if (is_model_folder(folder)) return folder;
    std::error_code error;
    if (is_weights_name(folder) && fs::is_regular_file(folder, error)) return folder;
    if (fs::exists(folder / "run.json", error)) {
        if (is_model_folder(folder / "model")) return folder / "model";
        throw Error("The run “{folder}” has no model yet; it is written when the run is saved.",
                    {{"folder", folder}});
    }
    if (fs::exists(folder, error))
        throw Error(
            "“{folder}” is no model: it holds neither unet/config.json nor config.json nor "
            "daguerre.json.",
            {{"folder", folder}});
    const std::string close = nearest(name, ids(known));
    throw UnknownWord(
        "There is no model or folder “{name}”.{close}",
        {{"name", name}, {"close", close.empty() ? close : " Did you mean “" + close + "”?"}});
}

std::shared_ptr<const Model> open_model(std::string_view name) {
    const fs::path folder = model_folder(name);
    return family_of(folder).load(folder, id_of(folder));
}

ModelInfo peek_model(std::string_view name) {
    const fs::path folder = model_folder(name);
    return family_of(folder).peek(folder, id_of(folder));
}

}  // namespace daguerre
