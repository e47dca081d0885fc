#include "core/data/datasets.h"

#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/files.h"

namespace daguerre {
namespace {

std::string size_text(const DatasetRow& row) {
    const char* colour = row.channels == 1 ? "grey" : "colour";
    if (row.width == 0) return "sizes differ";
    return std::to_string(row.width) + "x" + std::to_string(row.height) + " " + colour;
}

void show(Terminal& terminal, const DatasetRow& row) {
    const auto folder = dataset_folder(row);
    const std::int64_t count = row.train_count + row.test_count;
    const std::string get = "daguerre fetch " + row.id;
    Json object{{"event", "dataset"},     {"id", row.id},
                {"title", row.title},     {"width", row.width},
                {"height", row.height},   {"channels", row.channels},
                {"classes", row.classes}, {"train", row.train_count},
                {"test", row.test_count}, {"licence", row.licence},
                {"source", row.source}};
    object["folder"] = folder ? Json(folder->string()) : Json();
    terminal.event(object);
    terminal.line(row.id + "\n  " + row.title + ", " + size_text(row) + ", " +
                  std::to_string(row.classes.size()) + " classes, " + std::to_string(count) +
                  " images, " + row.licence + "\n  " +
                  (folder ? folder->string() : "not here; how to get it: " + get));
}

Result run(Terminal& terminal) {
    for (const DatasetRow& row : datasets()) show(terminal, row);
    for (const std::string& id : own_datasets()) {
        const std::string folder = (home_folder() / "datasets" / id).string();
        terminal.event(Json{{"event", "dataset"}, {"id", id}, {"folder", folder}});
        terminal.line(id + "\n  your own\n  " + folder);
    }
    return {};
}

}  // namespace

Command datasets_command() {
    return {"datasets", "Known datasets: size, classes, images, licence, where they are",
            [](CLI::App&) -> Run {
                return [](Terminal& terminal, const Fields&) { return run(terminal); };
            }};
}

}  // namespace daguerre
