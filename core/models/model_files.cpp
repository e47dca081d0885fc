#include "core/models/model_files.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/safetensors.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t largest_side = 1024;

std::string text_at(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string()
               ? json[key].get<std::string>()
               : "";
}

std::int64_t whole_at(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number_integer()
               ? json[key].get<std::int64_t>()
               : 0;
}

Json at(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) ? json[key] : Json();
}

Json setting(const Fields& settings, const char* key) {
    const Field* field = find_field(settings, key);
    if (!field) return {};
    return std::visit([](const auto& value) { return Json(value); }, field->value);
}

std::vector<std::string> classes_of(const Json& about) {
    std::vector<std::string> classes;
    if (const Json names = at(about, "classes"); names.is_array())
        for (const Json& name : names)
            classes.push_back(name.is_string() ? name.get<std::string>() : name.dump());
    return classes;
}

fs::path weights_file(const fs::path& folder) { return folder / "model.safetensors"; }

}  // namespace

Json description_of(const std::string& family, const Fields& settings, const DataShape& shape,
                    const Origin& origin) {
    const DatasetInfo& data = shape.dataset;
    Json classes = Json::array();
    for (const std::string& name : shape.classes) classes.push_back(name);
    return Json{
        {"format", 1},
        {"program", "daguerre " DAGUERRE_VERSION},
        {"family", family},
        {"title", data.title},
        {"command", origin.command},
        {"run", origin.run},
        {"images_seen", origin.images_seen},
        {"steps", origin.steps},
        {"seed", setting(settings, "seed")},
        {"ema", setting(settings, "ema")},
        {"image", {{"width", shape.size}, {"height", shape.size}, {"channels", shape.channels}}},
        {"classes", std::move(classes)},
        {"dataset",
         {{"id", data.id},
          {"title", data.title},
          {"split", data.split},
          {"count", data.count},
          {"mean", shape.mean},
          {"deviation", shape.deviation},
          {"sha256", data.sha256},
          {"licence", data.licence},
          {"source", data.source}}},
        {"settings", json_of(settings)}};
}

ModelInfo info_from(const Json& about, const std::string& id, std::string sha256) {
    ModelInfo info;
    info.id = id;
    info.title = text_at(about, "title").empty() ? id : text_at(about, "title");
    info.family = text_at(about, "family");
    const Json image = at(about, "image"), data = at(about, "dataset");
    info.width = int(whole_at(image, "width"));
    info.height = int(whole_at(image, "height"));
    info.channels = int(whole_at(image, "channels"));
    info.classes = classes_of(about);
    info.parameters = whole_at(about, "parameters");
    info.images_seen = whole_at(about, "images_seen");
    info.run = text_at(about, "run");
    info.sha256 = std::move(sha256);
    info.dataset = text_at(data, "id");
    info.dataset_sha256 = text_at(data, "sha256");
    info.licence = text_at(data, "licence");
    return info;
}

DataShape shape_from(const Json& about, const fs::path& file) {
    const Json image = at(about, "image"), data = at(about, "dataset");
    const std::int64_t side = whole_at(image, "width"), channels = whole_at(image, "channels");
    if (side < 1 || side > largest_side || whole_at(image, "height") != side ||
        (channels != 1 && channels != 3))
        throw Error(
            "“{file}” doesn't say which images the model makes: “image” needs a width and an equal "
            "height of up to {most} pixels, and 1 or 3 channels.",
            {{"file", file}, {"most", largest_side}});
    DataShape shape;
    shape.size = int(side);
    shape.channels = int(channels);
    shape.classes = classes_of(about);
    if (const Json mean = at(data, "mean"); mean.is_number()) shape.mean = mean;
    if (const Json deviation = at(data, "deviation"); deviation.is_number())
        shape.deviation = deviation;
    shape.dataset.id = text_at(data, "id");
    shape.dataset.title = text_at(data, "title");
    return shape;
}

