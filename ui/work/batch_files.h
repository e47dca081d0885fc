// Filling the photos of a folder, one after the other. All of it reads the disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/inpaint/fill.h"

namespace daguerre {

struct BatchSettings {
    std::filesystem::path photos;  // a folder
    std::filesystem::path masks;   // a folder, whose files are matched by stem, or one mask for all
    std::filesystem::path out;     // a folder; results keep the photo's own name
    FillRequest request;
};

enum class BatchState { Waiting, Running, Done, Skipped, Failed, Stopped };

struct BatchRow {
    std::filesystem::path photo{}, mask{}, out{};  // mask empty: none was found
    BatchState state = BatchState::Waiting;
    double seconds = 0;
    std::int64_t holePixels = 0, outsideChanged = 0;
    Sentence why{};  // of a failure
};

/// The photos of the folder by name. Throws Error for a folder that isn't there or has no photos,
/// and where results would lie over photos.
std::vector<BatchRow> batchRows(const BatchSettings& settings);
/// Fills one, writes it with its record, and tells how it went; an Error becomes its sentence. One
/// that is there already, of the same photo, mask and settings, is Skipped. onProgress: false
/// stops.
BatchRow filledRow(BatchRow row, const FillRequest& request, const OnProgress& onProgress);
/// Writes `daguerre-batch.json` into the folder of results: what became of each photo.
void writeBatchReport(const BatchSettings& settings, const std::vector<BatchRow>& rows);

}  // namespace daguerre
