// What a retouched photo says of its fills, and the command that fills one.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "core/image/record.h"
#include "core/inpaint/fill.h"

namespace daguerre {

/// `fills`: those in the photo, in order; not empty. Says engines and seeds, no paths.
Record recordOf(const Image& photo, const std::vector<FillRequest>& fills);

/// The line for a terminal. Names of files are as a shell wants them.
QString fillCommand(const std::string& photo, const std::string& mask, const std::string& out,
                    const FillRequest& request, int variants);

}  // namespace daguerre
