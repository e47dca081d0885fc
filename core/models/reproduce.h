// Making again, number by number, what another program makes: given noise in, every step out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/models/model.h"

namespace daguerre {

struct StartTensors;

/// A .safetensors file that sampling starts from, in float32: `x` [N, C, H, W], unit noise, which
/// is scaled by √(1 + σ²) of the first level σ, for EDM by σ; for samplers that draw noise
/// `noise.0`, `noise.1`,
/// ... of its shape in the order they are drawn; and, as whole numbers, `class_labels` [N] or none.
/// Throws Error naming what is missing, unknown, misshapen, of another type, or not finite.
std::shared_ptr<const StartTensors> read_start_tensors(const std::filesystem::path& file);
/// N.
std::int64_t count_of(const StartTensors& start);

/// Either may be left out.
struct TensorFiles {
    std::shared_ptr<const StartTensors> start{};
    /// Gets `x.0` to `x.n` and `denoised.0` to `denoised.n-1` of all finished images, float32,
    /// [N, C, H, W], not cut to what pixels can be. x is as the model's own scheduler holds it:
    /// x/√(1 + σ²), but x itself for those that count in σ (Euler, Heun, LMS, KDPM2, DPMSolverSDE,
    /// EDM).
    std::filesystem::path save{};
};

/// Model::generate from these noises and with these numbers kept; the precision auto is fp32. Only
/// models of the family diffusion can. Throws Error also before work starts when the start doesn't
/// fit the request, or has fewer noises than the sampler will draw.
std::vector<Image> generate(const Model& model, const GenerateRequest& request, const Fields& own,
                            const TensorFiles& files, const OnProgress& on_progress);

/// Runs the bare network of a diffusion model once. in: a .safetensors file of `x` [N, C, H, W],
/// `t` [N] or one number, and for models with classes `class_labels` [N]. out gets `out`, float32,
/// [N, C or 2·C, H, W]. request: its device, precision (auto is fp32) and threads count. Blocks.
/// Throws Error.
void probe(const Model& model, const std::filesystem::path& in, const std::filesystem::path& out,
           const GenerateRequest& request);

}  // namespace daguerre
