// Folders that Python's diffusers reads and writes: a UNet2DModel with its schedule.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/diffusion/noise_schedule.h"
#include "core/nn/unet.h"
#include "core/nn/weights.h"

namespace daguerre {

/// What a folder says beside its weights.
struct DiffusionSetup {
    UNetConfig network;
    NoiseScheduleOptions noise_schedule;
    std::string objective = "eps";  // id of objectives()
    bool negated = false;           // the network answers the negative of it
    bool clip = true;               // the clean guess is clipped to ± clip_range
    double clip_range = 1;
    bool threshold = false;  // instead, dynamic thresholding
    double threshold_quantile = 0.995, threshold_most = 1;
    bool learned_variance = false;  // the second half of the output says the variance:
    bool variance_is_place = true;  // where it lies between small and large; false: itself
    /// Whether its own scheduler holds x as it is (Euler, Heun, LMS, EDM and their kin), not
    /// x/√(1+σ²).
    bool sigma_space = false;
    std::vector<std::string> remarks{};  // what was guessed or left out
};

struct DiffusersFolder {
    DiffusionSetup setup;
    std::filesystem::path weights;  // for read_weights
    Json about;                     // daguerre.json; null when there is none
};

/// Whether a folder looks like one: a pipeline, a flat one, or a UNet alone.
bool is_diffusers_folder(const std::filesystem::path& folder);
/// Reads the descriptions, not the weights; also of a single file. Throws Error naming file and
/// key, also for a pipeline with parts that Daguerre can't run.
DiffusersFolder read_diffusers_folder(const std::filesystem::path& folder);

/// Fills in what follows from the network, and says what was assumed. Throws Error naming `file`
/// for a network that can't be sampled from.
void settle_setup(DiffusionSetup& setup, const std::filesystem::path& file);

/// Fills an existing, empty folder so that diffusers opens it unchanged: model_index.json, unet/,
/// scheduler/, and beside them daguerre.json, README.md and, for a model that DDPMPipeline can't
/// call, generate.py.
/// `about` gets the parameter count and the SHA-256 of the weights. Throws Error.
void write_diffusers_folder(const std::filesystem::path& folder, const DiffusionSetup& setup,
                            const Weights& weights, Json about);

}  // namespace daguerre
