#include "core/metrics/evaluations.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/table.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_kept = 100;  // evaluations of one model

Json json_of_figures(const std::vector<Figure>& figures) {
    Json list = Json::array();
    for (const Figure& figure : figures) {
        Json object{{"id", figure.id}, {"title", figure.title}, {"value", figure.value}};
        if (figure.error) object["error"] = *figure.error;
        object["n"] = figure.n;
        if (!figure.note.empty()) object["note"] = figure.note;
        list.push_back(std::move(object));
    }
    return list;
}

Json json_of(const Evaluation& e) {
    Json settings = Json::object();
    for (const auto& [key, value] : e.settings) settings[key] = value;
    return {{"format", 1},
            {"program", e.program},
            {"date", e.date},
            {"subject", e.subject},
            {"family", e.family},
            {"model_sha256", e.model_sha256},
            {"dataset", e.dataset},
            {"dataset_title", e.dataset_title},
            {"dataset_sha256", e.dataset_sha256},
            {"split", e.split},
            {"n", e.n},
            {"reference_n", e.reference_n},
            {"seed", e.seed},
            {"size", e.size},
            {"channels", e.channels},
            {"network", e.network},
            {"network_sha256", e.network_sha256},
            {"settings", std::move(settings)},
            {"figures", json_of_figures(e.figures)},
            {"real", json_of_figures(e.real)},
            {"blurred", json_of_figures(e.blurred)},
            {"classes", e.classes},
            {"class_counts", e.class_counts},
            {"remarks", e.remarks}};
}

/// A member of an object that has to be there and of the right kind.
template <class T>
void take(const Json& object, const char* key, T& value) {
    object.at(key).get_to(value);  // throws Json::exception
}

std::vector<Figure> figures_from(const Json& list) {
    std::vector<Figure> figures;
    for (const Json& object : list) {
        Figure figure;
        take(object, "id", figure.id);
        take(object, "title", figure.title);
        take(object, "value", figure.value);
        take(object, "n", figure.n);
        if (object.contains("error")) figure.error = object["error"].get<double>();
        if (object.contains("note")) take(object, "note", figure.note);
        figures.push_back(std::move(figure));
    }
    return figures;
}

/// Throws Json::exception.
Evaluation evaluation_from(const Json& json) {
    Evaluation e;
    take(json, "program", e.program);
    take(json, "date", e.date);
    take(json, "subject", e.subject);
    take(json, "family", e.family);
    take(json, "model_sha256", e.model_sha256);
    take(json, "dataset", e.dataset);
    take(json, "dataset_title", e.dataset_title);
    take(json, "dataset_sha256", e.dataset_sha256);
    take(json, "split", e.split);
    take(json, "n", e.n);
    take(json, "reference_n", e.reference_n);
    take(json, "seed", e.seed);
    take(json, "size", e.size);
    take(json, "channels", e.channels);
    take(json, "network", e.network);
    take(json, "network_sha256", e.network_sha256);
    for (const auto& [key, value] : json.at("settings").items())
        e.settings.emplace_back(key, value.get<std::string>());
    e.figures = figures_from(json.at("figures"));
    e.real = figures_from(json.at("real"));
    e.blurred = figures_from(json.at("blurred"));
    take(json, "classes", e.classes);
    take(json, "class_counts", e.class_counts);
    take(json, "remarks", e.remarks);
    return e;
}

fs::path file_in(const fs::path& place, const std::string& model_sha256) {
    return place / "evaluations" / (model_sha256 + ".json");
}

/// A hash and nothing else: it becomes part of a path.
bool is_hash(const std::string& text) {
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool of_the_same(const Evaluation& a, const Evaluation& b) {
    const auto what = [](const Evaluation& e) {
        return std::tie(e.dataset_sha256, e.split, e.n, e.reference_n, e.seed, e.size, e.channels,
                        e.network_sha256, e.settings);
    };
    return what(a) == what(b);
}

/// The old figures, with the new ones in place of those of the same id and behind.
std::vector<Figure> together(std::vector<Figure> old, const std::vector<Figure>& fresh) {
    for (const Figure& figure : fresh) {
        const auto at = std::ranges::find(old, figure.id, &Figure::id);
        if (at == old.end())
            old.push_back(figure);
        else
            *at = figure;
    }
    return old;
}

/// Behind the others, together with one of the same.
void add(std::vector<Evaluation>& all, Evaluation fresh) {
    std::erase_if(all, [&](const Evaluation& old) {
        if (!of_the_same(old, fresh)) return false;
        fresh.figures = together(old.figures, fresh.figures);
        fresh.real = together(old.real, fresh.real);
        fresh.blurred = together(old.blurred, fresh.blurred);
        return true;
    });
    all.push_back(std::move(fresh));
}

/// None where there is no such file, and those before the first broken one.
std::vector<Evaluation> evaluations_in(const fs::path& file) {
    std::vector<Evaluation> all;
    if (!fs::exists(file)) return all;
    try {
        for (const Json& json : read_json(file, {.bytes = 16 << 20}))
            all.push_back(evaluation_from(json));
    } catch (const Error&) {
    } catch (const Json::exception&) {
    }
    return all;
}

}  // namespace

void write_evaluation(const fs::path& file, const Evaluation& evaluation) {
    write_json(file, json_of(evaluation));
}

Evaluation read_evaluation(const fs::path& file) {
    const Json json = read_json(file);
    try {
        return evaluation_from(json);
    } catch (const Json::exception&) {
        throw Error("“{file}” isn't what daguerre evaluate writes.", {{"file", file}});
    }
}

std::vector<Evaluation> evaluations_of(const std::string& model_sha256) {
    if (!is_hash(model_sha256)) return {};
    std::vector<Evaluation> all = evaluations_in(file_in(resources_folder(), model_sha256));
    for (const Evaluation& own : evaluations_in(file_in(home_folder(), model_sha256)))
        add(all, own);
    return all;
}

fs::path keep_evaluation(const Evaluation& evaluation) {
    if (!is_hash(evaluation.model_sha256) || evaluation.figures.empty()) return {};
    const fs::path file = file_in(home_folder(), evaluation.model_sha256);
    std::vector<Evaluation> all = evaluations_in(file);
    add(all, evaluation);
    if (all.size() > most_kept) all.erase(all.begin(), all.end() - most_kept);
    Json list = Json::array();
    for (const Evaluation& each : all) list.push_back(json_of(each));
    write_json(file, list);
    return file;
}

const Figure* figure_named(const std::vector<Figure>& figures, const std::string& id) {
    const auto at = std::ranges::find(figures, id, &Figure::id);
    return at == figures.end() ? nullptr : &*at;
}

std::string multiple_text(const Evaluation& evaluation, const Figure& figure) {
    const std::string id = figure.id.substr(0, figure.id.find('_'));
    const auto& rows = metrics();
    const auto row = std::ranges::find(rows, id, &Metric::id);
    const Figure* real = figure_named(evaluation.real, figure.id);
    if (row == rows.end() || !row->distance || !real || real->n != figure.n || real->value <= 0)
        return "";
    const double times = figure.value / real->value;
    char text[32];
    std::snprintf(text, sizeof text, times < 10 ? "%.1f × real" : "%.0f × real", times);
    return text;
}

}  // namespace daguerre
