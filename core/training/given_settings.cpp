#include "core/training/given_settings.h"

#include "core/base/fields.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/training/checkpoint.h"

namespace daguerre {

GivenSettings settings_in(const std::filesystem::path& file, const std::string& family) {
    Fields fields = train_fields(family);
    const Json json = read_json(file);
    set_from_json(fields, json, file.string());
    GivenSettings settings;
    for (const auto& each : json.items())
        settings.emplace_back(each.key(), text_of(find_field(fields, each.key())->value));
    return settings;
}

void write_settings(const std::filesystem::path& file, const std::string& family,
                    const GivenSettings& given) {
    Fields fields = train_fields(family), named;
    for (const auto& [key, value] : given) set_field_text(fields, key, value);
    for (const auto& [key, value] : given)
        if (!find_field(named, key)) named.push_back(*find_field(fields, key));
    write_whole(file, json_of(named).dump(2) + "\n");
}

}  // namespace daguerre
