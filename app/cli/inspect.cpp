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
#include "core/models/single_file.h"

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

/// How many images each class has, and those without one; null for more classes than one reads.
Json images_by_class(const Dataset& dataset) {
    constexpr std::size_t readable = 100;
    const DatasetInfo& info = dataset.info();
    if (info.classes.empty() || info.classes.size() > readable) return {};
    std::vector<std::int64_t> counts(info.classes.size() + 1);
    for (std::int64_t i = 0; i < info.count; ++i) {
        const int label = dataset.label(i);
        ++counts[label < 0 ? info.classes.size() : std::size_t(label)];
    }
    Json object = Json::object();
    for (std::size_t k = 0; k < info.classes.size(); ++k) object[info.classes[k]] = counts[k];
    if (counts.back() > 0) object["(none)"] = counts.back();
    return object;
}

Json images_by_split(const std::string& name, const DatasetInfo& info) {
    if (info.splits.size() < 2) return {};
    Json object = Json::object();
    for (const std::string& split : info.splits)
        object[split] = split == info.split ? info.count : open_dataset(name, split)->info().count;
    return object;
}

/// What opening found broken; with `all`, what reading every image finds.
Json problems(Terminal& terminal, const Dataset& dataset, bool all) {
    const DatasetInfo& info = dataset.info();
    Json list = Json::array();
    const auto add = [&](const std::string& name, const std::string& reason) {
        list.push_back(reason.find(name) == std::string::npos ? name + ": " + reason : reason);
    };
    if (!all)
        for (const BrokenFile& file : info.left_out) add(file.name, file.reason);
    for (std::int64_t i = 0; all && i < info.count && !terminal.stopped(); ++i) {
        terminal.progress({double(i), double(info.count), "images"});
        try {
            dataset.at(i);
        } catch (const Error& error) {
            add("image " + std::to_string(i), error.what());
        }
    }
    return list;
}

Json about_dataset(Terminal& terminal, const std::string& name, bool all) {
    const auto dataset = open_dataset(name);
    const DatasetInfo& info = dataset->info();
    return {{"id", info.id},
            {"title", info.title},
            {"split", info.split},
            {"images", info.count},
            {"images_by_split", images_by_split(name, info)},
            {"width", info.width},
            {"height", info.height},
            {"channels", info.channels},
            {"classes", info.classes},
            {"images_by_class", images_by_class(*dataset)},
            {"mirror_safe", info.mirror_safe},
            {"licence", info.licence},
            {"source", info.source},
            {"sha256", info.sha256},
            {"problems", problems(terminal, *dataset, all)}};
}

bool is_archive(const fs::path& file) { return file.extension() == ".zip" || has_tar_suffix(file); }

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

Result run(Terminal& terminal, const std::string& name, bool all) {
    const fs::path path = name;
    if (!fs::exists(path)) {
        for (const ModelEntry& entry : known_models())
            if (entry.id == name)
                return show(terminal, "model", entry.folder, about_model(*open_model(name))),
                       Result{};
        if (has_image_suffix(path) || path.has_parent_path())
            throw Error("There is no file or folder “{name}”.", {{"name", name}});
        show(terminal, "dataset", name, about_dataset(terminal, name, all));
    } else if (fs::is_regular_file(path) && is_weights_name(path)) {
        show(terminal, "model", path, about_model(*open_model(name)));
    } else if (fs::is_regular_file(path) && !is_archive(path)) {
        show(terminal, "image", path, about_image(path));
    } else if (fs::exists(path / "run.json")) {
        show(terminal, "run", path, about_run(path));
    } else if (is_model_folder(path)) {
        show(terminal, "model", path, about_model(*open_model(name)));
    } else {
        show(terminal, "dataset", path, about_dataset(terminal, name, all));
    }
    return {.stopped = terminal.stopped()};
}

}  // namespace

Command inspect_command() {
    return {"inspect", "What an image, a model, a run or a dataset says about itself",
            [](CLI::App& app) -> Run {
                const auto name = std::make_shared<std::string>();
                app.add_option("FILE|DIR", *name, "what to look at; an id will do too")->required();
                const auto all = std::make_shared<bool>(false);
                app.add_flag("--all", *all, "of a dataset: read every image to find broken ones");
                return [name, all](Terminal& terminal, const Fields&) {
                    return run(terminal, *name, *all);
                };
            }};
}

}  // namespace daguerre
