#include "ui/workspaces/restore.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/diffusion/sampling_words.h"

namespace daguerre {
namespace {

struct Known {
    const char *name, *key;  // in `parameters`; of our field
};
constexpr std::array known{
    Known{"Steps", "steps"},        Known{"Sampler", "sampler"}, Known{"Schedule type", "schedule"},
    Known{"CFG scale", "guidance"}, Known{"Seed", "seed"},       Known{"Class", "class"}};
/// Keys of `parameters` that say what is said elsewhere, or nothing about settings.
constexpr std::array silent{"Size",    "Model", "Model hash",   "RNG",
                            "Version", "Frame", "Off the photo"};

using Wishes = std::vector<std::pair<std::string, std::string>>;  // key → text

QString line(const std::string& key, const std::string& value) {
    return QStringLiteral("%1: %2").arg(QString::fromStdString(key), QString::fromStdString(value));
}

Json ownRecord(const Record& record) {
    if (record.daguerre.empty()) return Json::object();
    try {
        const Json json = parse_json(record.daguerre, "daguerre");
        return json.is_object() ? json : Json::object();
    } catch (const Error&) {
        return Json::object();  // a broken record says nothing
    }
}

std::string textAt(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string()
               ? json[key].get<std::string>()
               : std::string();
}

Wishes wishesOf(const Record& record, QStringList& unused) {
    Wishes wishes;
    for (const auto& [name, value] : record.parameters) {
        const auto found = std::find_if(known.begin(), known.end(),
                                        [&](const Known& row) { return name == row.name; });
        if (found != known.end())
            wishes.emplace_back(found->key, value);
        else if (std::find(silent.begin(), silent.end(), name) == silent.end())
            unused << line(name, value);
    }
    const Json json = ownRecord(record);
    const Json request = json.contains("request") ? json["request"] : Json::object();
    if (!request.is_object()) return wishes;
    for (const auto& [key, value] : request.items()) {
        if (key == "model") continue;
        std::erase_if(wishes, [&](const auto& wish) { return wish.first == key; });
        wishes.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return wishes;
}

/// Titles become ids.
std::string asChoice(const Field& field, const std::string& text) {
    const auto same = [&](const std::string& title) {
        return QString::fromStdString(title).compare(QString::fromStdString(text),
                                                     Qt::CaseInsensitive) == 0;
    };
    const auto title = std::find_if(field.titles.begin(), field.titles.end(), same);
    const auto place = std::size_t(title - field.titles.begin());
    return place < field.choices.size() ? field.choices[place] : text;
}

}  // namespace

QString quoted(const std::string& word) {
    const QString text = QString::fromStdString(word);
    static const QString plain = QStringLiteral("._-/:,+");
    const bool safe = !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c.isLetterOrNumber() && c.unicode() < 128) || plain.contains(c);
    });
    if (safe) return text;
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''")) +
           QLatin1Char('\'');
}

RecordedModel modelOf(const Record& record) {
    RecordedModel model;
    for (const auto& [name, value] : record.parameters) {
        if (name == "Model") model.id = value;
        if (name == "Model hash") model.hash = value;
    }
    const Json json = ownRecord(record);
    if (json.contains("model")) {
        const std::string id = textAt(json["model"], "id"), hash = textAt(json["model"], "sha256");
        if (!id.empty()) model.id = id;
        if (!hash.empty()) model.hash = hash.substr(0, 10);
    }
    return model;
}

QStringList restoreFields(const Record& record, Fields& fields) {
    QStringList unused;
    for (const auto& [key, value] : wishesOf(record, unused)) {
        const Field* field = find_field(fields, key);
        if (key == "count" || key == "device" || key == "threads") continue;
        if (!field) {
            unused << line(key, value);
            continue;
        }
        try {
            set_sampling_text(fields, key, asChoice(*field, value));
        } catch (const Error& error) {
            unused << (key == "class" ? QCoreApplication::translate(
                                            "restore", "this model knows no class “%1”")
                                            .arg(QString::fromStdString(value))
                                      : QString::fromStdString(error.sentence().text()));
        }
    }
    return unused;
}

QString titleOf(const Field& field) {
    const std::string value = text_of(field.value);
    const auto at = std::find(field.choices.begin(), field.choices.end(), value);
    const auto place = std::size_t(at - field.choices.begin());
    return QString::fromStdString(place < field.titles.size() ? field.titles[place] : value);
}

QString formText(const Fields& fields) { return QString::fromStdString(json_of(fields).dump()); }

void restoreForm(const QString& text, Fields& fields) {
    Record record;
    record.daguerre = "{\"request\":" + (text.isEmpty() ? "{}" : text.toStdString()) + "}";
    const Json json = ownRecord(record);
    const Json form = json.value("request", Json::object());
    const bool counted =
        form.is_object() && form.contains("count") && form["count"].is_number_integer();
    const std::int64_t count = counted ? form["count"].get<std::int64_t>() : 0;
    restoreFields(record, fields);
    const Field* field = find_field(fields, "count");
    if (field && double(count) >= field->min && double(count) <= field->max)
        set_field(fields, "count", count);
}

Record recordOfHalfDone(const std::string& model, const Fields& fields, std::uint32_t seed,
                        const std::string& imageClass, int step) {
    Record record;
    record.title = imageClass;
    Json request{{"model", model}, {"count", 1}};
    for (const Field& field : fields) {
        if (field.key == "count") continue;
        request[field.key] = json_of({field})[field.key];
        if (field.key == "seed") request["seed"] = seed;
        if (field.key == "class" && !imageClass.empty()) request["class"] = imageClass;
        const auto row = std::find_if(known.begin(), known.end(),
                                      [&](const Known& any) { return field.key == any.key; });
        if (row != known.end() && field.key != "seed" && field.key != "class")
            record.parameters.emplace_back(row->name, titleOf(field).toStdString());
    }
    record.parameters.emplace_back("Stopped at step", std::to_string(step));
    record.parameters.emplace_back("Seed", std::to_string(seed));
    record.parameters.emplace_back("Model", model);
    if (!imageClass.empty()) record.parameters.emplace_back("Class", imageClass);
    record.parameters.emplace_back("Version", "Daguerre " DAGUERRE_VERSION);
    record.daguerre = Json{
        {"format", 1},
        {"program", "daguerre " DAGUERRE_VERSION},
        {"kind", "preview"},
        {"request", request},
        {"step", step}}.dump();
    return record;
}

QString commandFor(const std::string& model, const Fields& fields) {
    QString command = QStringLiteral("daguerre generate %1").arg(quoted(model));
    for (const Field& field : fields) {
        if (field.value == field.standard) continue;
        const QString key =
            QString::fromStdString(field.key).replace(QLatin1Char('_'), QLatin1Char('-'));
        command += QStringLiteral(" --%1 %2").arg(key, quoted(text_of(field.value)));
    }
    return command + QStringLiteral(" --out pictures");
}

}  // namespace daguerre
