// The command that fills a photo.
#pragma once

#include <QString>
#include <string>

#include "core/inpaint/fill_files.h"

namespace daguerre {

/// The line for a terminal. Names of files are as a shell wants them.
QString fillCommand(const std::string& photo, const std::string& mask, const std::string& out,
                    const FillSettings& settings, int variants);

}  // namespace daguerre
