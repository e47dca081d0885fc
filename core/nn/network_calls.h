// Calls of one network as sampling makes them: many, all of one shape.
#pragma once

#include <memory>

#include "core/nn/cuda_graph.h"
#include "core/nn/unet.h"

namespace daguerre {

/// Without gradients. Inputs and answer as of UNetImpl::forward; every call has the shapes and
/// types of the first. On a GPU the second call becomes a CUDA graph, which the others replay. One
/// thread at a time; the network's weights stay as they are.
class NetworkCalls {
public:
    explicit NetworkCalls(UNet network) : network_(std::move(network)) {}
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& t, const at::Tensor& labels);

private:
    void record(const at::Tensor& x, const at::Tensor& t, const at::Tensor& labels);

    UNet network_;
    int calls_ = 0;
    at::Tensor x_, t_, labels_, answer_;  // what the graph reads and writes
    std::unique_ptr<CudaGraph> graph_;
};

/// Moves a network to where it will be called, in the layout that is fastest there.
void move_for_calls(UNet& network, const at::Device& device, at::ScalarType type);

}  // namespace daguerre
