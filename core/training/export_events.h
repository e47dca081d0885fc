// A run's log and previews as TensorBoard reads them, written afterwards.
#pragma once

#include <filesystem>

#include "core/image/progress.h"

namespace daguerre {

/// Whether the folder of a run has files of events, as every run has that this program trained.
bool has_events(const std::filesystem::path& run);
/// Writes one file of events, with all that log.jsonl and previews/ say, into a folder, which is
/// made when it is missing, and gives its name. What can't be read as a preview is passed over.
/// on_progress: "line", then "file"; false stops it, leaves nothing behind and gives "". Blocks.
/// Throws Error: the log can't be read or has no lines, or it can't be written.
std::filesystem::path export_events(const std::filesystem::path& run,
                                    const std::filesystem::path& folder, const OnProgress&);

}  // namespace daguerre
