// From what a user names to a model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/models/model.h"

namespace daguerre {

struct ModelEntry {
    std::string id;
    std::filesystem::path folder;
    bool bundled = false;
    std::string family{};  // as it says; empty: not known
};

/// Whether its family makes images.
bool makes_images(const ModelEntry& entry);

/// Bundled models, then the user's own, then those of the user's runs under the runs' names; of one
/// name the first. Nothing is opened. Order: digits, fashion, then by name.
std::vector<ModelEntry> known_models();
/// The folder behind a name: a bundled or own id, a model folder, a diffusers folder, a run folder
/// (its model/), or a file of weights. Throws UnknownWord with the nearest id when there is none.
std::filesystem::path model_folder(std::string_view name);
/// Opens it; blocks. Throws Error naming the file, tensor or key that is wrong.
std::shared_ptr<const Model> open_model(std::string_view name);
/// What it says of itself, without its weights being read: sha256 is empty. Reads small files.
/// Throws Error as open_model.
ModelInfo peek_model(std::string_view name);

}  // namespace daguerre
