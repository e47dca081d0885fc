// Settings as a person gave them.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace daguerre {

/// Key and text, later ones winning.
using GivenSettings = std::vector<std::pair<std::string, std::string>>;

/// The settings in a JSON file of keys and values, as --config takes it. Throws Error naming the
/// file: it can't be read, has a key that the family doesn't know, with the nearest known one, or a
/// value that can't be.
GivenSettings settings_in(const std::filesystem::path& file, const std::string& family);
/// Writes such a file. Throws UnknownWord or Error for what the family doesn't take, and Error when
/// it can't be written.
void write_settings(const std::filesystem::path& file, const std::string& family,
                    const GivenSettings& given);

}  // namespace daguerre
