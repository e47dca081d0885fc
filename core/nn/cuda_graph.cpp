#include "core/nn/cuda_graph.h"

#include <dlfcn.h>

#include <filesystem>

namespace daguerre {
namespace {

using Recorder = CudaGraph* (*)(const at::Device&, const std::function<void()>&);

/// In the library beside the program.
Recorder recorder() {
    static const Recorder found = []() -> Recorder {
        std::error_code error;
        const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
        void* library =
            dlopen((program.parent_path() / "libdaguerre-cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        return library ? reinterpret_cast<Recorder>(dlsym(library, "daguerre_record_graph"))
                       : nullptr;
    }();
    return found;
}

}  // namespace

std::unique_ptr<CudaGraph> record_graph(const at::Device& device,
                                        const std::function<void()>& work) {
    if (!device.is_cuda() || !recorder()) return nullptr;
    return std::unique_ptr<CudaGraph>(recorder()(device, work));
}

}  // namespace daguerre
