#include "core/training/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/models/families.h"
#include "core/models/train_request.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t newest_checkpoints = 3;

std::string numbered(std::int64_t images_seen) {
    const std::string digits = std::to_string(images_seen);
    return std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits;
}

std::string text_at(const Json& json, const char* key, const fs::path& file) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_string())
        throw Error("“{file}” doesn't describe a run: “{key}” is missing.",
                    {{"file", file}, {"key", key}});
    return json[key].get<std::string>();
}

/// Removes those that nothing speaks for.
void drop_checkpoints(const fs::path& folder) {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path());
    std::erase_if(all, [](const fs::path& each) {  // what a kill left half copied goes
        return each.filename().string().starts_with('.') && fs::remove_all(each) > 0;
    });
    std::sort(all.begin(), all.end());
    std::vector<std::optional<double>> losses;
    for (const fs::path& each : all) losses.push_back(test_loss_of(each / "state.safetensors"));
    const std::size_t best = best_of(losses);
    for (std::size_t i = 0; i + newest_checkpoints < all.size(); ++i)
        if (i != best && !fs::exists(all[i] / kept_mark)) fs::remove_all(all[i]);
}

/// Whether a folder holds more than a start that was killed at once leaves: a lock, and a run.json
/// that was being written.
bool holds_something(const fs::path& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name != "lock" && !(name.starts_with(".run.") && name.ends_with(".part.json")))
            return true;
    }
    return error && fs::exists(folder);
}

}  // namespace

void check_new_run(const fs::path& folder) {
    if (holds_something(folder))
        throw Error(
            "“{folder}” exists already. Choose another name, or go on with the run in it: daguerre "
            "train --resume --out {folder}.",
            {{"folder", folder}});
}

std::unique_ptr<FileLock> new_run(const fs::path& folder, const RunRequest& request) {
    try {
        auto lock = std::make_unique<FileLock>(RunFolder{folder}.lock(), folder.string());
        write_run(folder, request);
        return lock;
    } catch (...) {
        std::error_code ignored;
        fs::remove(RunFolder{folder}.lock(), ignored);
        fs::remove(folder, ignored);
        throw;
    }
}

std::optional<double> test_loss_of(const fs::path& state) try {
    return test_loss_of(read_safetensors_metadata(state));
} catch (const std::exception&) {
    return std::nullopt;
}

std::optional<double> test_loss_of(const std::map<std::string, std::string>& metadata) try {
    const auto found = metadata.find("test_loss");
    if (found == metadata.end()) return std::nullopt;
    const double loss = std::stod(found->second);
    return std::isfinite(loss) ? std::optional(loss) : std::nullopt;
} catch (const std::exception&) {  // no number
    return std::nullopt;
}

std::size_t best_of(const std::vector<std::optional<double>>& losses) {
    std::size_t best = losses.size();
    for (std::size_t i = 0; i < losses.size(); ++i)
        if (losses[i] && (best == losses.size() || *losses[i] < *losses[best])) best = i;
    return best;
}

Fields train_fields(const std::string& family) {
    Fields fields = fields_of<TrainRequest>();
    for (Field& field : row_named(families(), family, "family").train_fields())
        fields.push_back(std::move(field));
    return fields;
}

void check_format(std::int64_t format, const fs::path& file) {
    if (format <= run_format) return;
    throw Error(
        "“{file}” was written by a newer version of Daguerre (format {n}; this version reads up to "
        "{known}). Update Daguerre to go on with this run; nothing was changed.",
        {{"file", file}, {"n", format}, {"known", run_format}});
}

RunRequest read_run(const fs::path& folder) {
    const fs::path file = folder / "run.json";
    if (!fs::exists(file))
        throw Error("“{folder}” holds no run: there is no run.json in it.", {{"folder", folder}});
    const Json json = read_json(file);
    if (json.is_object() && json.contains("format") && json["format"].is_number_integer())
        check_format(json["format"].get<std::int64_t>(), file);
    RunRequest request{text_at(json, "dataset", file),
                       text_at(json, "family", file),
                       text_at(json, "dataset_sha256", file),
                       {},
                       {}};
    request.settings = train_fields(request.family);
    if (!json.contains("settings") || !json.contains("given") || !json["given"].is_object())
        throw Error("“{file}” doesn't describe a run: its settings are missing.", {{"file", file}});
    set_from_json(request.settings, json["settings"], file.string());
    for (const auto& [key, value] : json["given"].items())
        request.given.emplace_back(key,
                                   value.is_string() ? value.get<std::string>() : value.dump());
    return request;
}

void write_run(const fs::path& folder, const RunRequest& request) {
    Json given = Json::object();
    for (const auto& [key, value] : request.given) given[key] = value;
    write_json(folder / "run.json", Json{{"format", run_format},
                                         {"program", "daguerre " DAGUERRE_VERSION},
                                         {"dataset", request.dataset},
                                         {"dataset_sha256", request.dataset_sha256},
                                         {"family", request.family},
                                         {"given", given},
                                         {"settings", json_of(request.settings)}});
}

std::string command_of(const RunRequest& request, const fs::path& folder) {
    const std::vector<std::string> known = ids(datasets());
    const bool by_id = std::find(known.begin(), known.end(), request.dataset) != known.end();
    std::string command =
        "daguerre train " +
        (by_id ? request.dataset : fs::path(request.dataset).filename().string()) + " --family " +
        request.family + " --out " + folder.filename().string();
    for (const auto& [key, value] : request.given) command += " --set " + key + "=" + value;
    return command;
}

fs::path RunFolder::preview(std::int64_t images_seen) const {
    return folder / "previews" / (numbered(images_seen) + ".png");
}

fs::path RunFolder::raw_preview(std::int64_t images_seen) const {
    return folder / "previews" / "raw" / (numbered(images_seen) + ".png");
}

fs::path RunFolder::reconstruction(std::int64_t images_seen) const {
    return folder / "reconstructions" / (numbered(images_seen) + ".png");
}

void RunFolder::note_failure(std::int64_t images_seen, const Sentence& why) const noexcept {
    try {
        write_json(failure(), Json{{"images", images_seen}, {"why", why.text()}});
    } catch (const std::exception&) {  // a full disk may be the very reason
    }
}

std::string RunFolder::noted_failure() const {
    std::error_code error;
    if (!fs::is_regular_file(failure(), error)) return "";
    try {
        return text_at(read_json(failure()), "why", failure());
    } catch (const Error& unreadable) {
        return unreadable.what();
    }
}

void RunFolder::keep_checkpoint(std::int64_t images_seen) const {
    const fs::path kept = folder / "checkpoints";
    const fs::path marked = kept / numbered(images_seen) / kept_mark;
    replace_folder(kept / numbered(images_seen), [&](const fs::path& temporary) {
        try {
            if (fs::exists(marked)) std::ofstream(temporary / kept_mark);
            fs::copy_file(state(), temporary / "state.safetensors");
            fs::copy(model(), temporary / "model", fs::copy_options::recursive);
        } catch (const fs::filesystem_error& error) {
            if (error.code() == std::errc::no_space_on_device ||
                error.code() == std::errc::file_too_large)
                throw Error("“{folder}” is full: no checkpoint could be kept there.",
                            {{"folder", folder / "checkpoints"}});
            throw Error("A checkpoint can't be kept in “{folder}”: {why}.",
                        {{"folder", folder / "checkpoints"}, {"why", error.code().message()}});
        }
    });
    drop_checkpoints(kept);
}

}  // namespace daguerre
