// Settings as values with a name: one line in `each` gives a form, a command-line option, JSON, a
// range check and a line of help.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace daguerre {

using FieldValue = std::variant<bool, std::int64_t, double, std::string>;

struct Field {
    std::string key{}, label{}, help{};
    double min = 0, max = 0;             // equal: no limits
    std::vector<std::string> choices{};  // of a string; empty: any
    std::vector<std::string> titles{};   // of the choices, for people; may be empty
    FieldValue value{};                  // the type of the value is the type of the field
    FieldValue standard{};               // the default
};

using Fields = std::vector<Field>;

/// The field with this key, or null.
const Field* find_field(const Fields& fields, std::string_view key);
Field* find_field(Fields& fields, std::string_view key);

/// Sets one field, range-checked. An int64 is taken for a double field.
/// Throws UnknownWord with the nearest known key; Error for a value of another type, outside the
/// limits or choices.
void set_field(Fields& fields, std::string_view key, const FieldValue& value);
/// The same from text, as on a command line: `--set steps=20`. true/false, on/off, yes/no are
/// bools.
void set_field_text(Fields& fields, std::string_view key, std::string_view text);

/// A value as it stands on a command line; set_field_text reads it back exactly.
std::string text_of(const FieldValue& value);

/// {"steps": 20, ...}, in order.
nlohmann::ordered_json json_of(const Fields& fields);
/// Only fields whose value differs from the default.
nlohmann::ordered_json changed_json_of(const Fields& fields);
/// Sets the fields that the object names. Throws Error naming `from`, the file or place, for what
/// set_field refuses, and when it isn't an object.
void set_from_json(Fields& fields, const nlohmann::ordered_json& object, std::string_view from);

namespace detail {
template <class T>
FieldValue to_value(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
        return value;
    else if constexpr (std::is_integral_v<T>)
        return static_cast<std::int64_t>(value);
    else if constexpr (std::is_floating_point_v<T>)
        return static_cast<double>(value);
    else
        return std::string(value);
}
template <class T>
void from_value(const FieldValue& value, T& member) {
    if constexpr (std::is_same_v<T, bool>)
        member = std::get<bool>(value);
    else if constexpr (std::is_integral_v<T>)
        member = static_cast<T>(std::get<std::int64_t>(value));
    else if constexpr (std::is_floating_point_v<T>)
        member = static_cast<T>(std::get<double>(value));
    else
        member = std::get<std::string>(value);
}
}  // namespace detail

/// The plain values of a struct with `void each(auto&& visit)`, which calls
/// `visit(member, Field{.key = ..., .label = ..., ...})` for each member.
/// The default of each field is that of a T made without arguments.
template <class T>
Fields fields_of(T options = {}) {
    Fields fields;
    options.each([&](auto& member, Field field) {
        field.value = detail::to_value(member);
        fields.push_back(std::move(field));
    });
    T fresh;
    std::size_t i = 0;
    fresh.each(
        [&](auto& member, const Field&) { fields[i++].standard = detail::to_value(member); });
    return fields;
}

/// The struct from its fields; keys that the struct lacks are left alone, keys that `fields` lacks
/// keep their default. Throws as set_field.
template <class T>
T options_from(const Fields& fields) {
    T options;
    Fields own = fields_of<T>();
    for (const Field& field : fields)
        if (find_field(own, field.key)) set_field(own, field.key, field.value);
    std::size_t i = 0;
    options.each([&](auto& member, const Field&) { detail::from_value(own[i++].value, member); });
    return options;
}

}  // namespace daguerre
