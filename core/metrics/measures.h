// The metrics themselves: plain functions of two sets of images or of their features, in double
// precision. Nothing here knows a model, a file or a dataset.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/torch.h"

namespace daguerre {

/// A value, and how far it may be off by chance: one standard deviation.
struct Estimate {
    double value = 0, error = 0;
};

/// Told the share of the work that is done, 0 to 1, between two blocks of it. What it throws ends
/// the work; it may be empty.
using OnShare = std::function<void(double share)>;

/// Of features [N, d]. Throws Error naming image and feature where one isn't a number, as `whose`
/// features: "the samples".
void require_finite(const at::Tensor& features, const std::string& whose);

struct Moments {
    at::Tensor mean, covariance;  // [d], [d, d] float64, ÷ (n − 1)
};
/// features: [N, d], N > 1.
Moments moments_of(const at::Tensor& features);
/// ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 Σ√λ(√Σ₁ Σ₂ √Σ₁), by two symmetric eigenproblems with eigenvalues
/// cut off at 0. Source: Heusel et al. 2017 (arXiv:1706.08500), eq. 6.
double frechet_distance(const Moments& a, const Moments& b);

struct Frechet {
    Estimate distance;                  // ± over 20 bootstraps of the samples
    std::optional<Estimate> unbounded;  // the straight line over 1/n, at 0; ± of the line
};
/// samples, reference: [N, d]; N at least 2d of each side, else Error. `unbounded` from 10 sizes
/// between n/4 and n; nothing for fewer than 8d samples.
/// Source of the line: Chong, Forsyth 2020 (arXiv:1911.07023), section 4.
Frechet frechet(const at::Tensor& samples, const at::Tensor& reference, std::uint64_t seed,
                const OnShare&);

/// Squared maximum mean discrepancy, unbiased, with the kernel (⟨x, y⟩/d + 1)³.
/// x, y: [m, d], each m > 1. Source: Bińkowski et al. 2018 (arXiv:1801.01401), eq. 4.
double kernel_distance(const at::Tensor& x, const at::Tensor& y);
/// Mean and deviation of it over 100 pairs of subsets of min(1000, n) images.
Estimate kernel_distance(const at::Tensor& samples, const at::Tensor& reference, std::uint64_t seed,
                         const OnShare&);

/// Of balls around each image that reach to its k-th nearest neighbour, itself not counted; inside
/// means strictly nearer.
struct Neighbourhoods {
    /// Share of samples in a ball of the reference, and the other way round; k 3.
    /// Source: Kynkäänniemi et al. 2019 (arXiv:1904.06991), eq. 1 and 2.
    Estimate precision, recall;
    /// Balls of the reference that a sample is in, by k; share of them with a sample in it; k 5.
    /// Source: Naeem et al. 2020 (arXiv:2002.09797), eq. 3 and 4.
    Estimate density, coverage;
};
/// samples, reference: [N, d] of any N > 5 each; distances are computed in blocks of rows.
/// The errors count images as independent.
Neighbourhoods neighbourhoods(const at::Tensor& samples, const at::Tensor& reference,
                              const OnShare&);

/// The nearest of a set, row by row.
struct Nearest {
    at::Tensor index;     // [M] int64
    at::Tensor distance;  // [M] float64, Euclidean
};
/// x: [M, d], set: [N, d] of any type, worked through in blocks. except: [M] int64, the row of
/// `set` that doesn't count for each x; may be undefined. N at least 1, at least 2 with `except`.
Nearest nearest_of(const at::Tensor& x, const at::Tensor& set, const at::Tensor& except,
                   const OnShare&);

/// Sliced Wasserstein distance × 1000 by level of a Laplacian pyramid, finest first.
struct SlicedLevel {
    int side = 0;
    Estimate distance;  // ± over four sets of directions
};
/// samples, reference: [N, C, S, S] bytes, equally many (at most 8192 are taken), S at least 7.
/// 128 patches of 7x7 an image, 4 x 128 directions; a side is halved while it is even and its half
/// at least 14. Equal sets give exactly 0; others are within a thousandth.
/// Source: Karras et al. 2018 (arXiv:1710.10196), section 5.
std::vector<SlicedLevel> sliced_wasserstein(const at::Tensor& samples, const at::Tensor& reference,
                                            std::uint64_t seed, const OnShare&);

/// Mean MS-SSIM (core/nn/ms_ssim.h) of up to `most` random pairs: 1 where all images are alike.
/// images: [N, C, S, S] bytes, N > 1, S at least 11.
Estimate pair_similarity(const at::Tensor& images, std::uint64_t seed, const OnShare&,
                         std::int64_t most = 1000);

/// exp E KL(p(y|x) ‖ p(y)), mean and deviation over 10 parts of the images in a random order.
/// logits: [N, classes], N at least 10. Source: Salimans et al. 2016 (arXiv:1606.03498), section 4.
Estimate classifier_score(const at::Tensor& logits, std::uint64_t seed);
/// Share of the images with a label that the classifier takes for it; nothing where none has one.
/// labels: [N] int64, -1: none.
std::optional<Estimate> recognised(const at::Tensor& logits, const at::Tensor& labels);
/// How many images the classifier takes for each class.
std::vector<std::int64_t> class_counts(const at::Tensor& logits);

/// Mean of `values` and its standard error. Not empty.
Estimate mean_of(const std::vector<double>& values);
/// A share of n independent things.
Estimate share_of(double share, std::int64_t n);

}  // namespace daguerre
