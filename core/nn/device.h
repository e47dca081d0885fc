// Devices, threads and precision: what is there, what was chosen, and why.
#pragma once

#include <string>

#include "core/base/error.h"

namespace daguerre {

struct DeviceChoice {
    std::string device;  // "cpu", "cuda:0"
    std::string name;    // "AMD EPYC 9B14"
    int threads = 0;
    Sentence why;  // "Working on the CPU: no NVIDIA GPU was found. …"
    bool fast_bf16 = false;
    Sentence brief{};  // `why` in a few words, to stand beside the device: "no NVIDIA GPU"
};

/// Called by each thread that will use LibTorch before anything else, as OpenMP keeps its thread
/// count per thread. device: auto, cpu, cuda, cuda:N. threads: 0 means all cores. Opens the CUDA
/// libraries once when a driver is there. Throws Error for a device that isn't there, unless auto.
DeviceChoice use_device(const std::string& device = "auto", int threads = 0);

/// "fp32" or "bf16" for auto, fp32, bf16 on the chosen device: auto is bf16 where it is fast.
/// Throws UnknownWord.
std::string resolve_precision(const std::string& precision, const DeviceChoice& choice);

}  // namespace daguerre
