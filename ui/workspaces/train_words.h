// How Train says counts, spans and bytes, and how a run stands.
#pragma once

#include <QString>
#include <cstdint>

#include "core/training/runs.h"

namespace daguerre {

QString countWords(std::int64_t count);   // "512,000", by locale
QString shortCount(double count);         // "330", "3.2"
QString spanWords(double seconds);        // "12 s", "25 min", "3.2 h"
QString bytesWords(std::uint64_t bytes);  // "410 MB", "1.9 GB"
/// "stopped at 96,000", "done", "failed: …".
QString stateWords(const RunInfo& run);

}  // namespace daguerre
