// Lists in a setting.
#pragma once

#include <string>
#include <vector>

namespace daguerre {

/// "1,2,2" → {1, 2, 2}; "none" and "" → {}. Throws Error naming `key` for what isn't whole numbers
/// from 1 to 4096.
std::vector<int> numbers_in(const std::string& text, const char* key);

/// The parts between separators, without spaces around them; empty ones are left out.
std::vector<std::string> words_in(const std::string& text, char separator);

}  // namespace daguerre
