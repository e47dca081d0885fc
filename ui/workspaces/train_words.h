// How Train says counts, spans and bytes, and how a run stands.
#pragma once

#include <QString>
#include <cstdint>

#include "core/training/runs.h"
#include "ui/work/train_job.h"

namespace daguerre {

QString nameOf(const std::filesystem::path& run);  // of its folder
QString countWords(std::int64_t count);            // "512,000", by locale
QString shortCount(double count);                  // "330", "3.2"
QString spanWords(double seconds);                 // "12 s", "25 min", "3.2 h"
QString bytesWords(std::uint64_t bytes);           // "410 MB", "1.9 GB"
QString familyWords(const std::string& id);        // "GAN"; of a newer program, the id
/// "stopped at 96,000", "done", "failed: …".
QString stateWords(const RunInfo& run);
/// How the run that is trained stands, for the bar above it and for its line in the list.
QString phaseWords(const TrainStatus& status);
QString shortWords(const TrainStatus& status);

}  // namespace daguerre
