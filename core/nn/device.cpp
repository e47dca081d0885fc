#include "core/nn/device.h"

#include <dlfcn.h>

#include <ATen/DeviceAccelerator.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "core/base/machine.h"
#include "core/base/torch.h"

namespace daguerre {
namespace {

constexpr int fast_bf16_capability = 80;

/// The same seed must give the same pixels, and the same run the same weights, also in another
/// process: so this holds from the start, whatever is done.
void make_repeatable() {
    at::Context& context = at::globalContext();
    // With warn_only, attention's backward pass would add in any order.
    context.setDeterministicAlgorithms(true, /*warn_only=*/false);
    // Else every new tensor is filled first, which doubles the work of a small network.
    context.setDeterministicFillUninitializedMemory(false);
    context.setBenchmarkCuDNN(false);
    // The backward passes of these two add in any order.
    context.setSDPUseMemEfficient(false);
    context.setSDPUseCuDNN(false);
}

Refusal refused_by_libtorch(Sentence why) {
    return {std::move(why), {"LibTorch can't use the GPU", {}}};
}

/// Must be called before the first call into LibTorch, which remembers what is there.
Refusal open_libtorch_cuda() {
    // cuBLAS reads it when it starts; without it the same run gives other last bits.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
        const char* error = dlerror();
        const std::string text = error ? error : "";
        if (text.find("libtorch_cuda.so: cannot open") != std::string::npos)
            return refused_by_libtorch(
                {"This LibTorch was built without CUDA, so the CPU is used. ./run --gpu brings "
                 "the other one.",
                 {}});
        return refused_by_libtorch(
            {"LibTorch's CUDA part can't be opened ({why}), so the CPU is used. ./run --gpu "
             "brings what it needs.",
             {{"why", text}}});
    }
    if (!torch::cuda::is_available())
        return refused_by_libtorch(
            {"LibTorch finds no GPU that it can use, so the CPU is used.", {}});
    make_repeatable();
    return {};
}

const GpuFacts& facts_here() {
    static const GpuFacts facts = [] {
        GpuFacts found = gpu_facts();
        if (!refusal_of(found)) found.libtorch = open_libtorch_cuda();
        return found;
    }();
    return facts;
}

DeviceChoice cpu_choice(int threads, Sentence why, Sentence brief) {
    return {"cpu", processor_name(), threads, std::move(why), has_fast_bf16(), std::move(brief)};
}

/// N of "cuda" (0) and "cuda:N"; throws for any other word.
std::size_t gpu_number(const std::string& device) {
    std::size_t number = 0;
    if (device == "cuda") return number;
    if (device.starts_with("cuda:")) {
        const char *begin = device.data() + 5, *end = device.data() + device.size();
        const auto [stop, error] = std::from_chars(begin, end, number);
        if (error == std::errc() && stop == end) return number;
    }
    throw UnknownWord("There is no device “{device}”. There are: auto, cpu, cuda, cuda:N.",
                      {{"device", device}});
}

int checked_threads(int threads) {
    if (threads < 0 || threads > 1024)
        throw Error("{n} threads can't be used; choose 0 (all cores) to 1024.", {{"n", threads}});
    return threads == 0 ? core_count() : threads;
}

/// The GPU that was asked for, or for “auto” the first that can be used.
std::size_t chosen_gpu(const std::string& device, const std::vector<Gpu>& gpus) {
    if (device == "auto")
        return std::size_t(std::find_if(gpus.begin(), gpus.end(),
                                        [](const Gpu& gpu) { return !refusal_of(gpu); }) -
                           gpus.begin());
    const std::size_t number = gpu_number(device);
    if (number >= gpus.size())
        throw Error("There is no GPU {n}; this machine has {count}, counted from 0.",
                    {{"n", number}, {"count", gpus.size()}});
    return number;
}

std::string gpu_name(std::size_t number) { return "cuda:" + std::to_string(number); }

bool is_gpu(const std::string& device) { return device.starts_with("cuda"); }

}  // namespace

DeviceChoice choose_device(const std::string& device, int threads, const GpuFacts& facts) {
    const int count = checked_threads(threads);
    if (device == "cpu")
        return cpu_choice(count, {"Working on the CPU, as asked.", {}}, {"as asked", {}});
    const bool automatic = device == "auto";
    if (!automatic) gpu_number(device);  // throws for a word that nobody knows
    const auto refuse = [&](const Refusal& refusal) {
        if (automatic) return cpu_choice(count, refusal.why, refusal.brief);
        throw Error("“{device}” can't be used. {why}",
                    {{"device", device}, {"why", refusal.why.text()}});
    };
    if (const Refusal all = refusal_of(facts)) return refuse(all);
    const std::size_t number = chosen_gpu(device, facts.gpus);
    const Gpu& gpu = facts.gpus[number];
    if (const Refusal own = refusal_of(gpu)) return refuse(own);
    return {gpu_name(number),
            gpu.name,
            count,
            {"Working on the GPU {name}.", {{"name", gpu.name}}},
            gpu.capability >= fast_bf16_capability,
            automatic ? Sentence{"fastest present", {}} : Sentence{"as asked", {}}};
}

DeviceChoice use_device(const std::string& device, int threads) {
    DeviceChoice choice =
        choose_device(device, threads, device == "cpu" ? GpuFacts{} : facts_here());
    at::set_num_threads(choice.threads);
    return choice;
}

std::string resolve_precision(const std::string& precision, const DeviceChoice& choice) {
    if (precision == "auto") return choice.fast_bf16 ? "bf16" : "fp32";
    if (precision == "fp32" || precision == "bf16") return precision;
    throw UnknownWord("There is no precision “{precision}”. There are: auto, fp32, bf16.",
                      {{"precision", precision}});
}

std::vector<DeviceRow> devices() { return devices(facts_here()); }

std::vector<DeviceRow> devices(const GpuFacts& facts) {
    std::vector<DeviceRow> rows{{"cpu", processor_name(), memory_total(), has_fast_bf16(), {}}};
    const Refusal all = refusal_of(facts);
    if (all && facts.gpus.empty()) rows.push_back({"cuda", "NVIDIA GPU", 0, false, all});
    for (std::size_t i = 0; i < facts.gpus.size(); ++i) {
        const Gpu& gpu = facts.gpus[i];
        const Refusal own = refusal_of(gpu);
        rows.push_back({gpu_name(i), gpu.name, gpu.memory, gpu.capability >= fast_bf16_capability,
                        own ? own : all});
    }
    return rows;
}

DeviceMemory device_memory(const std::string& device) {
    if (!is_gpu(device)) return {memory_total(), memory_available(), memory_peak()};
    const at::Device gpu(device);
    at::globalContext().lazyInitDevice(at::kCUDA);
    at::DeviceAllocator* allocator = at::getDeviceAllocator(at::kCUDA);
    const auto [free, total] = allocator->getMemoryInfo(gpu.index());
    // What the allocator keeps for later is free for us.
    const auto stats = allocator->getDeviceStats(gpu.index());
    const auto held = [](const auto& stat) { return stat[0].current; };
    const auto kept = held(stats.reserved_bytes) - held(stats.allocated_bytes);
    return {total, free + std::uint64_t(kept), std::uint64_t(stats.reserved_bytes[0].peak)};
}

void forget_gpu_peak(const std::string& device) {
    if (!is_gpu(device)) return;
    at::globalContext().lazyInitDevice(at::kCUDA);
    at::getDeviceAllocator(at::kCUDA)->resetPeakStats(at::Device(device).index());
}

}  // namespace daguerre
