// The masks that engines are measured on: `daguerre bench inpaint --masks`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// Broken lines: between `least` and `most` + 1 of them, each of 1 to 5 segments up to `length` + 9
/// pixels long and `width` + 4 thick.
struct BenchStrokes {
    int least = 0, most = 0, length = 0, width = 0;
};
/// Upright boxes with sides from `small` to `large`, at least `border` away from the edge.
struct BenchBoxes {
    int least = 0, most = 0, small = 0, large = 0, border = 0;
};

/// A class of masks: drawn at random, by the distribution of Suvorov et al. 2021 (arXiv:2109.07161,
/// supplement), until the hole's share of the picture is accepted; or a fixed pattern. `square`
/// over 0: laid on the photo's central square, brought to this side, as Lugmayr et al. 2022
/// (arXiv:2201.09865, section 5).
struct BenchMask {
    std::string id, title;
    int square = 0;
    BenchStrokes strokes{};
    BenchBoxes boxes{};  // most 0: strokes alone; else 3 masks in 13 are boxes
    double least_share = 0.01, most_share = 0.8;
    bool (*known)(int x, int y, Size size) = nullptr;  // of a fixed pattern
};

/// thin, medium, thick, huge; repaint-thin, repaint-thick, lines, grid, expand, half.
const std::vector<BenchMask>& bench_masks();

/// Mask `number` of a class: a pure function of all it is given. 8 bit, 255 the hole, 0 known.
/// Throws Error when no mask of 1000 has an accepted share, as on pictures of a few pixels.
Image bench_mask(const BenchMask& kind, Size size, std::uint64_t seed, std::uint64_t number);

}  // namespace daguerre
