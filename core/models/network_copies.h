// One network on every device that asks for it.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "core/nn/weights.h"

namespace daguerre {

/// A network that nothing trains any more, in evaluation mode and without gradients. Safe from any
/// thread.
template <class Network>
class NetworkCopies {
public:
    /// network: on the processor. build: makes one of the same layout.
    NetworkCopies(Network network, std::function<Network()> build)
        : network_(frozen(std::move(network))), build_(std::move(build)) {}

    const Network& original() const { return network_; }
    /// The network on a device; the first call for one copies it there.
    Network on(const at::Device& device) const {
        if (device.is_cpu()) return network_;
        const std::lock_guard lock(mutex_);
        const auto [entry, fresh] = copies_.try_emplace(device.str(), Network(nullptr));
        if (fresh) {
            Network copy = build_();
            load_into(*copy, weights_of(*network_), "the model");
            copy->to(device);
            entry->second = frozen(copy);
        }
        return entry->second;
    }

private:
    static Network frozen(Network network) {
        network->eval();
        for (const at::Tensor& parameter : network->parameters())
            parameter.set_requires_grad(false);
        return network;
    }

    Network network_;
    std::function<Network()> build_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, Network> copies_;
};

}  // namespace daguerre
