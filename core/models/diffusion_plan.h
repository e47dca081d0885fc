// What a request for pictures becomes within a diffusion model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/models/classifier.h"
#include "core/models/diffusion_model.h"
#include "core/nn/device.h"
#include "core/nn/network_calls.h"

namespace daguerre {

constexpr std::int64_t group_size = 16;  // that a sampler holds

/// What a request became.
struct DiffusionModel::Plan {
    GenerateRequest request;
    SamplingOptions options;
    DeviceChoice device;
    std::string precision;
    at::Device place{at::kCPU};
    std::shared_ptr<NetworkCalls> network{};
    std::shared_ptr<NetworkCalls> outside{};  // where guidance doesn't act: calls of half size
    std::int64_t chunk = 1;
    Sigmas sigmas;
    bool guided = false;
    std::shared_ptr<const Classifier> classifier{};  // or none
    /// With the classes that may be named: the classifier's where there is one.
    ModelInfo labelled{};
    const StartTensors* start = nullptr;  // or none
    int first_step = 0;                   // of the whole way, where this plan takes over
    std::optional<std::int64_t> fresh{};  // seed of noise that then takes the old one's place

    /// The request with the class that the start gives image i.
    GenerateRequest of_image(std::int64_t i) const;
    /// Whose seed and class an image has: the first one's as a frame of a film, whose class too on
    /// a way from a photo.
    std::int64_t seed_owner(std::int64_t i) const { return options.path.frames() ? 0 : i; }
    std::int64_t class_owner(std::int64_t i) const {
        return options.path.from.empty() ? seed_owner(i) : 0;
    }
    int class_at(std::int64_t i) const { return class_of(labelled, of_image(i), class_owner(i)); }
    bool any_class() const;
    int steps() const { return int(sigmas.size()) - 1; }
};

/// Where a way begins and ends, as unit noise [C, H, W] on the processor: photos run back to noise.
/// Undefined: with the noise of a seed.
struct DiffusionModel::Ends {
    at::Tensor from, to;
    Image photo{};  // as the network sees the one at the start
};

/// What goes through the network in one call, on the device. Past the group's end the last image is
/// repeated, so that every call has the same shape.
struct DiffusionModel::Chunk {
    std::int64_t count = 0;  // images that are not repeats
    at::Tensor places;       // in the group
    at::Tensor labels;       // undefined: no classes
};

/// What the network answers, [N, C, H, W] each: for the guess, mixed where it is guided; with the
/// class alone; for the variance, where it has learned one.
struct DiffusionModel::Answer {
    at::Tensor guess, with_class, variance;
};

/// The images `first`, `first` + 1, ... on their way from noise.
struct DiffusionModel::Group {
    std::int64_t first = 0;
    std::vector<std::uint32_t> seeds;
    std::vector<Chunk> chunks;
};

}  // namespace daguerre
