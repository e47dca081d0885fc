// How good a fill is, where the truth is known: the figures of `daguerre bench inpaint`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// Pictures are compared as 8-bit RGB, 0 to 255; luma is that of Rec. 601. The hole is where the
/// mask is 128 and over. A figure whose denominator is empty is nullopt.
struct FillFigures {
    /// Mean |difference| over the hole, per cent of 255.
    std::optional<double> l1;
    /// Peak signal-to-noise ratio in dB over the hole and over the whole photo; at most 99.
    std::optional<double> psnr_hole, psnr;
    /// Structural similarity of the luma, over all windows that lie wholly inside and over those
    /// whose centre is in the hole. Source: Wang et al. 2004, "Image quality assessment: from error
    /// visibility to structural similarity", eq. 13; 11x11 Gaussian, σ 1.5, K1 0.01, K2 0.03.
    std::optional<double> ssim, ssim_hole;
    /// Sharpness: gradients of the luma of the fill by those of the truth, where all within 2
    /// pixels is hole. A blurred fill is under 1.
    std::optional<double> grad;
    /// Sliced Wasserstein distance, x 1000, between the 7x7 windows around the hole's pixels of
    /// both pictures, and between the windows less their mean colour: texture alone. At most 8192
    /// windows, 128 directions. Source: Rabin et al. 2011, "Wasserstein barycenter and its
    /// application to texture mixing", section 2.
    std::optional<double> swd, swdhp;
    /// Steps of colour over the hole's rim, of the fill by those of the truth. A visible seam is
    /// over 1, a washed-out rim under 1.
    std::optional<double> seam;
};

struct FillFigureRow {
    std::string id;  // "l1"
    std::optional<double> FillFigures::*of = nullptr;
};
const std::vector<FillFigureRow>& fill_figure_rows();

/// fill, truth: of one size, any channels and depth; alpha doesn't count. mask: of that size, else
/// std::logic_error. Blocks; uses all threads, and gives the same numbers for any count of them.
FillFigures fill_figures(const Image& fill, const Image& truth, const Image& mask);

/// How far fills of the same hole lie apart: mean |difference| in the hole over all pairs, in greys
/// of 8 bits. nullopt for fewer than two pictures or an empty hole.
std::optional<double> spread_of(std::span<const Image> fills, const Image& mask);

}  // namespace daguerre
