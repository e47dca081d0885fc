#include "core/nn/device.h"

#include <dlfcn.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/base/machine.h"
#include "core/base/torch.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

// What the pinned LibTorch was built for: CUDA 13.0, whose first driver is 580 and whose oldest
// architecture is Turing.
constexpr int needed_cuda = 13000, needed_capability = 75;
constexpr const char* needed_driver = "580";

struct Gpu {
    std::string name;
    int capability = 0;  // ten times the version: 90 is 9.0
};

struct Cuda {
    std::vector<Gpu> gpus;  // empty: CUDA can't be used
    Sentence why_not, brief;
};

/// The few functions of the NVIDIA driver that are asked before LibTorch's CUDA part is opened.
struct Driver {
    int (*init)(unsigned) = nullptr;
    int (*version)(int*) = nullptr;
    int (*count)(int*) = nullptr;
    int (*name)(char*, int, int) = nullptr;
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
               find("cuDeviceGetAttribute", attribute);
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

Cuda no_gpu() {
    if (has_nvidia_card())
        return {{},
                {"A graphics card ({name}) is present but its NVIDIA driver isn't running, so the "
                 "CPU is used. Install or repair the driver, then start again.",
                 {{"name", "NVIDIA"}}},
                {"the GPU's driver isn't running", {}}};
    return {
        {},
        {"Working on the CPU: no NVIDIA GPU was found. Everything works; training takes longer.",
         {}},
        {"no NVIDIA GPU", {}}};
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
        driver.name(name, sizeof name, i);
        driver.attribute(&major, major_attribute, i);
        driver.attribute(&minor, minor_attribute, i);
        gpus.push_back({name, 10 * major + minor});
    }
    return gpus;
}

std::string capability_text(int capability) {
    return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

/// Why LibTorch's CUDA part can't be opened or used, or "" when it can.
Sentence open_libtorch_cuda() {
    // cuBLAS reads it when it starts; without it the same run gives other last bits.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
        const char* error = dlerror();
        const std::string text = error ? error : "";
        if (text.find("libtorch_cuda.so: cannot open") != std::string::npos)
            return {
                "This LibTorch was built without CUDA, so the CPU is used. ./run --gpu brings "
                "the other one.",
                {}};
        return {
            "LibTorch's CUDA part can't be opened ({why}), so the CPU is used. ./run --gpu "
            "brings what it needs.",
            {{"why", text}}};
    }
    if (!torch::cuda::is_available())
        return {"LibTorch finds no GPU that it can use, so the CPU is used.", {}};
    return {};
}

Cuda open_cuda() {
    Driver driver;
    if (!driver.open() || driver.init(0) != 0) return no_gpu();
    int version = 0;
    driver.version(&version);
    if (version < needed_cuda)
        return {{},
                {"The NVIDIA driver is version {have}; this program needs {need} or newer, so the "
                 "CPU is used. Update the driver, then start again.",
                 {{"have", driver_version()}, {"need", needed_driver}}},
                {"the GPU's driver is too old", {}}};
    const std::vector<Gpu> gpus = gpus_of(driver);
    if (gpus.empty()) return no_gpu();
    if (gpus[0].capability < needed_capability)
        return {{},
                {"{name} is too old for this LibTorch (capability {have}, needs {need}), so the "
                 "CPU is used.",
                 {{"name", gpus[0].name},
                  {"have", capability_text(gpus[0].capability)},
                  {"need", capability_text(needed_capability)}}},
                {"the GPU is too old", {}}};
    const Sentence why_not = open_libtorch_cuda();
    if (!why_not.pattern.empty()) return {{}, why_not, {"LibTorch can't use the GPU", {}}};
    return {gpus, {}, {}};
}

const Cuda& cuda() {
    static const Cuda opened = open_cuda();
    return opened;
}

DeviceChoice cpu_choice(int threads, Sentence why, Sentence brief) {
    return {"cpu", processor_name(), threads, std::move(why), has_fast_bf16(), std::move(brief)};
}

/// N of "cuda" (0) and "cuda:N"; throws for any other word.
std::size_t gpu_number(const std::string& device) {
    std::size_t number = 0;
    if (device == "cuda") return number;
    if (device.starts_with("cuda:")) {
        const char *begin = device.data() + 5, *end = device.data() + device.size();
        const auto [stop, error] = std::from_chars(begin, end, number);
        if (error == std::errc() && stop == end) return number;
    }
    throw UnknownWord("There is no device “{device}”. There are: auto, cpu, cuda, cuda:N.",
                      {{"device", device}});
}

}  // namespace

DeviceChoice use_device(const std::string& device, int threads) {
    if (threads < 0 || threads > 1024)
        throw Error("{n} threads can't be used; choose 0 (all cores) to 1024.", {{"n", threads}});
    const int count = threads == 0 ? core_count() : threads;
    const bool automatic = device == "auto";
    const std::size_t number = automatic || device == "cpu" ? 0 : gpu_number(device);
    // CUDA's part must be opened before the first call into LibTorch, which remembers what is
    // there.
    if (device != "cpu") cuda();
    at::set_num_threads(count);
    if (device == "cpu")
        return cpu_choice(count, {"Working on the CPU, as asked.", {}}, {"as asked", {}});
    const Cuda& there = cuda();
    if (there.gpus.empty()) {
        if (automatic) return cpu_choice(count, there.why_not, there.brief);
        throw Error("“{device}” can't be used. {why}",
                    {{"device", device}, {"why", there.why_not.text()}});
    }
    if (number >= there.gpus.size())
        throw Error("There is no GPU {n}; this machine has {count}, counted from 0.",
                    {{"n", number}, {"count", there.gpus.size()}});
    const Gpu& gpu = there.gpus[number];
    return {"cuda:" + std::to_string(number),
            gpu.name,
            count,
            {"Working on the GPU {name}.", {{"name", gpu.name}}},
            gpu.capability >= 80,
            {"fastest present", {}}};
}

std::string resolve_precision(const std::string& precision, const DeviceChoice& choice) {
    if (precision == "auto") return choice.fast_bf16 ? "bf16" : "fp32";
    if (precision == "fp32" || precision == "bf16") return precision;
    throw UnknownWord("There is no precision “{precision}”. There are: auto, fp32, bf16.",
                      {{"precision", precision}});
}

}  // namespace daguerre
