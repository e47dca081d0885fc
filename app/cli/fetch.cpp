#include "core/data/fetch.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/table.h"
#include "core/data/datasets.h"

namespace daguerre {
namespace {

struct Words {
    std::string dataset, from;
};

const DatasetRow* known(const std::string& id) {
    for (const DatasetRow& row : datasets())
        if (row.id == id) return &row;
    return nullptr;
}

/// false: stopped.
bool get(Terminal& terminal, const DatasetRow& row, const std::string& from) {
    const bool address = from.find("://") != std::string::npos;
    if (address || from.empty()) return fetch_dataset(row, from, terminal.on_progress());
    import_dataset(row, from, terminal.on_progress());
    return !terminal.stopped();
}

bool get_own(Terminal& terminal, const std::string& id, const std::string& from) {
    if (from.empty()) row_named(datasets(), id, "dataset");
    if (from.find("://") != std::string::npos)
        return fetch_own_dataset(id, from, terminal.on_progress());
    import_own_dataset(id, from, terminal.on_progress());
    return !terminal.stopped();
}

Result run(Terminal& terminal, const Words& words) {
    const DatasetRow* row = known(words.dataset);
    if (row && words.from.empty()) {
        if (const auto folder = dataset_folder(*row)) {
            terminal.line(row->title + " is here already: " + folder->string());
            return {.files = {*folder}};
        }
    }
    const bool done =
        row ? get(terminal, *row, words.from) : get_own(terminal, words.dataset, words.from);
    if (!done) return {.stopped = true};
    const auto info = open_dataset(words.dataset)->info();
    for (const BrokenFile& file : info.left_out) terminal.remark(file.reason);
    terminal.line(info.title + ": " + std::to_string(info.count) + " images to train with.");
    return {};
}

}  // namespace

Command fetch_command() {
    return {"fetch", "Download or import a dataset, checked by SHA-256", [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option("DATASET", words->dataset, "a known id, or a name of your own")
                    ->required();
                app.add_option("--from", words->from,
                               "where it lies: an address (its files, or the folder of them), or a "
                               "file, folder or archive here")
                    ->type_name("URL|FILE|DIR");
                app.footer(
                    "A download that was broken off goes on when it is asked for again. http_proxy "
                    "and https_proxy are heeded, and certificates in SSL_CERT_FILE.");
                return [words](Terminal& terminal, const Fields&) { return run(terminal, *words); };
            }};
}

}  // namespace daguerre
