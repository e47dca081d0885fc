// Tiny models in folders of diffusers, and what tests change in them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/models/diffusers_folder.h"
#include "core/models/model.h"
#include "tiny_diffusion.h"

namespace daguerre {

inline constexpr const char* weights_file = "unet/diffusion_pytorch_model.safetensors";

inline DiffusionSetup setup_of(int classes) {
    return tiny_setup(classes, "squaredcos_cap_v2", "v");
}

/// Writes a model with weights that matter everywhere.
inline void write_model(const std::filesystem::path& folder, int classes,
                        const DiffusionSetup& setup) {
    const UNet network = tiny_network(setup, 1);
    Json about{{"format", 1}, {"family", "diffusion"}, {"title", "Tiny"}};
    if (classes > 0) {
        about["classes"] = Json::array();
        for (int i = 0; i < classes; ++i) about["classes"].push_back(std::to_string(i));
        about["null_class"] = classes;
    }
    std::filesystem::create_directories(folder);
    write_diffusers_folder(folder, setup, weights_of(*network), about);
}

inline void write_model(const std::filesystem::path& folder, int classes) {
    write_model(folder, classes, setup_of(classes));
}

inline std::vector<std::byte> pixels_of(const Model& model) {
    return model.generate({.count = 1, .precision = "fp32"}, model.generate_fields(), {})[0].pixels;
}

inline void change(const std::filesystem::path& file, const std::function<void(Json&)>& edit) {
    Json json = read_json(file);
    edit(json);
    write_json(file, json);
}

}  // namespace daguerre
