// What families share of a model's files and of the images it makes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/image/record.h"
#include "core/models/families.h"
#include "core/models/model.h"
#include "core/models/trainer.h"
#include "core/nn/device.h"
#include "core/nn/weights.h"

namespace daguerre {

/// daguerre.json of a model that a run learned: what it is, its data, its settings. A family adds
/// keys of its own.
Json description_of(const std::string& family, const Fields& settings, const DataShape& shape,
                    const Origin& origin);
/// What daguerre.json says; null stands for none. `sha256`: of the weights, or empty.
ModelInfo info_from(const Json& about, const std::string& id, std::string sha256);
/// The shape that a network of the description is built for. Throws Error naming `file` where it
/// says none, or one over 1024 pixels.
DataShape shape_from(const Json& about, const std::filesystem::path& file);
/// `fields` with the values that the description's settings have for them. Throws Error naming
/// `file` for one that can't be.
Fields settings_from(const Json& about, Fields fields, const std::filesystem::path& file);

/// A model folder of a family other than diffusion: daguerre.json beside model.safetensors.
struct ModelFiles {
    Json about;
    Weights weights;
    std::string sha256;                // of model.safetensors
    std::vector<std::string> remarks;  // the weights aren't those that daguerre.json names
};
/// daguerre.json alone. Throws Error.
Json read_description(const std::filesystem::path& folder);
/// Throws Error naming the file that is missing or wrong.
ModelFiles read_model_files(const std::filesystem::path& folder);
/// Throws Error when the file doesn't hold the `parameters` values that its description needs, so
/// that no network larger than the file is built.
void check_parameters(const ModelFiles& files, const std::filesystem::path& folder,
                      std::int64_t parameters);
/// Replaces the folder as a whole. `about` gets the parameter count and the SHA-256 of the weights.
/// Throws Error.
void write_model_files(const std::filesystem::path& folder, Json about, const Weights& weights,
                       std::int64_t parameters);

using Parameters = std::vector<std::pair<std::string, std::string>>;
/// What an image was computed with.
struct Numerics {
    DeviceChoice device;
    std::string precision;
};
/// What makes image i of a request again. own: the family's fields as they were used; line: how the
/// text `parameters` begins.
Record record_of_image(const ModelInfo& info, const GenerateRequest& request, const Fields& own,
                       std::int64_t i, const Numerics& numerics, Parameters line);
/// Each field as "Label" → value.
Parameters parameters_of(const Fields& own);

}  // namespace daguerre
