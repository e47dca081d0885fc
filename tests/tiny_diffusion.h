// A diffusion network of a few thousand weights, for tests.
#pragma once

#include <string>

#include "core/models/diffusion.h"
#include "core/nn/unet.h"

namespace daguerre {

inline constexpr int tiny_side = 8;

/// Of grey images, with attention and as many classes.
inline DiffusionSetup tiny_setup(int classes, const std::string& schedule,
                                 const std::string& objective) {
    DataShape shape{.size = tiny_side, .channels = 1, .classes = {}, .dataset = {}};
    for (int i = 0; i < classes; ++i) shape.classes.push_back(std::to_string(i));
    DiffusionOptions options;
    options.multiples = "1,2";
    options.attention = "4";
    options.groups = 4;
    DiffusionSetup setup;
    setup.network = diffusion_network(options, 8, shape);
    setup.noise_schedule.id = schedule;
    setup.objective = objective;
    return setup;
}

/// With weights that matter everywhere.
inline UNet tiny_network(const DiffusionSetup& setup, std::uint64_t seed) {
    UNet network(setup.network);
    initialise(network, seed);
    const torch::NoGradGuard no_grad;
    const at::Generator generator = at::detail::createCPUGenerator(seed + 1);
    for (const at::Tensor& parameter : network->parameters())
        parameter.add_(at::randn(parameter.sizes(), generator) * 0.05);
    network->eval();
    return network;
}

}  // namespace daguerre
