// Opening a model of the diffusion family, and what it says of itself.
#include "core/base/json.h"
#include "core/models/diffusion.h"
#include "core/models/model_files.h"
#include "core/nn/weight_files.h"

namespace daguerre {
namespace fs = std::filesystem;

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

std::shared_ptr<const Model> load_diffusion_model(const fs::path& folder, const std::string& id) {
    DiffusersFolder read = read_diffusers_folder(folder);
    const Weights weights = read_weights(read.weights);
    if (!weights.contains("conv_in.weight")) refuse_other_layout(weights, read.weights);
    UNet network(read.setup.network);
    const std::vector<std::string> unknown = load_into(*network, weights, read.weights.string());
    if (!unknown.empty())
        read.setup.remarks.push_back(
            std::to_string(unknown.size()) +
            " weights of the file have no place in the network, such as “" + unknown[0] + "”.");
    const std::string sha256 = sha256_of_weights(read.weights);
    if (read.about.is_object() && read.about.contains("weights_sha256") &&
        read.about["weights_sha256"] != sha256)
        read.setup.remarks.push_back("The weights aren't those that daguerre.json names.");
    return make_diffusion_model(id, std::move(read.setup), network, std::move(read.about), sha256);
}

}  // namespace daguerre
