#include "core/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace daguerre {

std::uint64_t mix(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

std::uint64_t seed_for(std::uint64_t run, Stream stream, std::uint64_t n) {
    return mix(mix(mix(run) ^ static_cast<std::uint64_t>(stream)) ^ n);
}

double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

std::uint64_t below(std::uint64_t n, std::uint64_t bits) {
    __extension__ using Wide = unsigned __int128;
    return std::uint64_t((Wide(bits) * n) >> 64);
}

double normal(std::uint64_t seed, std::uint64_t n) {
    const double radius = 1 - unit_interval(mix(seed + 2 * n));  // (0, 1], for the logarithm
    const double turn = unit_interval(mix(seed + 2 * n + 1));
    return std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * turn);
}

std::vector<std::uint32_t> permutation(std::uint64_t run, std::uint64_t epoch,
                                       std::uint32_t count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    const std::uint64_t seed = seed_for(run, Stream::Order, epoch);
    for (std::uint32_t k = count; k-- > 1;)
        std::swap(order[k], order[below(std::uint64_t(k) + 1, mix(seed + k))]);
    return order;
}

}  // namespace daguerre
