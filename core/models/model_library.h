// What lies beside a model's weights, and how models come in, go out and get their names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/image/progress.h"
#include "core/models/open_model.h"

namespace daguerre {

/// Read from small files only.
struct ModelFacts {
    std::uint64_t bytes = 0;  // of all files
    std::filesystem::file_time_type written{};
    std::string key;  // of these weights, as far as that can be told without reading them
    std::string weights_sha256, command;  // as daguerre.json says, or empty
    std::filesystem::path run;            // folder of the run that it belongs to, or empty
    std::filesystem::path samples;        // a sheet of 4 x 4 pictures of seeds 0 to 15, or empty
    std::vector<std::pair<std::string, std::string>> settings;  // of its training, key and value
};
/// Blocks shortly; never throws: what can't be read is left out.
ModelFacts model_facts(const std::filesystem::path& folder);

/// Opens the model in `folder`, which checks it whole, then copies its folder into the user's own
/// models, or makes a link to where it is. A file that holds a whole model becomes a folder there.
/// Gives its id there, with "-2", "-3", ... where the name is taken. Blocks; "file". Throws Error;
/// then nothing was changed. Empty when on_progress stopped it. On a thread that called
/// use_device().
std::string import_model(const std::filesystem::path& folder, bool link, const OnProgress&);

/// Writes a folder that diffusers opens too, or a .safetensors file, reads it back and makes
/// pictures with both. Gives how many were compared; all were alike. Blocks; "call". Throws Error,
/// also when it exists or a picture differs. 0 when on_progress stopped it; then nothing is left.
/// On a thread that called use_device().
int export_model(const Model& model, const std::filesystem::path& folder, const OnProgress&);

/// Gives one of the user's own models another id. Throws Error: bundled, of a run, no fit name,
/// taken.
void rename_model(const std::string& id, const std::string& name);

/// Throws Error with the sentence that says why a model can't be renamed or removed here.
void require_own(const ModelEntry& entry);

}  // namespace daguerre
