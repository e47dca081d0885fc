#include "core/base/error.h"
#include "core/inpaint/nnf.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define DAGUERRE_AVX2 1
#endif

namespace daguerre {
namespace {

template <int side>
[[gnu::always_inline]] inline std::int32_t sum(const std::int16_t* p, const std::int16_t* q,
                                               std::ptrdiff_t stride, std::int32_t start,
                                               std::int32_t enough) {
    std::int32_t total = start;
    for (int row = 0; row < side && total < enough; ++row, p += stride, q += stride)
        for (int i = 0; i < feature_count * side; ++i) {
            // Differences kept as int16 become multiply-add pairs (pmaddwd).
            const auto d = std::int16_t(p[i] - q[i]);
            total += d * d;
        }
    return total;
}

template <int side>
std::int32_t any(const std::int16_t* p, const std::int16_t* q, std::ptrdiff_t stride,
                 std::int32_t start, std::int32_t enough) {
    return sum<side>(p, q, stride, start, enough);
}

#ifdef DAGUERRE_AVX2
template <int side>
__attribute__((target("avx2"))) std::int32_t avx2(const std::int16_t* p, const std::int16_t* q,
                                                  std::ptrdiff_t stride, std::int32_t start,
                                                  std::int32_t enough) {
    return sum<side>(p, q, stride, start, enough);
}
#endif

template <int side>
Distance choice(Processor processor) {
#ifdef DAGUERRE_AVX2
    if (processor == Processor::Avx2) return avx2<side>;
#endif
    require(processor == Processor::Any, "this machine has no such processor");
    return any<side>;
}

}  // namespace

Processor this_processor() {
#ifdef DAGUERRE_AVX2
    if (__builtin_cpu_supports("avx2")) return Processor::Avx2;
#endif
    return Processor::Any;
}

Distance distance_of(int side, Processor processor) {
    switch (side) {
        case 3:
            return choice<3>(processor);
        case 5:
            return choice<5>(processor);
        case 7:
            return choice<7>(processor);
        default:
            require(side == 9, "windows have 3, 5, 7 or 9 pixels a side");
    }
    return choice<9>(processor);
}

}  // namespace daguerre
