// The learning rate, a pure function of images seen.
#pragma once

#include <cstdint>

#include "core/models/train_request.h"

namespace daguerre {

/// Rate of the step after which `images_after` images are seen. It rises linearly over
/// request.warm_up images; then `none` keeps it, `cosine` lets it fall to 0 at request.images
/// (Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5), and `inverse-sqrt` lets it fall with the
/// root of the images from ten times the warm-up on (Karras et al. 2024, arXiv:2312.02696, eq. 67).
double learning_rate(const TrainRequest& request, std::int64_t images_after);

}  // namespace daguerre
