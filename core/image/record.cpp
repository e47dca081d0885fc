#include "core/image/record.h"

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/image/metadata.h"

namespace daguerre {
namespace {

constexpr std::string_view parameters_key = "parameters", daguerre_key = "daguerre";
constexpr std::size_t text_limit = 1 << 20;  // bytes of either text
constexpr std::size_t least_pairs = 3;       // fewer may be a sentence with a colon

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return "";
    return text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

std::string quoted_if_needed(const std::string& value) {
    const bool plain = std::ranges::none_of(
        value, [](unsigned char c) { return c < ' ' || c == ',' || c == ':' || c == '"'; });
    if (plain && trimmed(value) == value) return value;
    return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool belongs_to_key(unsigned char c) {
    return std::isalnum(c) || c == '_' || c == ' ' || c == '-' || c == '/';
}

/// Takes a value off the front of `rest`, with the comma after it.
std::string take_value(std::string_view& rest) {
    rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    std::size_t end = 0;
    if (rest.starts_with('"')) {
        for (end = 1; end < rest.size() && rest[end] != '"'; ++end)
            if (rest[end] == '\\') ++end;
        const Json text = Json::parse(rest.substr(0, end + 1), nullptr, false);
        if (text.is_string()) {
            rest.remove_prefix(std::min(rest.find(',', end), rest.size() - 1) + 1);
            return text.get<std::string>();
        }
    }
    end = std::min(rest.find(','), rest.size());
    const std::string_view value = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return std::string(value);
}

Pairs pairs_of(std::string_view line) {
    Pairs pairs;
    while (!line.empty()) {
        const auto end = std::ranges::find_if_not(line, belongs_to_key);
        const auto length = std::size_t(end - line.begin());
        const std::string_view key = trimmed(line.substr(0, length));
        if (length == line.size() || *end != ':' || key.empty()) {
            line.remove_prefix(std::min(line.find(','), line.size() - 1) + 1);
            continue;
        }
        line.remove_prefix(length + 1);
        pairs.emplace_back(key, take_value(line));
    }
    return pairs;
}

/// The text with this key in the metadata, or "".
std::string text_of(const Metadata& metadata, std::string_view key) {
    const auto found =
        std::ranges::find_if(metadata.text, [&](const auto& pair) { return pair.first == key; });
    return found == metadata.text.end() ? "" : found->second;
}

bool is_ours(std::string_view parameters) {
    return std::ranges::any_of(parse_parameters(parameters).parameters, [](const auto& pair) {
        return pair.first == "Version" && pair.second.starts_with("Daguerre");
    });
}

/// The text when it is a JSON object within the limits, else "".
std::string object_or_nothing(const std::string& text) {
    try {
        if (parse_json(text, daguerre_key, {.bytes = text_limit, .depth = 16}).is_object())
            return text;
    } catch (const Error&) {  // a stranger's text is no reason to refuse an image
    }
    return "";
}

}  // namespace

std::string parameters_text(const Record& record) {
    std::string title = record.title, line;
    std::ranges::replace(title, '\n', ' ');
    for (const auto& [key, value] : record.parameters)
        line += (line.empty() ? "" : ", ") + key + ": " + quoted_if_needed(value);
    return title + (title.empty() || line.empty() ? "" : "\n") + line;
}

Record parse_parameters(std::string_view text) {
    Record record;
    if (text.size() > text_limit) return record;
    text = trimmed(text);
    const std::size_t newline = text.rfind('\n');
    const std::string_view last = newline == text.npos ? text : text.substr(newline + 1);
    Pairs pairs = pairs_of(last);
    if (pairs.size() >= least_pairs) {
        record.parameters = std::move(pairs);
        text = newline == text.npos ? "" : trimmed(text.substr(0, newline));
    }
    constexpr std::string_view negative = "Negative prompt:";
    const std::size_t start = text.starts_with(negative) ? 0 : text.find("\nNegative prompt:");
    if (start != text.npos) {
        const std::string_view prompt = text.substr(text.find(negative) + negative.size());
        record.parameters.insert(record.parameters.begin(),
                                 {"Negative prompt", std::string(trimmed(prompt))});
        text = trimmed(text.substr(0, start));
    }
    record.title = text;
    return record;
}

void remove_record(Metadata& metadata) {
    std::erase_if(metadata.text, [](const auto& pair) {
        return pair.first == daguerre_key || (pair.first == parameters_key && is_ours(pair.second));
    });
}

void add_record(Image& image, const Record& record) {
    remove_record(image.metadata);
    auto& texts = image.metadata.text;
    const std::string parameters = parameters_text(record);
    if (!parameters.empty() && text_of(image.metadata, parameters_key).empty())
        texts.emplace_back(parameters_key, parameters);
    if (!record.daguerre.empty()) texts.emplace_back(daguerre_key, record.daguerre);
}

std::optional<Record> record_of(const Metadata& metadata) {
    std::string parameters = text_of(metadata, parameters_key);
    std::string ours = object_or_nothing(text_of(metadata, daguerre_key));
    if (parameters.empty()) {
        parameters = user_comment(metadata.exif);
        // Cameras and people write here too.
        if (parse_parameters(parameters).parameters.size() < least_pairs) parameters.clear();
    }
    if (ours.empty()) ours = object_or_nothing(xmp_record(metadata.xmp));
    if (parameters.empty() && ours.empty()) return std::nullopt;
    Record record = parse_parameters(parameters);
    record.daguerre = std::move(ours);
    return record;
}

Metadata record_in_tags(Metadata metadata, bool exif) {
    const std::string parameters = text_of(metadata, parameters_key);
    const std::string ours = text_of(metadata, daguerre_key);
    if (exif && !parameters.empty()) {
        const std::string there = user_comment(metadata.exif);
        if (there.empty() || is_ours(there))
            metadata.exif = with_user_comment(metadata.exif, parameters);
    }
    if (!ours.empty()) metadata.xmp = with_xmp_record(metadata.xmp, ours);
    return metadata;
}

}  // namespace daguerre
