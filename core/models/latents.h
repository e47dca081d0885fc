// What decoders begin with: latents from seeds, and walks between those of several seeds.
#pragma once

#include <cstdint>

#include "core/base/fields.h"
#include "core/base/torch.h"
#include "core/image/record.h"
#include "core/models/model.h"

namespace daguerre {

/// [size] standard normal values, float32, CPU: the first that the seed's own generator draws.
at::Tensor latent_of(std::uint32_t seed, std::int64_t size);

/// The point at u in [0, 1] of the way from a to b, 1-D tensors of one size, along the sphere; the
/// straight line where they lie on one ray or line. u 0 and 1 give a and b to the bit.
/// Source: Shoemake 1985, "Animating rotation with quaternion curves"; for latents White 2016
/// (arXiv:1609.04468).
at::Tensor slerp(const at::Tensor& a, const at::Tensor& b, double u);

/// Between two stops of a walk; stop k belongs to the k-th seed after the first.
struct WalkPlace {
    std::int64_t from = 0, to = 0;
    double along = 0;  // 0 at `from`, 1 at `to`
};
/// Where frame i of `count` stands on a walk that visits `walk` >= 1 seeds beyond the first, at an
/// even pace. One more seed: there, the last frame being its image. Several: round and back to the
/// first seed, whose image isn't repeated at the end, so that a film runs on without a halt.
WalkPlace walk_place(std::int64_t walk, std::int64_t i, std::int64_t count);

/// The latent of image i of a request: its seed's, or with a walk that of frame i.
at::Tensor latent_of_image(const GenerateRequest& request, std::int64_t walk, std::int64_t i,
                           std::int64_t size);

/// The field `walk` of a family's options: how many seeds beyond the first; 0: no walk.
Field walk_field();
/// Lets the record of image i say that it is a frame of what the whole request makes: `request` in
/// it makes all of them again. The class stays only where the request names one.
void say_frame(Record& record, const GenerateRequest& request, std::int64_t i);
/// The same of a frame of a walk; nothing without one.
void say_walk(Record& record, const GenerateRequest& request, std::int64_t walk, std::int64_t i);

}  // namespace daguerre
