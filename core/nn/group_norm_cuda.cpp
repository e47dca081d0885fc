#include "core/nn/group_norm_cuda.h"

#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/nn/gpus.h"
#include "core/nn/group_norm_cuda_source.h"

namespace daguerre {
namespace {

/// What is called of the driver and of the run-time compiler, whose headers aren't needed for it.
struct Cuda {
    int (*load)(void**, const void*) = nullptr;
    int (*function)(void**, void*, const char*) = nullptr;
    int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                  void*, void**, void**) = nullptr;
    int (*create)(void**, const char*, const char*, int, const char* const*,
                  const char* const*) = nullptr;
    int (*compile)(void*, int, const char* const*) = nullptr;
    int (*code_size)(void*, std::size_t*) = nullptr;
    int (*code)(void*, char*) = nullptr;
    int (*destroy)(void**) = nullptr;
    bool complete = false;

    Cuda() {
        void* driver = dlopen("libcuda.so.1", RTLD_NOW);
        void* compiler = dlopen("libnvrtc.so.13", RTLD_NOW);
        complete = find(driver, "cuModuleLoadData", load) &&
                   find(driver, "cuModuleGetFunction", function) &&
                   find(driver, "cuLaunchKernel", launch) &&
                   find(compiler, "nvrtcCreateProgram", create) &&
                   find(compiler, "nvrtcCompileProgram", compile) &&
                   find(compiler, "nvrtcGetCUBINSize", code_size) &&
                   find(compiler, "nvrtcGetCUBIN", code) &&
                   find(compiler, "nvrtcDestroyProgram", destroy);
    }

private:
    template <class Function>
    static bool find(void* library, const char* name, Function& function) {
        function = library ? reinterpret_cast<Function>(dlsym(library, name)) : nullptr;
        return function != nullptr;
    }
};

const Cuda& cuda() {
    static const Cuda functions;
    return functions;
}

/// Which of the kernels.
struct Variant {
    int gpu;
    bool backward, bf16;
    int wide;  // channels that a thread takes at once
    auto operator<=>(const Variant&) const = default;
};

/// The machine code for a GPU, or "" when it can't be made.
std::string compiled(const Variant& variant, int capability) {
    std::vector<std::string> options{
        "--gpu-architecture=sm_" + std::to_string(capability), "-default-device",
        std::string("-DVALUE=") + (variant.bf16 ? "unsigned short" : "float"),
        "-DWIDE=" + std::to_string(variant.wide)};
    if (variant.backward) options.emplace_back("-DBACKWARD");
    std::vector<const char*> texts;
    for (const std::string& option : options) texts.push_back(option.c_str());
    void* program = nullptr;
    std::string code;
    std::size_t size = 0;
    if (cuda().create(&program, group_norm_cuda_source, "norm.cu", 0, nullptr, nullptr) != 0)
        return "";
    if (cuda().compile(program, int(texts.size()), texts.data()) == 0 &&
        cuda().code_size(program, &size) == 0) {
        code.resize(size);
        if (cuda().code(program, code.data()) != 0) code.clear();
    }
    cuda().destroy(&program);
    return code;
}

/// nullptr when it can't be had.
void* made(const Variant& variant) {
    if (!cuda().complete) return nullptr;
    const std::vector<Gpu> gpus = gpu_facts().gpus;
    if (std::size_t(variant.gpu) >= gpus.size()) return nullptr;
    at::empty({1}, at::device(at::Device(at::kCUDA, at::DeviceIndex(variant.gpu))));  // its context
    const std::string code = compiled(variant, gpus[std::size_t(variant.gpu)].capability);
    void *module = nullptr, *kernel = nullptr;
    if (code.empty() || cuda().load(&module, code.data()) != 0 ||
        cuda().function(&kernel, module, "group_norm") != 0)
        return nullptr;
    return kernel;
}

/// Made at the first call; they stay. The GPU is the current one.
void* kernel_for(const Variant& variant) {
    static std::mutex mutex;
    static std::map<Variant, void*> known;
    const std::lock_guard lock(mutex);
    const auto [entry, fresh] = known.try_emplace(variant, nullptr);
    if (fresh) entry->second = made(variant);
    return entry->second;
}

/// As in the source of the kernels.
struct Shape {
    int pixels, channels, group, tile, silu, bf16_shift;
    float eps;
};

struct Launch {
    Shape shape;
    int wide;
    unsigned tiles, images, threads, shared;
};

Launch launch_for(const at::Tensor& x, const at::Tensor& shift, const NormOptions& options) {
    const auto channels = int(x.size(1)), pixels = int(x.size(2) * x.size(3));
    const int group = channels / int(options.groups);
    const int wide = group % 4 == 0 ? 4 : group % 2 == 0 ? 2 : 1;
    // 64 channels make long reads; fewer where else most of a large GPU had nothing to do.
    constexpr int long_read = 64, short_read = 16, enough_blocks = 128;
    int tile = std::min(channels, group * ((long_read + group - 1) / group));
    const auto blocks = [&] { return int(x.size(0)) * ((channels + tile - 1) / tile); };
    while (blocks() < enough_blocks && tile > short_read && tile % (2 * group) == 0) tile /= 2;
    const int rows = std::clamp(512 / (tile / wide), 1, pixels);
    const int threads = std::max((rows * (tile / wide) + 31) / 32 * 32, 64);
    const bool bf16_shift = shift.defined() && shift.scalar_type() == at::kBFloat16;
    return {{pixels, channels, group, tile, options.silu, bf16_shift, float(options.eps)},
            wide,
            unsigned((channels + tile - 1) / tile),
            unsigned(x.size(0)),
            unsigned(threads),
            unsigned((1024 * wide + 3 * tile) * int(sizeof(float)))};
}

void* address(const at::Tensor& tensor) {
    return tensor.defined() ? const_cast<void*>(tensor.const_data_ptr()) : nullptr;
}

void start(bool backward, const at::Tensor& x, const NormOptions& options,
           const std::vector<at::Tensor>& tensors) {
    const c10::DeviceGuard on(x.device());
    Launch launch = launch_for(x, tensors[1], options);
    std::vector<void*> addresses, arguments;
    for (const at::Tensor& tensor : tensors) addresses.push_back(address(tensor));
    for (void*& each : addresses) arguments.push_back(&each);
    arguments.push_back(&launch.shape);
    void* kernel =
        kernel_for({x.device().index(), backward, x.scalar_type() == at::kBFloat16, launch.wide});
    require(kernel != nullptr, "has_cuda_norm() was asked before");
    const c10::impl::VirtualGuardImpl gpu(at::kCUDA);
    const int code =
        cuda().launch(kernel, launch.tiles, launch.images, 1, launch.threads, 1, 1, launch.shared,
                      gpu.getStream(x.device()).native_handle(), arguments.data(), nullptr);
    if (code != 0)
        throw Error("The GPU refused to start a kernel (CUDA error {code}).", {{"code", code}});
}

}  // namespace

bool has_cuda_norm(const at::Device& device) {
    const c10::DeviceGuard on(device);
    return kernel_for({device.index(), false, true, 2}) != nullptr;
}

void cuda_norm_forward(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                       const at::Tensor& beta, const NormOptions& options, const at::Tensor& y,
                       const at::Tensor& mean, const at::Tensor& scale) {
    start(false, x, options, {x, shift, gamma, beta, y, mean, scale});
}

void cuda_norm_backward(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& gamma,
                        const at::Tensor& beta, const NormOptions& options, const at::Tensor& dy,
                        const at::Tensor& mean, const at::Tensor& scale, const NormSlopes& slopes) {
    start(true, x, options,
          {x, shift, gamma, beta, dy, mean, scale, slopes.dx, slopes.d_shift, slopes.d_gamma,
           slopes.d_beta});
}

}  // namespace daguerre
