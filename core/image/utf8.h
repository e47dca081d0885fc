// Texts of files, which are UTF-8, Latin-1 or neither.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daguerre {

/// Whether the bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF.
bool is_utf8(std::string_view text);
/// Every byte as the character of that number.
std::string utf8_of_latin1(std::string_view text);
/// The text itself when it is UTF-8, else read as Latin-1: always UTF-8.
std::string utf8_of(std::string_view text);
/// UTF-16 both ways, without a byte order mark when written; half a pair becomes U+FFFD.
std::string utf8_of_utf16(std::string_view bytes, bool big_endian);
std::string utf16_of(std::string_view text, bool big_endian);
/// nullopt when a character is over U+00FF. `text` is UTF-8.
std::optional<std::string> latin1_of(std::string_view text);

}  // namespace daguerre
