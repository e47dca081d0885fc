// Computing in bf16 with fp32 weights.
#pragma once

#include <ATen/autocast_mode.h>

#include "core/base/torch.h"

namespace daguerre {

/// Lets a region compute in bf16 with fp32 weights. The copies it makes of the weights are dropped
/// at its end, or the next step would use stale ones.
class Autocast {
public:
    Autocast(at::DeviceType device, bool on)
        : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
        at::autocast::set_autocast_dtype(device, at::kBFloat16);
        at::autocast::set_autocast_enabled(device, on);
        at::autocast::increment_nesting();
    }
    ~Autocast() {
        at::autocast::decrement_nesting();
        at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(device_, before_);
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    at::DeviceType device_;
    bool before_;
};

}  // namespace daguerre
