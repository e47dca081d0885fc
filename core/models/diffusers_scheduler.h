// scheduler_config.json of diffusers, both ways.
#pragma once

#include <filesystem>

#include "core/base/json.h"
#include "core/models/diffusers_folder.h"

namespace daguerre {

constexpr const char* diffusers_version = "0.42.1";

/// A scheduler_config.json, in which Python may write infinities and NaN, which JSON hasn't; here
/// they are null. Throws Error.
Json read_scheduler_json(const std::filesystem::path& file);
/// Sets what a schedule says: noise levels, what the network predicts, clamp, learned variance.
/// `file` stands in sentences. Throws Error for kinds of model that are made neither of DDPM steps
/// nor by EDM, and for values that can't be.
void read_scheduler(const Json& json, const std::filesystem::path& file, DiffusionSetup& setup);
/// As DDPMScheduler has it; for EDM as EDMEulerScheduler, with thresholding as
/// EDMDPMSolverMultistepScheduler.
Json scheduler_json(const DiffusionSetup& setup);

}  // namespace daguerre
