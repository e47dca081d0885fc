// The library libdaguerre-cuda, opened by cuda_graph.cpp once LibTorch's CUDA part is open, whose
// functions it then finds. Built where CUDA's headers are; it needs no CUDA compiler.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "core/nn/cuda_graph.h"

namespace daguerre {
namespace {

class Recorded : public CudaGraph {
public:
    void record(const at::Device& device, const std::function<void()>& work) {
        const c10::cuda::CUDAGuard guard(device);
        c10::cuda::getCurrentCUDAStream().synchronize();
        // The default stream can't be recorded.
        const c10::cuda::CUDAStreamGuard side(c10::cuda::getStreamFromPool());
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            graph_.capture_end();
            throw;
        }
        graph_.capture_end();
    }

    void replay() override { graph_.replay(); }

private:
    at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace daguerre

extern "C" __attribute__((visibility("default"))) daguerre::CudaGraph* daguerre_record_graph(
    const at::Device& device, const std::function<void()>& work) {
    try {
        auto graph = std::make_unique<daguerre::Recorded>();
        graph->record(device, work);
        return graph.release();
    } catch (const std::exception&) {
        return nullptr;
    }
}
