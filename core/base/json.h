// JSON from outside, within limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace daguerre {

using Json = nlohmann::ordered_json;

struct JsonLimits {
    std::uint64_t bytes = 1 << 20;
    int depth = 16;
    std::size_t members = 4096;  // of one object
};

/// Parses UTF-8 text. Duplicate keys are refused. `name` stands in the sentence.
/// Throws Error when it is too long, too deep, or not JSON, saying where.
Json parse_json(std::string_view text, std::string_view name, JsonLimits limits = {});
/// The same of a file. Throws Error also when it can't be read.
Json read_json(const std::filesystem::path& file, JsonLimits limits = {});
/// Two spaces an indent, newline at the end, written whole. Throws Error.
void write_json(const std::filesystem::path& file, const Json& json);

}  // namespace daguerre
