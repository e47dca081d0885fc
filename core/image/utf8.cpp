#include "core/image/utf8.h"

namespace daguerre {
namespace {

void append_utf8(std::string& text, unsigned code) {
    if (code < 0x80) {
        text += char(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    text += char(lead[more] | code >> (6 * more));
    for (int k = more - 1; k >= 0; --k) text += char(0x80 | (code >> (6 * k) & 0x3F));
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const int more = lead < 0x80 ? 0 : lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if (more < 0 || lead > 0xF4 || text.size() - i <= std::size_t(more)) return false;
        unsigned code = more == 0 ? lead : lead & (0x3Fu >> more);
        for (int k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + std::size_t(k)]);
            if ((next & 0xC0) != 0x80) return false;
            code = code << 6 | (next & 0x3F);
        }
        if (more == 2 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) return false;
        if (more == 3 && (code < 0x10000 || code > 0x10FFFF)) return false;
        i += std::size_t(more) + 1;
    }
    return true;
}

std::string utf8_of_latin1(std::string_view text) {
    std::string result;
    for (const char c : text) append_utf8(result, static_cast<unsigned char>(c));
    return result;
}

std::string utf8_of(std::string_view text) {
    return is_utf8(text) ? std::string(text) : utf8_of_latin1(text);
}

std::string utf8_of_utf16(std::string_view bytes, bool big_endian) {
    constexpr unsigned unknown = 0xFFFD;
    std::string text;
    unsigned high = 0;  // first half of a pair, waiting for its second
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const auto a = static_cast<unsigned char>(bytes[i]);
        const auto b = static_cast<unsigned char>(bytes[i + 1]);
        const unsigned unit = big_endian ? a << 8u | b : b << 8u | a;
        const bool is_low = unit >= 0xDC00 && unit < 0xE000;
        if (high && !is_low) append_utf8(text, unknown);
        if (is_low)
            append_utf8(text, high ? 0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FF) : unknown);
        high = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
        if (!high && !is_low && !(i == 0 && unit == 0xFEFF)) append_utf8(text, unit);
    }
    if (high) append_utf8(text, unknown);
    return text;
}

std::string utf16_of(std::string_view text, bool big_endian) {
    std::string bytes;
    const auto add = [&](unsigned unit) {
        bytes += char(big_endian ? unit >> 8 : unit & 0xFF);
        bytes += char(big_endian ? unit & 0xFF : unit >> 8);
    };
    const std::string valid = utf8_of(text);
    for (std::size_t i = 0; i < valid.size();) {
        const auto lead = static_cast<unsigned char>(valid[i++]);
        const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        unsigned code = more == 0 ? lead : lead & (0x3Fu >> more);
        for (int k = 0; k < more; ++k)
            code = code << 6 | (static_cast<unsigned char>(valid[i++]) & 0x3F);
        if (code >= 0x10000) add(0xD800 + ((code - 0x10000) >> 10));
        add(code >= 0x10000 ? 0xDC00 + (code & 0x3FF) : code);
    }
    return bytes;
}

std::optional<std::string> latin1_of(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead > 0xC3) return std::nullopt;
        if (lead < 0x80)
            result += text[i];
        else if (++i < text.size())
            result += char((lead & 3) << 6 | (static_cast<unsigned char>(text[i]) & 0x3F));
    }
    return result;
}

}  // namespace daguerre
