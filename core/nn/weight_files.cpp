#include "core/nn/weight_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch_file.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr const char* index_suffix = ".index.json";

bool is_index(const fs::path& file) { return file.string().ends_with(index_suffix); }

Weights read_one(const fs::path& file) {
    return file.extension() == ".safetensors" ? read_safetensors(file).weights
                                              : read_torch_file(file);
}

/// Which file holds each tensor, as an index says. Plain names of files beside it.
std::map<std::string, fs::path> parts_of(const fs::path& index) {
    constexpr std::uint64_t longest = 16'000'000;
    const Json json = read_json(index, {.bytes = longest, .depth = 4, .members = 20'000});
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object() ||
        json["weight_map"].empty())
        throw Error("“{file}” doesn't say where the weights lie.", {{"file", index}});
    std::map<std::string, fs::path> parts;
    for (const auto& [name, value] : json["weight_map"].items()) {
        const std::string part = value.is_string() ? value.get<std::string>() : value.dump();
        if (!value.is_string() || part.empty() || part[0] == '.' ||
            part.find_first_of("/\\") != std::string::npos)
            throw Error("“{file}” puts “{name}” into “{part}”, which isn't a file beside it.",
                        {{"file", index}, {"name", name}, {"part", part.substr(0, 100)}});
        parts.emplace(name, index.parent_path() / part);
    }
    return parts;
}

std::set<fs::path> files_of(const std::map<std::string, fs::path>& parts) {
    std::set<fs::path> files;
    for (const auto& [name, part] : parts) files.insert(part);
    for (const fs::path& file : files) {
        std::error_code error;
        if (fs::weakly_canonical(file, error).parent_path() !=
            fs::weakly_canonical(file.parent_path(), error))
            throw Error("“{file}” is a link that leads out of its folder. Copy the file there.",
                        {{"file", file}});
    }
    return files;
}

Weights read_parts(const fs::path& index) {
    const std::map<std::string, fs::path> parts = parts_of(index);
    Weights all;
    for (const fs::path& file : files_of(parts))
        for (auto& [name, tensor] : read_one(file)) {
            const auto said = parts.find(name);
            if (said == parts.end() || said->second != file)
                throw Error("“{file}” holds “{name}”, which “{index}” doesn't say.",
                            {{"file", file}, {"name", name}, {"index", index}});
            all.emplace(name, std::move(tensor));
        }
    for (const auto& [name, part] : parts)
        if (!all.contains(name))
            throw Error("“{index}” puts “{name}” into “{file}”, which doesn't hold it.",
                        {{"index", index}, {"name", name}, {"file", part}});
    return all;
}

/// A part of the name of some weight that only this program's networks have.
struct Layout {
    const char *part, *program;
};
constexpr Layout layouts[]{
    {"model.diffusion_model.input_blocks.", "Stable Diffusion or another latent model"},
    {"input_blocks.0.0.", "OpenAI's guided-diffusion or improved-diffusion"},
    {"downs.0.0.block1.", "lucidrains' denoising-diffusion-pytorch"},
    {"downs.0.0.mlp.", "lucidrains' denoising-diffusion-pytorch"},
    {"all_modules.", "Song's score_sde"},
    {"temb.dense.0.", "a PyTorch port of Ho's DDPM"},
    {"map_layer0.", "NVIDIA's EDM"},
};

}  // namespace

fs::path weights_in(const fs::path& folder) {
    const fs::path base = folder / "diffusion_pytorch_model";
    for (const char* suffix : {".safetensors", ".safetensors.index.json", ".fp16.safetensors",
                               ".bf16.safetensors", ".bin", ".bin.index.json", ".fp16.bin"}) {
        std::error_code error;
        if (const fs::path file = base.string() + suffix; fs::is_regular_file(file, error))
            return file;
    }
    throw Error("“{file}” is missing.", {{"file", base.string() + ".safetensors"}});
}

Weights read_weights(const fs::path& file) {
    return is_index(file) ? read_parts(file) : read_one(file);
}

std::string sha256_of_weights(const fs::path& file) {
    if (!is_index(file)) return sha256_of_file(file);
    std::string hashes;
    for (const fs::path& part : files_of(parts_of(file))) hashes += sha256_of_file(part);
    return sha256_of(hashes);
}

void refuse_other_layout(const Weights& weights, const fs::path& file) {
    for (const Layout& layout : layouts)
        for (const auto& [name, tensor] : weights)
            if (name.find(layout.part) != std::string::npos)
                throw Error(
                    "“{file}” holds the weights of {program} (“{name}”), whose network is laid out "
                    "in another way. Convert it in Python to a folder of diffusers' UNet2DModel.",
                    {{"file", file}, {"program", layout.program}, {"name", name}});
}

}  // namespace daguerre
