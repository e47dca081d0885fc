// Settings as a person gave them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace daguerre {

/// Key and text, later ones winning.
using GivenSettings = std::vector<std::pair<std::string, std::string>>;

}  // namespace daguerre
