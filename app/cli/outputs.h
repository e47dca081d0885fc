// Whether results can be written, asked before the work starts.
#pragma once

#include <filesystem>

namespace daguerre {

/// Throws Error when an image file (`is_file`) or a folder of them can't be written there: a file
/// or folder is in the way, or the place may not be written in.
void require_writable(const std::filesystem::path& path, bool is_file);

}  // namespace daguerre
