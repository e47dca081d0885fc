#include "ui/workspaces/train_form.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/files.h"
#include "core/base/table.h"
#include "core/data/datasets.h"
#include "core/models/families.h"
#include "core/training/checkpoint.h"

namespace daguerre {
namespace {

constexpr std::array settledKeys{"size", "flips", "device", "threads", "precision"};

}  // namespace

bool isSettled(const std::string& key) {
    return std::ranges::find(settledKeys, key) != settledKeys.end();
}

void TrainForm::choose(const std::string& newFamily, const std::string& preset, const Fields& own) {
    family = newFamily;
    values = train_fields(family);
    Field* choice = find_field(values, "preset");
    choice->choices = {""};
    choice->titles = {
        QCoreApplication::translate("TrainSetup", "chosen by the images").toStdString()};
    for (const Preset& row : row_named(families(), family, "family").presets()) {
        choice->choices.push_back(row.id);
        choice->titles.push_back(row.title);
        if (row.id != preset) continue;
        choice->value = preset;
        for (const auto& [key, value] : row.values)
            if (Field* field = find_field(values, key)) {
                set_field(values, key, value);
                field->standard = field->value;
            }
    }
    choice->standard = choice->value;
    for (const Field& field : own)
        if (Field* mine = find_field(values, field.key); mine && mine->key != "preset")
            mine->value = field.value;
}

bool TrainForm::settle(const Fields& settled) {
    bool differs = false;
    for (const Field& field : settled) {
        Field* own = find_field(values, field.key);
        if (!own || own->key == "preset" || isSettled(own->key)) continue;
        if (own->value != own->standard || own->value == field.value) continue;
        own->value = own->standard = field.value;
        differs = true;
    }
    return differs;
}

std::string TrainForm::preset() const {
    const Field* field = find_field(values, "preset");
    return field ? text_of(field->value) : std::string();
}

Fields TrainForm::changed() const {
    Fields all;
    for (const Field& field : values)
        if (field.key != "preset" && field.value != field.standard) all.push_back(field);
    return all;
}

GivenSettings TrainForm::given() const {
    GivenSettings all;
    if (const std::string id = preset(); !id.empty()) all.emplace_back("preset", id);
    for (const Field& field : changed()) all.emplace_back(field.key, text_of(field.value));
    return all;
}

std::vector<std::string> datasetsHere() {
    std::vector<std::string> ids;
    for (const DatasetRow& row : datasets())
        if (dataset_folder(row)) ids.push_back(row.id);
    for (const std::string& own : own_datasets()) ids.push_back(own);
    return ids;
}

std::filesystem::path newRunFolder(const std::string& dataset) {
    const std::filesystem::path runs = home_folder() / "runs";
    std::string stem = std::filesystem::path(dataset).stem().string();
    std::ranges::replace_if(
        stem, [](char c) { return c == ':' || c == ',' || c == ' '; }, '-');
    int highest = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(stem + "-"))
            highest = std::max(highest, std::atoi(name.c_str() + stem.size() + 1));
    }
    return runs / (stem + "-" + std::to_string(highest + 1));
}

}  // namespace daguerre
