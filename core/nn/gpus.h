// NVIDIA GPUs as their driver describes them, before LibTorch's CUDA part is opened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace daguerre {

struct Gpu {
    std::string name;
    int capability = 0;        // ten times the version: 90 is 9.0
    std::uint64_t memory = 0;  // bytes in all
};

/// Why something can't be used; no pattern: it can.
struct Refusal {
    Sentence why{}, brief{};  // a sentence; the same in a few words
    explicit operator bool() const { return !why.pattern.empty(); }
};

struct GpuFacts {
    bool card = false;        // the PCI bus has an NVIDIA display device
    bool driver = false;      // the driver opens and starts
    int cuda = 0;             // the newest CUDA it knows: 13000 is 13.0
    std::string version{};    // of the driver: "580.65.06"
    std::vector<Gpu> gpus{};  // in the order of their numbers
    Refusal libtorch{};       // of LibTorch's CUDA part
};

/// Asks the driver and the PCI bus; libtorch is left empty. Doesn't throw.
GpuFacts gpu_facts();

/// Why none of the GPUs can be used.
Refusal refusal_of(const GpuFacts& facts);
/// Why this one can't be used, whatever the others.
Refusal refusal_of(const Gpu& gpu);

}  // namespace daguerre