Fields settings_from(const Json& about, Fields fields, const fs::path& file) {
    Json known = Json::object();
    const Json settings = at(about, "settings");
    for (const Field& field : fields)
        if (settings.is_object() && settings.contains(field.key))
            known[field.key] = settings[field.key];
    set_from_json(fields, known, file.string());
    return fields;
}

Json read_description(const fs::path& folder) {
    const Json about = read_json(folder / "daguerre.json");
    if (!about.is_object())
        throw Error("“{file}” isn't a description of a model.",
                    {{"file", folder / "daguerre.json"}});
    return about;
}

ModelFiles read_model_files(const fs::path& folder) {
    ModelFiles files{read_description(folder), {}, {}, {}};
    files.weights = read_safetensors(weights_file(folder)).weights;
    files.sha256 = sha256_of_file(weights_file(folder));
    if (const std::string named = text_at(files.about, "weights_sha256");
        !named.empty() && named != files.sha256)
        files.remarks.push_back("The weights aren't those that daguerre.json names.");
    return files;
}

void check_parameters(const ModelFiles& files, const fs::path& folder, std::int64_t parameters) {
    std::int64_t held = 0;
    for (const auto& [name, tensor] : files.weights) held += tensor.numel();
    if (held == parameters) return;
    throw Error(
        "“{file}” doesn't fit “{about}”: it holds {held} values, where a network of these settings "
        "has {n}.",
        {{"file", weights_file(folder)},
         {"about", folder / "daguerre.json"},
         {"held", held},
         {"n", parameters}});
}

void write_model_files(const fs::path& folder, Json about, const Weights& weights,
                       std::int64_t parameters) {
    replace_folder(folder, [&](const fs::path& temporary) {
        write_safetensors(weights_file(temporary), weights, {});
        about["parameters"] = parameters;
        about["weights_sha256"] = sha256_of_file(weights_file(temporary));
        write_json(temporary / "daguerre.json", about);
    });
}

Record record_of_image(const ModelInfo& info, const GenerateRequest& request, const Fields& own,
                       std::int64_t i, const Numerics& numerics, Parameters line) {
    const int index = class_of(info, request, i);
    const std::uint32_t seed = seed_of(request, i);
    Record record;
    record.title = index < 0 ? "" : info.classes[std::size_t(index)];
    line.emplace_back("Seed", std::to_string(seed));
    line.emplace_back("Size", std::to_string(info.width) + "x" + std::to_string(info.height));
    if (!info.sha256.empty()) line.emplace_back("Model hash", info.sha256.substr(0, 10));
    line.insert(line.end(), {{"Model", info.id}, {"RNG", "CPU"}});
    if (!record.title.empty()) line.emplace_back("Class", record.title);
    line.emplace_back("Version", "Daguerre " DAGUERRE_VERSION);
    record.parameters = std::move(line);

    Json made{{"model", info.id}, {"count", 1}, {"seed", seed}};
    if (!info.classes.empty()) made["class"] = record.title.empty() ? "none" : record.title;
    made.update(json_of(own));
    Json model{{"id", info.id}, {"family", info.family}};
    if (!info.sha256.empty()) model["sha256"] = info.sha256;
    model["images_seen"] = info.images_seen;
    Json json{{"format", 1},
              {"program", "daguerre " DAGUERRE_VERSION},
              {"kind", "generate"},
              {"request", made},
              {"model", model}};
    if (!info.dataset.empty())
        json["dataset"] = {{"id", info.dataset}, {"sha256", info.dataset_sha256}};
    if (!info.run.empty()) json["run"] = info.run;
    json["numerics"] = {{"device", numerics.device.device == "cpu" ? "cpu" : "cuda"},
                        {"precision", numerics.precision},
                        {"threads", numerics.device.threads},
                        {"torch", DAGUERRE_LIBTORCH_VERSION}};
    record.daguerre = json.dump();
    return record;
}

Parameters parameters_of(const Fields& own) {
    Parameters line;
    for (const Field& field : own) line.emplace_back(field.label, text_of(field.value));
    return line;
}

}  // namespace daguerre
