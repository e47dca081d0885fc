#include "core/models/single_file.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/models/diffusers_scheduler.h"
#include "core/models/diffusion_model.h"
#include "core/nn/safetensors.h"
#include "core/nn/weight_files.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char* key = "daguerre";

/// What it is, for a file that doesn't say what it is for.
[[noreturn]] void refuse(const fs::path& file) {
    const Weights weights = read_weights(file);
    refuse_other_layout(weights, file);
    const bool unet = std::any_of(weights.begin(), weights.end(), [](const auto& weight) {
        return weight.first.find("down_blocks.0.resnets.0.") != std::string::npos;
    });
    if (unet)
        throw Error(
            "“{file}” holds weights of diffusers alone. Lay it into a folder as "
            "diffusion_pytorch_model{suffix}, beside its config.json and scheduler_config.json, "
            "and "
            "name that folder.",
            {{"file", file}, {"suffix", file.extension()}});
    const bool one = weights.size() == 1;
    throw Error(
        "“{file}” holds {n} {tensors}{such}, and doesn't say of which network. A model is a "
        "folder, or a file written by “daguerre convert”.",
        {{"file", file},
         {"n", weights.size()},
         {"tensors", one ? "tensor" : "tensors"},
         {"such",
          weights.empty() ? "" : (one ? ", “" : ", such as “") + weights.begin()->first + "”"}});
}

}  // namespace

bool is_weights_name(const fs::path& file) {
    const std::string suffix = file.extension().string();
    for (const char* known : {".safetensors", ".bin", ".pt", ".pth", ".ckpt"})
        if (suffix == known) return true;
    return false;
}

DiffusersFolder read_single_file(const fs::path& file) {
    if (file.extension() != ".safetensors") refuse(file);
    const WeightsMetadata metadata = read_safetensors_metadata(file);
    const auto found = metadata.find(key);
    if (found == metadata.end()) refuse(file);
    const Json json = parse_json(found->second, file.string());
    if (!json.is_object() || !json.contains("unet") || !json.contains("scheduler") ||
        !json["scheduler"].is_object())
        throw Error("“{file}” says nothing of its network or its schedule.", {{"file", file}});
    DiffusersFolder read;
    read.setup.network = unet_config_from(json["unet"], file.string());
    read_scheduler(json["scheduler"], file, read.setup);
    settle_setup(read.setup, file);
    if (json.contains("about")) read.about = json["about"];
    read.weights = file;
    return read;
}

void write_single_file(const Model& model, const fs::path& file) {
    const auto* diffusion = dynamic_cast<const DiffusionModel*>(&model);
    if (!diffusion)
        throw Error(
            "{id} is of the family {family}; one file can hold a diffusion model only. Let --out "
            "name a folder.",
            {{"id", model.info().id}, {"family", model.info().family}});
    Json about = diffusion->about();
    // The file's own hash can't stand in it.
    if (about.is_object()) about.erase("weights_sha256");
    const Json json{{"unet", json_of(diffusion->setup().network)},
                    {"scheduler", scheduler_json(diffusion->setup())},
                    {"about", about}};
    write_safetensors(file, weights_of(*diffusion->network()), {{key, json.dump()}});
}

}  // namespace daguerre
