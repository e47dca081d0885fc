#include "core/nn/network_calls.h"

#include "core/nn/group_norm_cuda.h"

namespace daguerre {

void NetworkCalls::record(const at::Tensor& x, const at::Tensor& t, const at::Tensor& labels) {
    x_ = x.clone();
    t_ = t.clone();
    if (labels.defined()) labels_ = labels.clone();
    graph_ = record_graph(x.device(), [this] { answer_ = network_->forward(x_, t_, labels_); });
}

at::Tensor NetworkCalls::operator()(const at::Tensor& x, const at::Tensor& t,
                                    const at::Tensor& labels) {
    if (++calls_ == 2) record(x, t, labels);
    if (!graph_) return network_->forward(x, t, labels);
    require(x.sizes() == x_.sizes(), "calls of one network have one shape");
    x_.copy_(x);
    t_.copy_(t);
    if (labels.defined()) labels_.copy_(labels);
    graph_->replay();
    return answer_.clone();  // the next call writes there
}

void move_for_calls(UNet& network, const at::Device& device, at::ScalarType type) {
    if (!device.is_cuda() || !has_cuda_norm(device)) {
        network->to(device, type);
        return;
    }
    network->to(device);
    const auto moved = [&](const at::Tensor& tensor) {
        // Else each call would turn the weights of convolutions around.
        return tensor.dim() == 4 ? tensor.to(type).contiguous(at::MemoryFormat::ChannelsLast)
                                 : tensor.to(type);
    };
    for (const auto& module : network->modules()) {
        if (module->as<torch::nn::GroupNorm>()) continue;  // its kernel wants float32
        for (at::Tensor& tensor : module->parameters(false)) tensor.set_data(moved(tensor));
        for (at::Tensor& tensor : module->buffers(false)) tensor.set_data(moved(tensor));
    }
}

}  // namespace daguerre
