// Devices, threads and precision: what is there, what was chosen, and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/nn/gpus.h"

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
/// What use_device() chooses where the GPUs are as `facts` say; it changes nothing.
DeviceChoice choose_device(const std::string& device, int threads, const GpuFacts& facts);

/// "fp32" or "bf16" for auto, fp32, bf16 on the chosen device: auto is bf16 where it is fast.
/// Throws UnknownWord.
std::string resolve_precision(const std::string& precision, const DeviceChoice& choice);

/// A row of the list of devices.
struct DeviceRow {
    std::string device, name;
    std::uint64_t memory = 0;  // bytes in all
    bool fast_bf16 = false;
    Refusal refusal{};  // why it can't be used
};

/// The processor, then every GPU; where none is found, one row says why. The first form opens the
/// CUDA libraries as use_device() does.
std::vector<DeviceRow> devices();
std::vector<DeviceRow> devices(const GpuFacts& facts);

/// Bytes of a device's memory: of all, free for this program, and the most that it has used.
struct DeviceMemory {
    std::uint64_t total = 0, free = 0, peak = 0;
};
/// device: "cpu" or a GPU that can be used, "cuda:0".
DeviceMemory device_memory(const std::string& device);
/// Lets a GPU's peak begin anew; does nothing for the processor.
void forget_gpu_peak(const std::string& device);

}  // namespace daguerre
