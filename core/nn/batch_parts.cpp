#include "core/nn/batch_parts.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/torch.h"
#include "core/nn/torch_error.h"

namespace daguerre {
namespace {

/// How memory ran out; null when the work came through.
std::exception_ptr ran_out(const std::function<void(std::int64_t)>& work, std::int64_t part) {
    try {
        work(part);
        return nullptr;
    } catch (...) {
        if (!is_out_of_memory(std::current_exception())) throw;
        return std::current_exception();
    }
}

/// What LibTorch keeps of a GPU's memory for later goes back to it.
void forget_unused_memory() {
    if (torch::cuda::is_available()) at::getDeviceAllocator(at::kCUDA)->emptyCache();
}

}  // namespace

std::int64_t BatchParts::run(std::int64_t count, const std::function<void(std::int64_t)>& work) {
    std::int64_t part = at_once_ > 0 ? std::min(at_once_, count) : count;
    while (const std::exception_ptr failure = ran_out(work, part)) {
        if (part == 1) std::rethrow_exception(failure);
        forget_unused_memory();  // outside the catch, where all that the work held is gone
        at_once_ = part = (part + 1) / 2;
    }
    return part;
}

}  // namespace daguerre
