// Filling a hole with copies of its surroundings, from coarse to fine: what heal does, and what
// finishes others' pictures.
#pragma once

#include <vector>

#include "core/inpaint/level.h"
#include "core/inpaint/watch.h"

namespace daguerre {

/// Where the way to the fine levels begins.
struct Start {
    int level = 0;
    Colours colours;  // of the level's size: what its hole holds; width 0: peel from the rim
    int rounds = 10;  // at most, a level
};

/// What the sum of Progress::done will be.
std::int64_t synthesis_work(const std::vector<Picture>& pictures, const Start& start);

/// Fills the hole. pictures: pyramid(area, side), each with windows to copy; done: where progress
/// begins. Shows a frame after every round. Multi-scale exemplar synthesis after Wexler, Shechtman,
/// Irani 2007, Barnes et al. 2009 and Newson et al. 2017 (IPOL 2017.189); seams are closed by the
/// screened Poisson equation, as in Darabi et al. 2012.
Filling synthesise(const Area& area, std::vector<Picture> pictures, int side, const Start& start,
                   std::int64_t done, Watch& watch);

/// The area as 8 bits, its hole filled from a picture 2^level times smaller.
Image shown(const Area& area, const Colours& picture, int level);

}  // namespace daguerre
