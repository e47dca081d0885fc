// What a fill costs on this machine: guessed at first, then from what was measured here.
#pragma once

#include <QString>
#include <cstdint>
#include <string>

namespace daguerre {

struct CompletionCost;
struct MaskFacts;
struct ModelInfo;

/// "about 0.4 s", "instant"; "" while the mask is empty.
QString costText(const std::string& engine, const MaskFacts& facts);
/// The same of a model: its network calls for each part of the mask.
QString modelCostText(const ModelInfo& model, const CompletionCost& cost, const MaskFacts& facts);
/// Remembers what an engine took for a mask.
void rememberCost(const std::string& engine, const MaskFacts& facts, double seconds);
/// Remembers what a model took for a mask of so many parts.
void rememberModelCost(const ModelInfo& model, const CompletionCost& cost, std::int64_t parts,
                       double seconds);
/// "0.4 s", "12 s", "3 min".
QString secondsText(double seconds);

}  // namespace daguerre
