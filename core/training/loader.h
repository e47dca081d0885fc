// Batches in an order that hangs on the seed alone.
#pragma once

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/data/preprocess.h"
#include "core/models/trainer.h"

namespace daguerre {

struct LoaderOptions {
    std::uint64_t seed = 1;  // of the run
    std::int64_t batch = 64;
    bool flips = false;            // mirror every image with probability ½
    int threads = 1;               // that make batches
    at::Device device = at::kCPU;  // where they will go: for a GPU they lie in pinned memory
};

/// Threads that keep a device fed: one beside a processor, whose cores are busy; up to four where
/// the cores wait for a GPU.
int loader_threads(const at::Device& device, int threads);

/// Which image of the set is image number n of the run: each epoch is a permutation of its own.
class Order {
public:
    Order(std::uint64_t seed, std::uint32_t count) : seed_(seed), count_(count) {}
    std::uint32_t at(std::int64_t n);

private:
    std::uint64_t seed_;
    std::uint32_t count_;
    std::int64_t epoch_ = -1;
    std::vector<std::uint32_t> places_;
};

/// The batch of the run that begins with image number `first`. Flip, noise and place of image n
/// hang on seed and n alone, so a batch doesn't depend on the one before.
Batch batch_at(const PixelBlock& views, const LoaderOptions& options, Order& order,
               std::int64_t first);

/// Endless batches in order, the next few made ahead on threads of its own. What a batch holds
/// doesn't hang on how many those are.
class Loader {
public:
    /// `first`: number of the image to begin with. `views` isn't empty.
    Loader(PixelBlock views, LoaderOptions options, std::int64_t first);
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// Blocks until the next batch is there. Throws what making it threw.
    Batch next();

private:
    void make_ahead(std::stop_token stop);

    PixelBlock views_;
    LoaderOptions options_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::int64_t taken_, begun_;           // first image of the next batch: to hand out, to make
    std::map<std::int64_t, Batch> ready_;  // by first image
    std::exception_ptr failure_;
    std::vector<std::jthread> threads_;  // last: they end first
};

}  // namespace daguerre
