#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/datasets.h"
#include "core/image/image_file.h"
#include "core/image/record.h"
#include "core/models/open_model.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

/// Members of a JSON object, one a line, inner objects indented.
void show_lines(Terminal& terminal, const Json& object, const std::string& indent = "") {
    for (const auto& [key, value] : object.items()) {
        if (value.is_null() || (value.is_array() && value.empty())) continue;
        if (value.is_object()) {
            terminal.line(indent + key + ":");
            show_lines(terminal, value, indent + "  ");
        } else {
            terminal.line(indent + key + ": " +
                          (value.is_string() ? value.get<std::string>() : value.dump()));
        }
    }
}

void show(Terminal& terminal, const char* kind, const fs::path& what, Json object) {
    Json whole{{"event", "about"}, {"kind", kind}, {"path", what.string()}};
    whole.update(object);
    terminal.event(whole);
    whole.erase("event");
    show_lines(terminal, whole);
}

Json about_record(const Metadata& metadata) {
    const auto record = record_of(metadata);
    if (!record) return {};
    Json made = Json::object();
    if (!record->title.empty()) made["title"] = record->title;
    for (const auto& [key, value] : record->parameters) made[key] = value;
    if (!record->daguerre.empty()) made["daguerre"] = Json::parse(record->daguerre, nullptr, false);
    if (made.contains("daguerre") && made["daguerre"].is_discarded()) made.erase("daguerre");
    return made;
}

Json about_image(const fs::path& file) {
    const ImageInfo info = peek(file);
    const Metadata metadata = read_image(file).metadata;
    Json text = Json::object();
    for (const auto& [key, value] : metadata.text)
        if (key != "parameters" && key != "daguerre") text[key] = value;
    Json about{{"format", info.format},
               {"width", info.width},
               {"height", info.height},
               {"channels", info.channels},
               {"bits", info.depth},
               {"frames", info.frames},
               {"icc_bytes", metadata.icc.size()},
               {"exif_bytes", metadata.exif.size()},
               {"xmp_bytes", metadata.xmp.size()}};
    if (!text.empty()) about["text"] = text;
    about["made"] = about_record(metadata);
    return about;
}

Json about_model(const Model& model) {
    const ModelInfo& info = model.info();
    return {{"id", info.id},
            {"title", info.title},
            {"family", info.family},
            {"width", info.width},
            {"height", info.height},
            {"channels", info.channels},
            {"classes", info.classes},
            {"knows_no_class", info.null_class},
            {"parameters", info.parameters},
            {"images_seen", info.images_seen},
            {"dataset", info.dataset},
            {"dataset_sha256", info.dataset_sha256},
            {"licence", info.licence},
            {"sha256", info.sha256},
            {"run", info.run},
            {"generate", json_of(model.generate_fields())},
            {"remarks", info.remarks}};
}

Json about_dataset(const DatasetInfo& info) {
    Json left_out = Json::array();
    for (const BrokenFile& file : info.left_out) left_out.push_back(file.name + ": " + file.reason);
    return {{"id", info.id},
            {"title", info.title},
            {"split", info.split},
            {"images", info.count},
            {"width", info.width},
            {"height", info.height},
            {"channels", info.channels},
            {"classes", info.classes},
            {"licence", info.licence},
            {"source", info.source},
            {"sha256", info.sha256},
            {"left_out", left_out}};
}

bool is_model_folder(const fs::path& folder) {
    for (const char* name : {"model_index.json", "daguerre.json", "config.json"})
        if (fs::exists(folder / name)) return true;
    return false;
}

Json about_run(const fs::path& folder) {
    std::int64_t previews = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "previews", error))
        previews += entry.path().extension() == ".png";
    Json about{{"request", read_json(folder / "run.json")}, {"previews", previews}};
    if (is_model_folder(folder / "model"))
        about["model"] = about_model(*open_model((folder / "model").string()));
    return about;
}

Result run(Terminal& terminal, const std::string& name) {
    const fs::path path = name;
    if (!fs::exists(path)) {
        for (const ModelEntry& entry : known_models())
            if (entry.id == name)
                return show(terminal, "model", entry.folder, about_model(*open_model(name))),
                       Result{};
        if (has_image_suffix(path) || path.has_parent_path())
            throw Error("There is no file or folder “{name}”.", {{"name", name}});
        show(terminal, "dataset", name, about_dataset(open_dataset(name)->info()));
    } else if (fs::is_regular_file(path) && path.extension() != ".zip") {
        show(terminal, "image", path, about_image(path));
    } else if (fs::exists(path / "run.json")) {
        show(terminal, "run", path, about_run(path));
    } else if (is_model_folder(path)) {
        show(terminal, "model", path, about_model(*open_model(name)));
    } else {
        show(terminal, "dataset", path, about_dataset(open_dataset(name)->info()));
    }
    return {};
}

}  // namespace

Command inspect_command() {
    return {"inspect", "What an image, a model, a run or a dataset says about itself",
            [](CLI::App& app) -> Run {
                const auto name = std::make_shared<std::string>();
                app.add_option("FILE|DIR", *name, "what to look at; an id will do too")->required();
                return [name](Terminal& terminal, const Fields&) { return run(terminal, *name); };
            }};
}

}  // namespace daguerre
