// How the numbers that a PixelCNN answers for a pixel become the probabilities of its values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

/// A pixel's values are k/127.5 − 1, k from 0 to 255. P: pixels, O: outputs, C: channels. Answers
/// are float32 or double, and so is what is made of them.
struct PixelHead {
    std::string id, title;
    /// Whether the network's masks show a channel those before it in its own pixel; else the
    /// probabilities themselves hang on them.
    bool ordered;
    /// Numbers a pixel.
    std::int64_t (*outputs)(int channels, int mixtures);
    /// ln p of whole pixels. answer: [P, O], pixels: [P, C] → [P].
    at::Tensor (*log_likelihood)(const at::Tensor& answer, const at::Tensor& pixels);
    /// ln p of each of the 256 values of one channel, given the channels before it; of `pixels`
    /// only those count. → [P, 256].
    at::Tensor (*log_probabilities)(const at::Tensor& answer, const at::Tensor& pixels,
                                    int channel);
    /// What an untrained network answers: [O].
    at::Tensor (*first_answer)(int channels, int mixtures);
};

/// softmax256: a number for each value; what isn't learned yet is uniform.
/// logistics: a mixture of discretised logistic distributions, whose means in G and B move with the
/// channels before. Source: Salimans et al. 2017 (arXiv:1701.05517), section 2.1. A bin's
/// probability is σ(a) − σ(b) = σ(a)·σ(−b)·(1 − e^(b−a)), which loses no digits where the
/// difference would, so that their change to a density isn't needed.
const std::vector<PixelHead>& pixel_heads();

}  // namespace daguerre
