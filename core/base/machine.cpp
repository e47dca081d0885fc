#include "core/base/machine.h"

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace daguerre {
namespace {

/// A number of /proc/meminfo in bytes, 0 when it isn't there.
std::uint64_t meminfo(const std::string& key) {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
    return 0;
}

/// A number of the memory controller of our cgroup; the largest number when there is no limit.
std::uint64_t cgroup_number(const char* name) {
    std::ifstream file(std::string("/sys/fs/cgroup/") + name);
    std::uint64_t value = 0;
    return file >> value ? value : std::numeric_limits<std::uint64_t>::max();
}

std::string cpu_line(const std::string& key) {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return line.substr(line.find(':') + 1);
    return "";
}

}  // namespace

int core_count() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return std::max(1, CPU_COUNT(&set));
}

std::uint64_t memory_total() { return std::min(meminfo("MemTotal"), cgroup_number("memory.max")); }

std::uint64_t memory_available() {
    const std::uint64_t free = meminfo("MemAvailable");
    const std::uint64_t limit = cgroup_number("memory.max");
    if (limit == std::numeric_limits<std::uint64_t>::max()) return free;
    const std::uint64_t used = cgroup_number("memory.current");
    return std::min(free, used < limit ? limit - used : 0);
}

std::uint64_t memory_used() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t memory_peak() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void forget_memory_peak() {
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;
}

// Intel's avx512_bf16 without AMX was slower than float32 where it was measured: docs/speed.md.
bool has_fast_bf16() {
    const bool amd = cpu_line("vendor_id").ends_with("AuthenticAMD");
    std::istringstream flags(cpu_line("flags"));
    for (std::string flag; flags >> flag;)
        if (flag == "amx_bf16" || (amd && flag == "avx512_bf16")) return true;
    return false;
}

void keep_freed_memory() {
    constexpr int kept = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kept);
    ::mallopt(M_TRIM_THRESHOLD, kept);
    ::mallopt(M_TOP_PAD, 64 << 20);
}

std::string processor_name() {
    const std::string line = cpu_line("model name");
    const std::size_t start = line.find_first_not_of(" \t");
    return start == std::string::npos ? "this processor" : line.substr(start);
}

Field precision_field() {
    return {.key = "precision",
            .label = "Precision",
            .help = "auto is bf16 where the device multiplies it faster",
            .choices = {"auto", "fp32", "bf16"}};
}

Field device_field() {
    return {.key = "device", .label = "Device", .help = "auto, cpu, cuda or cuda:N"};
}

Field threads_field() {
    return {.key = "threads", .label = "Threads", .help = "0: all cores", .max = 1024};
}

}  // namespace daguerre
