// How fast this machine runs a network: what `daguerre bench` prints.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/image/progress.h"
#include "core/nn/device.h"

namespace daguerre {

struct SpeedRequest {
    std::filesystem::path config;  // config.json of a UNet2DModel
    int batch = 16;                // images a call or step
    int size = 0;                  // side of the images; 0: the config's sample_size
    int calls = 20;                // timed, after three that aren't
    std::string precision = "auto";
    DeviceChoice device{};  // what use_device() gave
};

struct Speed {
    int size = 0;
    std::string precision;         // as it was resolved: fp32, bf16
    std::vector<double> ms{};      // of each call or step; fewer when stopped
    std::uint64_t peak_bytes = 0;  // the most memory that the device held for it
    double gflops_per_call = 0;    // 10^9 floating-point operations, 2 a multiply-add
};

/// Times calls of a network with random weights, as sampling makes them. Blocks. on_progress:
/// "call". Throws Error for a config that can't be run.
Speed sampling_speed(const SpeedRequest& request, const OnProgress& on_progress);
/// Times training steps on random images: forward, backward (counted as twice the forward), update
/// and average. on_progress: "step".
Speed training_speed(const SpeedRequest& request, const OnProgress& on_progress);

}  // namespace daguerre
