#include "core/base/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace daguerre {
namespace {

using Json = nlohmann::ordered_json;

Field& field_named(Fields& fields, std::string_view key) {
    if (Field* field = find_field(fields, key)) return *field;
    std::vector<std::string> keys;
    for (const Field& field : fields) keys.push_back(field.key);
    const std::string close = nearest(key, keys);
    if (close.empty()) throw UnknownWord("There is no setting “{key}”.", {{"key", key}});
    throw UnknownWord("There is no setting “{key}”. Did you mean “{close}”?",
                      {{"key", key}, {"close", close}});
}

const char* kind_of(const FieldValue& value) {
    constexpr const char* names[]{"true or false", "a whole number", "a number", "a word"};
    return names[value.index()];
}

[[noreturn]] void refuse_type(const Field& field, std::string_view given) {
    throw Error("“{key}” must be {kind}, not “{value}”.",
                {{"key", field.key}, {"kind", kind_of(field.value)}, {"value", given}});
}

void check_number(const Field& field, double number) {
    const bool limited = field.min != field.max;
    if (std::isfinite(number) && (!limited || (number >= field.min && number <= field.max))) return;
    if (!limited) throw Error("“{key}” must be a finite number.", {{"key", field.key}});
    throw Error("“{key}” is {value}. It must lie between {min} and {max}.",
                {{"key", field.key},
                 {"value", text_of(number)},
                 {"min", text_of(field.min)},
                 {"max", text_of(field.max)}});
}

void check_choice(const Field& field, const std::string& word) {
    if (field.choices.empty() ||
        std::find(field.choices.begin(), field.choices.end(), word) != field.choices.end())
        return;
    const std::string close = nearest(word, field.choices);
    std::string list;
    for (const std::string& choice : field.choices) list += (list.empty() ? "" : ", ") + choice;
    if (close.empty())
        throw UnknownWord("“{key}” can't be “{value}”. It can be: {list}.",
                          {{"key", field.key}, {"value", word}, {"list", list}});
    throw UnknownWord("“{key}” can't be “{value}”. Did you mean “{close}”? It can be: {list}.",
                      {{"key", field.key}, {"value", word}, {"close", close}, {"list", list}});
}

template <class Number>
bool parse(std::string_view text, Number& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

void set_field_json(Fields& fields, const std::string& key, const Json& value) {
    const Field& field = field_named(fields, key);
    if (value.is_boolean())
        set_field(fields, key, value.get<bool>());
    else if (value.is_number_float())
        set_field(fields, key, value.get<double>());
    else if (value.is_number_integer())
        set_field(fields, key, value.get<std::int64_t>());
    else if (value.is_string())
        set_field(fields, key, value.get<std::string>());
    else
        refuse_type(field, value.dump());
}

Json json_value(const FieldValue& value) {
    return std::visit([](const auto& plain) { return Json(plain); }, value);
}

}  // namespace

const Field* find_field(const Fields& fields, std::string_view key) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.key == key; });
    return found == fields.end() ? nullptr : &*found;
}

Field* find_field(Fields& fields, std::string_view key) {
    return const_cast<Field*>(find_field(std::as_const(fields), key));
}

void set_field(Fields& fields, std::string_view key, const FieldValue& value) {
    Field& field = field_named(fields, key);
    FieldValue taken = value;
    if (std::holds_alternative<double>(field.value) && std::holds_alternative<std::int64_t>(value))
        taken = static_cast<double>(std::get<std::int64_t>(value));
    if (taken.index() != field.value.index()) refuse_type(field, text_of(value));
    if (const auto* whole = std::get_if<std::int64_t>(&taken))
        check_number(field, static_cast<double>(*whole));
    if (const auto* number = std::get_if<double>(&taken)) check_number(field, *number);
    if (const auto* word = std::get_if<std::string>(&taken)) check_choice(field, *word);
    field.value = std::move(taken);
}

void set_field_text(Fields& fields, std::string_view key, std::string_view text) {
    const Field& field = field_named(fields, key);
    if (std::holds_alternative<std::string>(field.value))
        return set_field(fields, key, std::string(text));
    if (std::holds_alternative<bool>(field.value)) {
        const bool yes = text == "true" || text == "on" || text == "yes" || text == "1";
        const bool no = text == "false" || text == "off" || text == "no" || text == "0";
        if (!yes && !no) refuse_type(field, text);
        return set_field(fields, key, yes);
    }
    double number = 0;
    if (std::holds_alternative<double>(field.value)) {
        if (!parse(text, number)) refuse_type(field, text);
        return set_field(fields, key, number);
    }
    std::int64_t whole = 0;
    // Too large for 64 bits is out of range, not of the wrong type.
    if (!parse(text, whole) && parse(text, number) && std::abs(number) > 9.2e18)
        check_number(field, number);
    if (!parse(text, whole)) refuse_type(field, text);
    set_field(fields, key, whole);
}

std::string text_of(const FieldValue& value) {
    if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "true" : "false";
    if (const auto* word = std::get_if<std::string>(&value)) return *word;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, std::get<double>(value)).ptr;
    return std::string(text, end);
}

Json json_of(const Fields& fields) {
    Json object = Json::object();
    for (const Field& field : fields) object[field.key] = json_value(field.value);
    return object;
}

Json changed_json_of(const Fields& fields) {
    Json object = Json::object();
    for (const Field& field : fields)
        if (field.value != field.standard) object[field.key] = json_value(field.value);
    return object;
}

void set_from_json(Fields& fields, const Json& object, std::string_view from) {
    if (!object.is_object())
        throw Error("“{from}” isn't a list of settings: it must be a JSON object.",
                    {{"from", from}});
    for (const auto& [key, value] : object.items()) {
        try {
            set_field_json(fields, key, value);
        } catch (const Error& error) {
            throw Error("“{from}”: {why}", {{"from", from}, {"why", error.what()}});
        }
    }
}

}  // namespace daguerre
