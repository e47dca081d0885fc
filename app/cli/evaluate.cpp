#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/outputs.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/image/image_file.h"
#include "core/metrics/evaluations.h"
#include "core/metrics/metrics.h"
#include "core/models/model.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string subject, dataset, out, nearest;
    FieldOptions request, sampling;
};

/// Text in columns: the first to the left, the others to the right, as wide as they need.
class Columns {
public:
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows_)
            for (std::size_t i = 0; i < row.size(); ++i) {
                widths.resize(std::max(widths.size(), row.size()));
                widths[i] = std::max(widths[i], width(row[i]));
            }
        std::string text;
        for (const auto& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string room(widths[i] - width(row[i]), ' ');
                line += i == 0 ? row[i] + room : "  " + room + row[i];
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += (text.empty() ? "" : "\n") + line;
        }
        return text;
    }

private:
    /// In characters.
    static std::size_t width(const std::string& text) {
        return std::size_t(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    }

    std::vector<std::vector<std::string>> rows_;
};

std::string heading_of(const Evaluation& e) {
    std::string text = e.subject + " against " + e.dataset_title;
    if (!e.split.empty()) text += " (" + e.split + ")";
    text += ": " + std::to_string(e.n) + " images of seed " + std::to_string(e.seed) + " against " +
            std::to_string(e.reference_n) + ", " + std::to_string(e.size) + " x " +
            std::to_string(e.size);
    if (!e.network.empty())
        text += "\nFeatures of " + e.network + " (" + e.network_sha256.substr(0, 10) + ")";
    std::string how;
    for (const auto& [key, value] : e.settings)
        how += (how.empty() ? "\n" : ", ") + key + " " + value;
    return text + how;
}

std::string value_of(const std::vector<Figure>& figures, const std::string& id) {
    const Figure* figure = figure_named(figures, id);
    return figure ? figure_text(figure->value) : "";
}

std::string table_of(const Evaluation& e) {
    Columns table;
    table.add({"", "value", "±", "n", "real", "blurred", ""});
    std::string metric;
    for (const Figure& figure : e.figures) {
        const std::string last = std::exchange(metric, figure.id.substr(0, figure.id.find('_')));
        table.add({(metric == last ? "  " : "") + figure.title, figure_text(figure.value),
                   figure.error ? figure_text(*figure.error) : "", std::to_string(figure.n),
                   value_of(e.real, figure.id), value_of(e.blurred, figure.id),
                   multiple_text(e, figure)});
    }
    return table.text();
}

/// How many samples the network takes for each class.
std::string classes_of(const Evaluation& e) {
    if (e.class_counts.empty() || e.classes.size() > 20) return "";
    std::string text;
    for (std::size_t i = 0; i < e.classes.size() && i < e.class_counts.size(); ++i)
        text += (text.empty() ? "Taken for: " : ", ") + e.classes[i] + " " +
                std::to_string(e.class_counts[i]);
    return text;
}

void show(Terminal& terminal, const Evaluation& e) {
    for (const Figure& figure : e.figures) {
        Json object{{"event", "figure"}, {"id", figure.id},       {"title", figure.title},
                    {"n", figure.n},     {"value", figure.value}, {"seed", e.seed}};
        if (figure.error) object["error"] = *figure.error;
        if (const Figure* real = figure_named(e.real, figure.id)) object["real"] = real->value;
        if (const Figure* soft = figure_named(e.blurred, figure.id))
            object["blurred"] = soft->value;
        if (!figure.note.empty()) object["note"] = figure.note;
        terminal.event(object);
    }
    if (e.figures.empty()) return terminal.line("Nothing was measured.");
    terminal.line(heading_of(e) + "\n\n" + table_of(e));
    if (const std::string classes = classes_of(e); !classes.empty()) terminal.line("\n" + classes);
    for (const Figure& figure : e.figures)
        if (!figure.note.empty()) terminal.remark(figure.title + ": " + figure.note);
}

