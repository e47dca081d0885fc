#include "core/inpaint/watch.h"

#include <numeric>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

namespace daguerre {

Watch::Watch(const OnProgress& on_progress, std::string what, std::int64_t total)
    : on_progress_(on_progress), progress_{0, total, std::move(what), {}} {}

void Watch::frame(std::int64_t done, std::function<Preview()> preview) {
    if (stopped_) return;
    progress_.done = done;
    Progress shown = progress_;
    shown.preview = std::move(preview);
    if (on_progress_ && !on_progress_(shown)) stopped_ = true;
    told_ = std::chrono::steady_clock::now();
}

void Watch::tell_now_and_then() {
    constexpr std::chrono::milliseconds pause{30};
    const auto now = std::chrono::steady_clock::now();
    if (stopped_ || now - told_ < pause) return;
    told_ = now;
    if (on_progress_ && !on_progress_(progress_)) stopped_ = true;
}

void Watch::blocks(int count, const std::function<void(int)>& body) {
    if (stopped_ || count <= 0) return;
    const auto some = [&](const cv::Range& range) {
        for (int i = range.start; i < range.end && !stopped_; ++i) {
            body(i);
            if (std::this_thread::get_id() == owner_) tell_now_and_then();
        }
    };
    // A stripe a block: else a thread that waits can't help one that is behind.
    if (count == 1)
        some({0, 1});
    else
        cv::parallel_for_({0, count}, some, count);
    tell_now_and_then();
}

void Watch::ranges(std::int64_t count, std::int64_t size,
                   const std::function<void(std::int64_t, std::int64_t)>& body) {
    blocks(int((count + size - 1) / size),
           [&](int i) { body(i * size, std::min((i + 1) * size, count)); });
}

double Watch::sum(std::int64_t count, std::int64_t size,
                  const std::function<double(std::int64_t, std::int64_t)>& body) {
    std::vector<double> parts(std::size_t((count + size - 1) / size));
    blocks(int(parts.size()),
           [&](int i) { parts[std::size_t(i)] = body(i * size, std::min((i + 1) * size, count)); });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
}

}  // namespace daguerre
