#define DAGUERRE_ISA avx2
#include "core/nn/group_norm_loops.h"

namespace daguerre::avx2 {

template void forward<float>(const NormedImage<float>&, float*, float*, float*, NormSpace);
template void forward<c10::BFloat16>(const NormedImage<c10::BFloat16>&, c10::BFloat16*, float*,
                                     float*, NormSpace);
template void backward<float>(const NormedImage<float>&, const float*, const float*, const float*,
                              float*, float*, float*, float*, NormSpace);
template void backward<c10::BFloat16>(const NormedImage<c10::BFloat16>&, const c10::BFloat16*,
                                      const float*, const float*, c10::BFloat16*, float*, float*,
                                      float*, NormSpace);

}  // namespace daguerre::avx2
