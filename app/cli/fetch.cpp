#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/datasets.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string dataset, from;
};

const DatasetRow* known(const std::string& id) {
    const auto& rows = datasets();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](auto& each) { return each.id == id; });
    return row == rows.end() ? nullptr : &*row;
}

std::string file_names(const DatasetRow& row) {
    std::string list;
    for (const DatasetFile& file : row.files) list += (list.empty() ? "" : ", ") + file.name;
    return list;
}

/// How to get a known dataset by hand.
[[noreturn]] void explain(const DatasetRow& row) {
    throw Error(
        "Daguerre can't download yet. {title} is published at {source}: get {files} from there, "
        "then say: daguerre fetch {id} --from FOLDER.",
        {{"title", row.title}, {"source", row.source}, {"files", file_names(row)}, {"id", row.id}});
}

Result run(Terminal& terminal, const Words& words) {
    const bool address = words.from.find("://") != std::string::npos;
    const DatasetRow* row = known(words.dataset);
    if (!row && (words.from.empty() || address)) {
        if (words.from.empty()) row_named(datasets(), words.dataset, "dataset");
        throw Error(
            "Daguerre can't download yet. Get “{from}” with a browser, then say: daguerre fetch "
            "{id} --from FILE.",
            {{"from", words.from}, {"id", words.dataset}});
    }
    if (row && words.from.empty()) {
        const auto folder = dataset_folder(*row);
        if (!folder) explain(*row);
        terminal.line(row->title + " is here already: " + folder->string());
        return {.files = {*folder}};
    }
    if (address) explain(*row);
    if (row)
        import_dataset(*row, words.from, terminal.on_progress());
    else
        import_own_dataset(words.dataset, words.from, terminal.on_progress());
    if (terminal.stopped()) return {.stopped = true};
    const auto info = open_dataset(words.dataset)->info();
    terminal.line(info.title + ": " + std::to_string(info.count) + " images to train with.");
    return {};
}

}  // namespace

Command fetch_command() {
    return {"fetch", "Import a dataset, checked by SHA-256", [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option("DATASET", words->dataset, "a known id, or a name of your own")
                    ->required();
                app.add_option("--from", words->from, "file, folder or zip that holds it")
                    ->type_name("FILE|DIR");
                return [words](Terminal& terminal, const Fields&) { return run(terminal, *words); };
            }};
}

}  // namespace daguerre
