// Sampling number by number: the noise that it starts from and draws, and what each step leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/diffusion/denoiser.h"
#include "core/models/model.h"
#include "core/nn/weights.h"

namespace daguerre {

/// What sampling draws, in place of seeds.
struct StartTensors {
    std::filesystem::path file;
    std::string sha256;
    at::Tensor x;                    // [N, C, H, W] float32, unit noise
    std::vector<at::Tensor> noises;  // [N, C, H, W] float32 each, in the order they are drawn
    std::vector<std::int64_t>
        labels;  // N indices of classes; the number of classes: none. Or empty

    /// Throws Error when it doesn't fit the model or the request (labels beside a class, another
    /// count), or holds fewer noises than `draws`.
    void check(const ModelInfo& info, const GenerateRequest& request, std::size_t draws) const;
    /// Of the images `first` to `first` + `count` - 1, as seeded_noise: x first. It must outlive
    /// the noise.
    Noise noise(std::int64_t first, std::int64_t count) const;
};

/// Reads a .safetensors of x, noise.0, noise.1, ... and class_labels. Throws Error naming what is
/// missing, unknown, misshapen, of another type, or not finite.
StartTensors read_start(const std::filesystem::path& file);

/// How often a sampler draws noise after the start. Runs it on one number.
std::size_t draws_of(const Sampler& sampler, const Sigmas& sigmas, const SamplerOptions& options);

/// x and the clean guess of each step, on the processor in float32.
class StepTensors {
public:
    /// Throws Error when so many wouldn't fit into memory.
    void require_memory(std::size_t steps, const ModelInfo& info, std::int64_t images) const;
    /// x is multiplied by `scale`.
    void add(const SamplerStep& at, double scale);
    /// Those of further images, and their x after the last step.
    void append(StepTensors group, const at::Tensor& last);
    /// x.0 to x.n, denoised.0 to denoised.n-1, [N, C, H, W] each.
    Weights all() const;

private:
    int steps_ = 0;
    std::map<std::string, std::vector<at::Tensor>> pieces_;
};

}  // namespace daguerre
