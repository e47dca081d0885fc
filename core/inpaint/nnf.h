// Fields of nearest neighbours: for every window that holds a hole pixel, the most similar window
// that may be copied. One search serves every engine that copies.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/inpaint/level.h"
#include "core/inpaint/watch.h"

namespace daguerre {

/// A value for each pixel of a level. source: the number of the window that matches, -1 where there
/// is none. distance: of the two windows, in (1/8 grey)².
struct Matches {
    std::vector<std::int32_t> source, distance;
};

/// Nothing matches yet.
Matches no_matches(const Level& level);
/// The matches of the next coarser level carried to this one: a shift of n pixels becomes one of
/// 2n, which is dropped where it leads to no source.
Matches finer(const Level& coarse, const Matches& matches, const Level& fine);

/// Sum of squared differences of two windows' features, or, once it is at least `enough`, any
/// number from there on. p, q: features of the left upper corners; stride: of a row. start: added.
/// A sum of whole numbers, so every processor finds the same.
using Distance = std::int32_t (*)(const std::int16_t* p, const std::int16_t* q,
                                  std::ptrdiff_t stride, std::int32_t start, std::int32_t enough);
enum class Processor { Any, Avx2 };
/// The one that this machine runs best.
Processor this_processor();
/// side: 3, 5, 7 or 9.
Distance distance_of(int side, Processor processor = this_processor());

/// Decides layout: a smooth picture of what the hole should become (wanted) is compared with the
/// smoothed area (seen), both of the level's size and channels, at the windows' centres.
struct Guidance {
    Colours wanted, seen;
    float weight = 0;  // against the windows' pixels; 0: none

    /// What is added to the distance of target p to source q: at most 4e8.
    std::int32_t operator()(std::int32_t p, std::int32_t q) const;
};

/// Which random numbers a search draws: a pure function of these, the pass and the pixel.
struct Draws {
    std::uint64_t seed = 1;
    int level = 0, round = 0;
};

/// Makes matches nearer in so many passes, drawing those that are missing: tries the neighbours'
/// matches, one window of the whole picture and some at falling distances around the best. Small
/// levels are searched exhaustively instead. The result depends on the arguments alone. The level
/// must have sources. After Barnes et al. 2009, "PatchMatch".
void search(const Level& level, Matches& matches, const Draws& draws, int passes,
            const Guidance& guidance, Watch& watch);

/// The same by another distance of target p and source q, never exhaustively; any number from
/// `enough` on is as good as the true one.
using Measure = std::function<std::int32_t(std::int32_t p, std::int32_t q, std::int32_t enough)>;
void search(const Level& level, Matches& matches, const Draws& draws, int passes,
            const Measure& measure, Watch& watch);

}  // namespace daguerre
