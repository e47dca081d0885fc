#include "core/models/gan_networks.h"

#include <algorithm>

namespace daguerre {
namespace {

constexpr int smallest = 4,
              largest = 8;  // a base side is at least the one and under the other
constexpr int largest_image = 1024;

}  // namespace

int base_side(int size) {
    int side = size;
    while (side % 2 == 0 && side >= largest) side /= 2;
    return side >= smallest && side < largest && side < size ? side : 0;
}

std::pair<int, int> sides_near(int size) {
    int below = size - 1, above = size + 1;
    while (below > 0 && base_side(below) == 0) --below;
    while (above <= largest_image && base_side(above) == 0) ++above;
    return {below, above <= largest_image ? above : 0};
}

std::int64_t width_of(std::int64_t narrowest, std::int64_t widest, int from, int side) {
    return narrowest * std::min<std::int64_t>(widest, std::max(from / side, 1));
}

std::int64_t values_of_image(const GanConfig& config) {
    return std::int64_t(config.channels) * config.size * config.size;
}

std::int64_t parameters_in(const torch::nn::Module& network) {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : network.parameters()) count += parameter.numel();
    return count;
}

}  // namespace daguerre
