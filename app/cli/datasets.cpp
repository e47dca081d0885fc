#include "core/data/datasets.h"

#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/files.h"

namespace daguerre {
namespace {

std::string size_text(int width, int height, int channels) {
    const std::string colour = channels == 0 ? "" : channels == 1 ? " grey" : " colour";
    if (width == 0 || height == 0) return "sizes differ" + (colour.empty() ? "" : "," + colour);
    return std::to_string(width) + "x" + std::to_string(height) + colour;
}

std::string classes_text(std::size_t classes) {
    return classes == 0 ? "" : ", " + std::to_string(classes) + " classes";
}

std::string attributes_text(const DatasetRow& row) {
    if (row.attributes.empty()) return "";
    return ", " + std::to_string(row.attributes.size()) + " attributes (" + row.id + ":" +
           row.attributes.front() + ", …)";
}

std::string counts_text(const DatasetRow& row) {
    std::string text = ", " + std::to_string(row.train_count) + " images to train";
    if (row.test_count > 0) text += " and " + std::to_string(row.test_count) + " to test";
    return text;
}

std::uint64_t download_bytes(const DatasetRow& row) {
    std::uint64_t total = row.archive.bytes;
    if (total == 0)
        for (const DatasetFile& file : row.files) total += file.bytes;
    return total;
}

std::string place_text(const DatasetRow& row) {
    if (const auto folder = dataset_folder(row)) return folder->string();
    const std::string get = "daguerre fetch " + row.id;
    if (row.mirrors.empty()) return "not here; its makers want an account, steps: " + get;
    return "not here; " + std::to_string(download_bytes(row) / 1'000'000) +
           " MB, how to get it: " + get;
}

void show(Terminal& terminal, const DatasetRow& row) {
    const auto folder = dataset_folder(row);
    Json object{{"event", "dataset"},
                {"id", row.id},
                {"title", row.title},
                {"width", row.width},
                {"height", row.height},
                {"channels", row.channels},
                {"classes", row.classes},
                {"attributes", row.attributes},
                {"train", row.train_count},
                {"test", row.test_count},
                {"mirror_safe", row.mirror_safe},
                {"licence", row.licence},
                {"source", row.source},
                {"bytes", download_bytes(row)},
                {"mirrors", row.mirrors},
                {"steps", row.steps}};
    object["folder"] = folder ? Json(folder->string()) : Json();
    terminal.event(object);
    terminal.line(row.id + "\n  " + row.title + ", " +
                  size_text(row.width, row.height, row.channels) +
                  classes_text(row.classes.size()) + attributes_text(row) + counts_text(row) +
                  "\n  licence: " + row.licence + "\n  " + place_text(row));
}

/// Opens it, since nothing else knows what it holds.
void show_own(Terminal& terminal, const std::string& id) {
    const std::string folder = (home_folder() / "datasets" / id).string();
    Json object{{"event", "dataset"}, {"id", id}, {"folder", folder}};
    std::string text = "your own";
    try {
        const DatasetInfo info = open_dataset(id)->info();
        object.update(Json{{"width", info.width},
                           {"height", info.height},
                           {"channels", info.channels},
                           {"classes", info.classes},
                           {"splits", info.splits},
                           {"train", info.count},
                           {"problems", info.left_out.size()}});
        text += ", " + size_text(info.width, info.height, info.channels) +
                classes_text(info.classes.size()) + ", " + std::to_string(info.count) +
                " images to train";
        if (!info.left_out.empty())
            text += "\n  " + std::to_string(info.left_out.size()) +
                    " broken files: daguerre inspect " + id + " lists them";
    } catch (const Error& error) {
        object["sentence"] = error.what();
        text += "\n  It can't be opened to train: " + std::string(error.what());
    }
    terminal.event(object);
    terminal.line(id + "\n  " + text + "\n  " + folder);
}

Result run(Terminal& terminal) {
    for (const DatasetRow& row : datasets()) show(terminal, row);
    for (const std::string& id : own_datasets()) show_own(terminal, id);
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
