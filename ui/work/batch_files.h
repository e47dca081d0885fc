// Filling the photos of a folder, one after the other. All of it reads the disk.
#pragma once

#include <filesystem>
#include <vector>

#include "core/inpaint/fill_files.h"

namespace daguerre {

struct BatchSettings {
    std::filesystem::path photos;  // a folder
    std::filesystem::path masks;   // a folder, whose files are matched by stem, or one mask for all
    std::filesystem::path out;     // a folder; results keep the photo's own name
    FillSettings fill;
};

enum class BatchState { Waiting, Running, Done, Skipped, Failed, Stopped, LeftOut };

struct BatchRow {
    FillRow fill;  // `error` says why it failed or was left out
    BatchState state = BatchState::Waiting;
};

/// The photos of the folder by name, then what was left out. Throws Error as match_files.
std::vector<BatchRow> batchRows(const BatchSettings& settings);
/// Fills one, writes it with its record, and tells how it went; an Error becomes its sentence. One
/// that is there already, of the same photo, mask and settings, is Skipped. onProgress: false
/// stops.
BatchRow filledRow(BatchRow row, const FillSettings& settings, const OnProgress& onProgress);
/// Writes `daguerre-batch.json` into the folder of results: what became of each photo.
void writeBatchReport(const BatchSettings& settings, const std::vector<BatchRow>& rows);

}  // namespace daguerre
