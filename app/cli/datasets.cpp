#include "core/data/datasets.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/files.h"
#include "core/base/table.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

std::string size_text(const DatasetRow& row) {
    const char* colour = row.channels == 1 ? "grey" : "colour";
    if (row.width == 0) return "sizes differ";
    return std::to_string(row.width) + "x" + std::to_string(row.height) + " " + colour;
}

/// Imported sets of one's own: folders and zips in user data that no row names.
std::vector<fs::path> own_datasets() {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(home_folder() / "datasets", error)) {
        const std::string name = entry.path().filename().string();
        const auto known = ids(datasets());
        if (name.starts_with('.') || std::find(known.begin(), known.end(), name) != known.end())
            continue;
        found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
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
    for (const fs::path& path : own_datasets()) {
        terminal.event(
            Json{{"event", "dataset"}, {"id", path.stem().string()}, {"folder", path.string()}});
        terminal.line(path.stem().string() + "\n  your own\n  " + path.string());
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
