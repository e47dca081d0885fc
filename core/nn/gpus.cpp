#include "core/nn/gpus.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <type_traits>

namespace daguerre {
namespace {

namespace fs = std::filesystem;

// What the pinned LibTorch was built for: CUDA 13.0, whose first driver is 580 and whose oldest
// architecture is Turing.
constexpr int needed_cuda = 13000, needed_capability = 75;
constexpr const char* needed_driver = "580";

/// The few functions of the NVIDIA driver that are asked.
struct Driver {
    int (*init)(unsigned) = nullptr;
    int (*version)(int*) = nullptr;
    int (*count)(int*) = nullptr;
    int (*name)(char*, int, int) = nullptr;
    int (*memory)(std::size_t*, int) = nullptr;
    int (*attribute)(int*, int, int) = nullptr;

    bool open() {
        void* library = dlopen("libcuda.so.1", RTLD_NOW);
        if (!library) return false;
        const auto find = [library](const char* symbol, auto& function) {
            function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, symbol));
            return function != nullptr;
        };
        return find("cuInit", init) && find("cuDriverGetVersion", version) &&
               find("cuDeviceGetCount", count) && find("cuDeviceGetName", name) &&
               find("cuDeviceTotalMem_v2", memory) && find("cuDeviceGetAttribute", attribute);
    }
};

std::string first_line(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

/// Whether the PCI bus has a display device of NVIDIA.
bool has_nvidia_card() {
    std::error_code error;
    for (const auto& device : fs::directory_iterator("/sys/bus/pci/devices", error))
        if (first_line(device.path() / "vendor") == "0x10de" &&
            first_line(device.path() / "class").starts_with("0x03"))
            return true;
    return false;
}

/// "580.65.06" from /proc/driver/nvidia/version, whose first line holds it as its first word that
/// begins with a digit.
std::string driver_version() {
    const std::string line = first_line("/proc/driver/nvidia/version");
    const auto at = line.find_first_of("0123456789", line.find("Module"));
    return at == std::string::npos ? "unknown" : line.substr(at, line.find(' ', at) - at);
}

std::vector<Gpu> gpus_of(const Driver& driver) {
    constexpr int major_attribute = 75, minor_attribute = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_…
    int count = 0;
    std::vector<Gpu> gpus;
    if (driver.count(&count) != 0) return gpus;
    for (int i = 0; i < count; ++i) {
        char name[256] = "";
        int major = 0, minor = 0;
        std::size_t memory = 0;
        driver.name(name, sizeof name, i);
        driver.memory(&memory, i);
        driver.attribute(&major, major_attribute, i);
        driver.attribute(&minor, minor_attribute, i);
        gpus.push_back({name, 10 * major + minor, memory});
    }
    return gpus;
}

std::string capability_text(int capability) {
    return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

Refusal no_gpu(bool card) {
    if (card)
        return {{"A graphics card ({name}) is present but its NVIDIA driver isn't running, so the "
                 "CPU is used. Install or repair the driver, then start again.",
                 {{"name", "NVIDIA"}}},
                {"the GPU's driver isn't running", {}}};
    return {
        {"Working on the CPU: no NVIDIA GPU was found. Everything works; training takes longer.",
         {}},
        {"no NVIDIA GPU", {}}};
}

}  // namespace

GpuFacts gpu_facts() {
    GpuFacts facts;
    Driver driver;
    facts.driver = driver.open() && driver.init(0) == 0;
    if (!facts.driver) {
        facts.card = has_nvidia_card();
        return facts;
    }
    facts.version = driver_version();
    driver.version(&facts.cuda);
    facts.gpus = gpus_of(driver);
    facts.card = !facts.gpus.empty() || has_nvidia_card();
    return facts;
}

Refusal refusal_of(const GpuFacts& facts) {
    if (!facts.driver) return no_gpu(facts.card);
    if (facts.cuda < needed_cuda)
        return {{"The NVIDIA driver is version {have}; this program needs {need} or newer, so the "
                 "CPU is used. Update the driver, then start again.",
                 {{"have", facts.version}, {"need", needed_driver}}},
                {"the GPU's driver is too old", {}}};
    if (facts.gpus.empty()) return no_gpu(facts.card);
    const bool any = std::any_of(facts.gpus.begin(), facts.gpus.end(),
                                 [](const Gpu& gpu) { return !refusal_of(gpu); });
    return any ? facts.libtorch : refusal_of(facts.gpus.front());
}

Refusal refusal_of(const Gpu& gpu) {
    if (gpu.capability >= needed_capability) return {};
    return {{"{name} is too old for this LibTorch (capability {have}, needs {need}), so the CPU is "
             "used.",
             {{"name", gpu.name},
              {"have", capability_text(gpu.capability)},
              {"need", capability_text(needed_capability)}}},
            {"the GPU is too old", {}}};
}

}  // namespace daguerre