/// Samples beside what is nearest to them, nearest first, four threes a row.
Image gallery_of(const std::vector<Lookalike>& nearest) {
    std::vector<Image> threes;
    for (const Lookalike& pair : nearest) {
        std::vector<Image> row{pair.image, pair.in_pixels};
        if (pair.in_features.width > 0) row.push_back(pair.in_features);
        threes.push_back(grid_of(row, int(row.size()), 1));
    }
    return grid_of(threes, 4, 6);
}

void check_outputs(const Words& words) {
    if (!words.out.empty()) require_writable(words.out, true);
    if (words.nearest.empty()) return;
    if (!has_image_suffix(words.nearest))
        throw Error("“{file}” isn't the name of an image. Let it end in .png.",
                    {{"file", words.nearest}});
    require_writable(words.nearest, true);
}

void write(const Words& words, const Evaluation& e, Terminal& terminal, Result& result) {
    const auto told = [&](const fs::path& file) {
        terminal.event(Json{{"event", "file"}, {"file", file.string()}, {"seed", e.seed}});
        result.files.push_back(file);
    };
    if (!words.nearest.empty() && !e.nearest.empty()) {
        write_image(words.nearest, gallery_of(e.nearest));
        told(words.nearest);
    }
    if (!words.out.empty() && !e.figures.empty()) {
        write_evaluation(words.out, e);
        told(words.out);
    }
    if (const fs::path kept = keep_evaluation(e); !kept.empty()) told(kept);
}

Result run(Terminal& terminal, const Words& words, const Fields& machine) {
    Fields fields = fields_of<EvaluateRequest>();
    for (const Field& field : machine) set_field(fields, field.key, field.value);
    words.request.take(fields, "evaluate");
    auto request = options_from<EvaluateRequest>(fields);
    if (!words.nearest.empty() && request.metrics != "standard" && request.metrics != "all" &&
        request.metrics.find("nearest") == std::string::npos)
        request.metrics += ",nearest";
    check_outputs(words);
    const DeviceChoice device = use_device(request.device, int(request.threads));
    const Evaluating what = open_evaluation(words.subject, words.dataset, request);
    Fields sampling = what.model ? what.model->generate_fields() : Fields{};
    words.sampling.take(sampling, words.subject);
    terminal.remark(device.why.text());

    const std::vector<std::string> left_out = left_out_of(what, request);
    for (const std::string& remark : left_out) terminal.remark(remark);

    const Evaluation evaluation = evaluate(what, request, sampling, terminal.on_progress());
    for (const std::string& remark : evaluation.remarks)
        if (std::ranges::count(left_out, remark) == 0) terminal.remark(remark);
    show(terminal, evaluation);
    Result result{.stopped = evaluation.stopped, .seed = request.seed};
    write(words, evaluation, terminal, result);
    return result;
}

std::string metric_list() {
    std::string list = "\nMetrics:\n";
    for (const Metric& metric : metrics()) {
        std::string id = "  " + metric.id;
        id.resize(14, ' ');
        list += id + metric.title + (metric.less_is_better ? " (less is better)" : "") +
                (metric.standard ? "" : " (only when named)") + "\n";
    }
    return list;
}

}  // namespace

Command evaluate_command() {
    return {"evaluate", "Measure how good a model's images are", [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option("MODEL|DIR", words->subject,
                               "a model as generate takes it, or a folder of images")
                    ->required();
                app.add_option("--dataset", words->dataset, "real images to compare with")
                    ->type_name("DATASET")
                    ->required();
                words->request = FieldOptions(app, evaluation_fields());
                words->sampling = FieldOptions(app, sampling_fields());
                app.add_option("--out", words->out, "JSON file that gets everything that was found")
                    ->type_name("FILE.json");
                app.add_option("--nearest", words->nearest,
                               "picture of samples, each beside the training images nearest to it "
                               "in pixels and in features, nearest first")
                    ->type_name("FILE.png");
                app.footer(metric_list());
                return [words](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *words, machine);
                };
            }};
}

}  // namespace daguerre
