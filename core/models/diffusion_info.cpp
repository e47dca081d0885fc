// What a model of the diffusion family says of itself.
#include "core/base/json.h"
#include "core/models/diffusion.h"

namespace daguerre {
namespace {

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

}  // namespace

ModelInfo diffusion_info(const DiffusionSetup& setup, const Json& about, const std::string& id,
                         std::string sha256) {
    const UNetConfig& network = setup.network;
    ModelInfo info;
    info.id = id;
    info.title = text_at(about, "title").empty() ? id : text_at(about, "title");
    info.family = "diffusion";
    info.width = info.height = network.sample_size;
    info.channels = network.in_channels;
    info.parameters = parameter_count(network);
    info.images_seen = whole_at(about, "images_seen");
    info.run = text_at(about, "run");
    info.sha256 = std::move(sha256);
    info.remarks = setup.remarks;
    const Json data = about.is_object() && about.contains("dataset") ? about["dataset"] : Json();
    info.dataset = text_at(data, "id");
    info.dataset_sha256 = text_at(data, "sha256");
    info.licence = text_at(data, "licence");
    const int embeddings = network.num_class_embeds;
    if (embeddings == 0) return info;
    if (about.is_object() && about.contains("classes") && about["classes"].is_array())
        for (const Json& name : about["classes"])
            info.classes.push_back(name.is_string() ? name.get<std::string>() : name.dump());
    const auto names = int(info.classes.size());
    info.null_class = names > 0 && embeddings == names + 1;
    if (info.null_class || names == embeddings) return info;
    info.classes.clear();
    for (int i = 0; i < embeddings; ++i) info.classes.push_back(std::to_string(i));
    return info;
}

ModelInfo peek_diffusion_model(const std::filesystem::path& folder, const std::string& id) {
    const DiffusersFolder read = read_diffusers_folder(folder);
    return diffusion_info(read.setup, read.about, id, "");
}

}  // namespace daguerre
