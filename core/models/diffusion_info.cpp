// What a model of the diffusion family says of itself.
#include "core/base/json.h"
#include "core/models/diffusion.h"
#include "core/models/model_files.h"

namespace daguerre {
ModelInfo diffusion_info(const DiffusionSetup& setup, const Json& about, const std::string& id,
                         std::string sha256) {
    const UNetConfig& network = setup.network;
    ModelInfo info = info_from(about, id, std::move(sha256));
    info.family = "diffusion";
    info.width = info.height = network.sample_size;
    info.channels = network.in_channels;
    info.parameters = parameter_count(network);
    info.remarks = setup.remarks;
    const int embeddings = network.num_class_embeds;
    if (embeddings == 0) info.classes.clear();
    if (embeddings == 0) return info;
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
