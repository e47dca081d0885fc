// Loops over blocks on the program's threads, which can be watched and stopped.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "core/image/progress.h"

namespace daguerre {

/// One piece of long work. Made and asked by the thread that works; the bodies of its loops run on
/// others too. Once `on_progress` has said false, loops do nothing, so that work runs out.
class Watch {
public:
    /// what, total: of the Progress that `frame` tells.
    Watch(const OnProgress& on_progress, std::string what, std::int64_t total);

    bool stopped() const { return stopped_; }
    /// Between two long steps that are no loops: tells progress as blocks() does. false: stopped.
    bool go_on() {
        tell_now_and_then();
        return !stopped_;
    }
    /// Something new to see.
    void frame(std::int64_t done, std::function<Preview()> preview);
    /// Calls body(0) to body(count - 1), each once, in any order; returns when all have returned.
    /// Tells progress without a preview when the last word is 30 ms old. What blocks compute may
    /// not depend on the thread: then neither does the result.
    void blocks(int count, const std::function<void(int)>& body);
    /// The same for the ranges [first, last) of `count` things, `size` a block.
    void ranges(std::int64_t count, std::int64_t size,
                const std::function<void(std::int64_t first, std::int64_t last)>& body);
    /// body's values for such ranges, added in their order.
    double sum(std::int64_t count, std::int64_t size,
               const std::function<double(std::int64_t first, std::int64_t last)>& body);

private:
    void tell_now_and_then();

    const OnProgress& on_progress_;
    Progress progress_;
    std::atomic<bool> stopped_ = false;
    std::thread::id owner_ = std::this_thread::get_id();
    std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

}  // namespace daguerre
