// Work of a GPU that is recorded once and then started as a whole.
#pragma once

#include <functional>
#include <memory>

#include "core/base/torch.h"

namespace daguerre {

/// A CUDA graph. Starting the kernels of a small network one by one takes longer than they run.
class CudaGraph {
public:
    virtual ~CudaGraph() = default;
    /// Starts the work on the device's current stream. Doesn't wait for it.
    virtual void replay() = 0;
};

/// Records what `work` starts on a GPU, without doing it. `work` has been done once before, so that
/// all libraries are ready; it doesn't read from the GPU, and the tensors that it takes and leaves
/// stay where they are. nullptr where the build has no part for CUDA, or recording fails.
/// The recorder is a library of its own, since it needs LibTorch's CUDA part, which our programs
/// open only where there is a GPU.
std::unique_ptr<CudaGraph> record_graph(const at::Device& device,
                                        const std::function<void()>& work);

}  // namespace daguerre
