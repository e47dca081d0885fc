// The best guess of a picture behind noise, when all that is known of pictures is one photo: its
// windows.
#pragma once

#include <vector>

#include "core/inpaint/nnf.h"

namespace daguerre {

/// Guesses what is in a level's hole from a noisy picture x = clean + σ · noise of it. Every window
/// that holds a hole pixel is taken to be one of the windows that may be copied, each as likely,
/// plus a little noise, since none fits exactly; seen are x in the hole and the photo around it.
/// Then Bayes gives the weight of each window:
///     log w = −Σ_hole (x − p)² / (2 (σ² + s0²)) − Σ_known (y − p)² / (2 s_k²),
///     s0 = 0.06, s_k² = s0² + (σ / (4 (1 + σ)))²,
/// and the guess is their weighted mean, on levels with many windows the heaviest alone. A pixel is
/// the mean over the windows that cover it, by a narrow Gaussian of the distance to their centres.
/// After Qiu, Kutulakos, Lindell 2026 (arXiv:2606.04299), who leave nothing known; the terms for
/// known pixels are ours.
class PatchDenoiser {
public:
    /// level: with sources. It must outlive this. draws: for the search of large levels.
    PatchDenoiser(const Level& level, const Draws& draws);

    /// x, and the guess: a value a channel for each of level.holes, grey / 127.5 − 1. sigma > 0.
    /// Blocks; the guess is unfinished when the watch has stopped.
    std::vector<float> operator()(const std::vector<float>& x, double sigma, Watch& watch);

    /// Which window was the heaviest; may be set to begin the next search from.
    Matches matches;

private:
    void observe(const std::vector<float>& x, double sigma);
    double distance(std::int32_t target, std::int32_t source, double enough) const;
    void weigh_all(std::size_t target, std::vector<float>& space);
    void take_nearest(const Draws& draws, Watch& watch);
    const float* proposal(std::int32_t centre, std::int32_t pixel) const;
    std::vector<float> blend(Watch& watch) const;

    const Level& level_;
    Draws draws_;
    bool few_;                          // windows: all are weighed
    std::size_t window_;                // values in one
    std::vector<float> seen_, weight_;  // of the level's values: x or the photo; 1 / variance
    std::vector<float> guesses_;        // of few windows: one for each of level.targets
    std::vector<std::size_t> number_;   // of the target that a pixel is
};

}  // namespace daguerre
