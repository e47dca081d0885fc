#include "core/base/json.h"

#include <set>

#include "core/base/error.h"
#include "core/base/files.h"

namespace daguerre {

Json parse_json(std::string_view text, std::string_view name, JsonLimits limits) {
    if (text.size() > limits.bytes)
        throw Error("“{file}” is too long: {n} bytes of JSON, where {limit} are allowed.",
                    {{"file", name}, {"n", text.size()}, {"limit", limits.bytes}});
    std::vector<std::set<std::string>> keys;
    const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > limits.depth) throw Error("“{file}” is nested too deeply.", {{"file", name}});
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key &&
            !keys.back().insert(parsed.get<std::string>()).second)
            throw Error("“{file}” has the key “{key}” twice.",
                        {{"file", name}, {"key", parsed.get<std::string>()}});
        if (!keys.empty() && keys.back().size() > limits.members)
            throw Error("“{file}” has more than {limit} entries in one object.",
                        {{"file", name}, {"limit", limits.members}});
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), check);
    } catch (const nlohmann::json::parse_error& error) {
        throw Error("“{file}” isn't readable JSON: it breaks at byte {at}.",
                    {{"file", name}, {"at", error.byte}});
    }
}

Json read_json(const std::filesystem::path& file, JsonLimits limits) {
    return parse_json(read_file(file, limits.bytes), file.string(), limits);
}

void write_json(const std::filesystem::path& file, const Json& json) {
    write_whole(file, json.dump(2) + "\n");
}

}  // namespace daguerre
