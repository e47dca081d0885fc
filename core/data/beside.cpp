#include "core/data/beside.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/sources.h"

namespace daguerre {
namespace {

constexpr const char *labels_name = "dataset.json", *solution_name = "LOC_val_solution.csv";
constexpr int label_limit = 100'000;
constexpr JsonLimits labels_limits{.bytes = 512u << 20, .depth = 8, .members = 4096};

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

int label_of(const Json& value) {
    if (value.is_null() || value.is_array()) return -1;
    if (!value.is_number_integer()) return impossible_label;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() >= label_limit)
        return impossible_label;
    const auto label = value.get<std::int64_t>();
    return label >= 0 && label < label_limit ? int(label) : impossible_label;
}

}  // namespace

bool is_beside(std::string_view name) {
    const std::string_view last = last_part(name);
    return last == labels_name || last == "synset_words.txt" || last == "LOC_synset_mapping.txt" ||
           last == solution_name;
}

void keep_beside(Beside& beside, std::string_view name, std::string text) {
    const std::string_view last = last_part(name);
    const std::string folder(name.substr(0, name.size() - last.size()));
    if (last == solution_name) {
        beside.solution = std::move(text);
    } else if (last != labels_name) {
        beside.synsets = std::move(text);
    } else if (beside.labels.empty() || folder.size() < beside.labels_folder.size()) {
        beside.labels = std::move(text);
        beside.labels_folder = folder;
    }
}

std::optional<std::unordered_map<std::string, int>> labels_beside(const Beside& beside,
                                                                  std::string_view title) {
    if (beside.labels.empty()) return std::nullopt;
    const std::string name = std::string(title) + "/" + beside.labels_folder + labels_name;
    const Json json = parse_json(beside.labels, name, labels_limits);
    if (!json.is_object() || !json.contains("labels")) return std::nullopt;
    std::unordered_map<std::string, int> labels;
    const Json& list = json["labels"];
    if (list.is_null()) return labels;
    if (!list.is_array())
        throw Error("“labels” in “{file}” isn't a list of names and labels.", {{"file", name}});
    for (const Json& pair : list) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string())
            throw Error("“labels” in “{file}” isn't a list of names and labels: {pair}.",
                        {{"file", name}, {"pair", pair.dump().substr(0, 60)}});
        labels[beside.labels_folder + pair[0].get<std::string>()] = label_of(pair[1]);
    }
    return labels;
}

std::unordered_map<std::string, std::string> solved_synsets(const Beside& beside) {
    std::unordered_map<std::string, std::string> synsets;
    for (const std::string& line : lines_of(beside.solution)) {
        const std::size_t comma = line.find(',');
        if (comma == std::string::npos) continue;
        const std::string synset = line.substr(comma + 1, line.find(' ', comma) - comma - 1);
        if (is_synset(synset)) synsets[line.substr(0, comma)] = synset;
    }
    return synsets;
}

bool is_synset(std::string_view name) {
    return name.size() == 9 && name[0] == 'n' &&
           std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void name_synsets(std::vector<std::string>& classes, const Beside& beside) {
    if (beside.synsets.empty()) return;
    std::map<std::string, std::string> words;
    for (const std::string& line : lines_of(beside.synsets)) {
        const std::string synset = line.substr(0, line.find(' '));
        if (!is_synset(synset) || line.size() <= synset.size() + 1) continue;
        const std::string rest = line.substr(synset.size() + 1);
        words[synset] = rest.substr(0, rest.find(','));
    }
    std::map<std::string, int> uses;
    for (const std::string& name : classes)
        if (const auto found = words.find(name); found != words.end()) ++uses[found->second];
    for (std::string& name : classes)
        if (const auto found = words.find(name); found != words.end())
            name = uses[found->second] > 1 ? found->second + " (" + name + ")" : found->second;
}

}  // namespace daguerre
