// What a fill costs on this machine: guessed at first, then from what was measured here.
#pragma once

#include <QString>
#include <string>

namespace daguerre {

struct MaskFacts;

/// "about 0.4 s", "instant"; "" while the mask is empty.
QString costText(const std::string& engine, const MaskFacts& facts);
/// Remembers what an engine took for a mask.
void rememberCost(const std::string& engine, const MaskFacts& facts, double seconds);
/// "0.4 s", "12 s", "3 min".
QString secondsText(double seconds);

}  // namespace daguerre
