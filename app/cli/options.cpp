#include "app/cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "core/base/error.h"
#include "core/diffusion/sampling_words.h"
#include "core/models/families.h"

namespace daguerre {
namespace {

const char* value_name(const Field& field) {
    if (!field.choices.empty()) return "ID";
    constexpr const char* names[]{"on|off", "N", "X", "TEXT"};
    return names[field.value.index()];
}

/// Large limits without an exponent.
std::string limit_text(double limit) {
    char text[32];
    std::snprintf(text, sizeof text, "%.12g", limit);
    return text;
}

std::string standard_text(const Field& field) {
    const double* number = std::get_if<double>(&field.standard);
    return number ? limit_text(*number) : text_of(field.standard);
}

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return list;
}

/// The names of options a person may type: "--count".
std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

[[noreturn]] void refuse(const std::string& word, const char* kind,
                         const std::vector<std::string>& known, const std::string& help) {
    const std::string close = nearest(word, known);
    if (close.empty())
        throw UnknownWord("There is no {kind} “{word}”. “{help}” lists what there is.",
                          {{"kind", kind}, {"word", word}, {"help", help}});
    throw UnknownWord("There is no {kind} “{word}”. Did you mean “{close}”?",
                      {{"kind", kind}, {"word", word}, {"close", close}});
}

}  // namespace

void add_new(Fields& fields, Fields (*own)()) {
    for (const Field& field : own ? own() : Fields())
        if (!find_field(fields, field.key)) fields.push_back(field);
}

Fields sampling_fields() {
    Fields fields;
    for (const Family& family : families()) add_new(fields, family.generate_fields);
    return fields;
}

std::string option_name(const std::string& key) {
    std::string name = "--" + key;
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

std::string description(const Field& field) {
    std::string details;
    if (!field.choices.empty()) details = joined(field.choices);
    if (field.min != field.max) details = limit_text(field.min) + " to " + limit_text(field.max);
    if (const std::string standard = standard_text(field); !standard.empty())
        details += (details.empty() ? "default " : "; default ") + standard;
    if (details.empty()) return field.help;
    return (field.help.empty() ? field.label : field.help) + " (" + details + ")";
}

std::string key_list(const Fields& fields) {
    std::string list;
    for (const Field& field : fields) {
        std::string left = "  " + field.key + "=" + value_name(field);
        left.resize(std::max<std::size_t>(left.size() + 1, 30), ' ');
        list += left + description(field) + "\n";
    }
    return list;
}

FieldOptions::FieldOptions(CLI::App& app, const Fields& fields) {
    for (const Field& field : fields) {
        const std::string help = description(field);
        const bool is_switch = std::holds_alternative<bool>(field.value);
        CLI::Option* option = is_switch ? app.add_flag(option_name(field.key), help)
                                        : app.add_option(option_name(field.key), help);
        if (!is_switch) option->type_name(value_name(field));
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        options_.emplace_back(field.key, option);
    }
}

void FieldOptions::take(Fields& fields, const std::string& owner) const {
    for (const auto& [key, option] : options_) {
        if (option->count() == 0) continue;
        if (!find_field(fields, key)) {
            std::vector<std::string> names;
            for (const Field& field : fields) names.push_back(option_name(field.key));
            throw UnknownWord(
                names.empty() ? "“{owner}” has no option “{option}”."
                              : "“{owner}” has no option “{option}”. It has: {list}.",
                {{"owner", owner}, {"option", option_name(key)}, {"list", joined(names)}});
        }
        set_sampling_text(fields, key, option->results().back());
    }
    check_followed(fields);
}

bool FieldOptions::named(const std::string& key) const {
    return std::any_of(options_.begin(), options_.end(), [&](const auto& pair) {
        return pair.first == key && pair.second->count() > 0;
    });
}

void refuse_unknown_words(const CLI::App& app) {
    const std::vector<std::string> words = app.remaining(false);
    if (words.empty()) return;
    const bool top = app.get_parent() == nullptr;
    const std::string help = top ? "daguerre --help" : "daguerre " + app.get_name() + " --help";
    const auto is_option = [](const std::string& word) {
        return word.starts_with('-') && word != "--";
    };
    // Behind a command an unknown option comes first: the other words may be its values.
    auto word = top ? words.begin() : std::find_if(words.begin(), words.end(), is_option);
    if (word == words.end()) word = words.begin();
    if (is_option(*word))
        refuse(word->substr(0, word->find('=')), "option", option_names(app), help);
    if (!top)
        throw UnknownWord("“{word}” is one word too many. “{help}” says how it is written.",
                          {{"word", *word}, {"help", help}});
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    refuse(*word, "command", names, help);
}

}  // namespace daguerre
