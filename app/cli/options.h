// Fields as options of the command line, and words that nobody knows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/fields.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace daguerre {

/// One option for each Field: `edge_tolerance` becomes `--edge-tolerance`; one that is on or off
/// becomes a switch, `--scenes` or `--scenes=off`. Values stay text until they are taken, so that
/// their range is checked in one place, by core.
class FieldOptions {
public:
    FieldOptions() = default;
    FieldOptions(CLI::App& app, const Fields& fields);

    /// Sets the fields that the command line names; a sampler or schedule also by a name that it
    /// has elsewhere. `owner` has these fields, for the sentence about one it lacks: "“digits” has
    /// no option “--steps”." Throws UnknownWord, also for an option that the chosen sampler doesn't
    /// follow, and as set_field_text.
    void take(Fields& fields, const std::string& owner) const;
    /// Whether the command line names this field.
    bool named(const std::string& key) const;

private:
    std::vector<std::pair<std::string, CLI::Option*>> options_;  // key, its option
};

/// Adds the fields of a row of a table, which may have none, whose key isn't there yet.
void add_new(Fields& fields, Fields (*own)());
/// What generate takes of any family; the opened model has the last word.
Fields sampling_fields();

/// "--edge-tolerance" for "edge_tolerance".
std::string option_name(const std::string& key);
/// Help, range or choices, default: "sampler steps (1 to 1000; default 20)".
std::string description(const Field& field);
/// The fields as a list of `KEY=VALUE` for help pages.
std::string key_list(const Fields& fields);

/// Throws UnknownWord for the first word that `app` was given and doesn't know, with the nearest
/// that it does.
void refuse_unknown_words(const CLI::App& app);

}  // namespace daguerre
