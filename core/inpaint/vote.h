// From matches to pixels: every window that covers a pixel of the hole proposes a colour.
#pragma once

#include <cstdint>
#include <vector>

#include "core/inpaint/nnf.h"

namespace daguerre {

/// How the proposals for a pixel are weighed: alike, or by exp(-D / (2 · D75)), D75 the upper
/// quartile of their distances (Wexler, Shechtman, Irani 2007, eq. 4).
enum class Weighing { Alike, ByDistance };

/// Sets colour, texture and features of the hole to the mean of the proposals; a pixel without any
/// keeps what it has. All read the old picture. Returns the mean change of a value, in greys.
double vote(Level& level, const Matches& matches, Weighing weighing, Watch& watch);

/// For each of level.holes the pixel that the nearest of its windows proposes; equals by the
/// distance of their centres, then in raster order. -1 where no window has a match.
std::vector<std::int32_t> best_sources(const Level& level, const Matches& matches, Watch& watch);

/// Fills the hole of a level from its rim inwards, layer by layer: each window that touches a layer
/// takes the source nearest by what is known of the window so far, and these vote.
void peel(Level& level, Matches& matches, Watch& watch);

}  // namespace daguerre
