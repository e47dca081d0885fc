#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/models/open_model.h"

namespace daguerre {
namespace {

/// What daguerre.json says, or null: a folder that Python made has none, and a broken one should
/// not hide the others.
Json said_by(const std::filesystem::path& folder) {
    try {
        return read_json(folder / "daguerre.json");
    } catch (const Error&) {
        return {};
    }
}

void show(Terminal& terminal, const ModelEntry& entry) {
    const Json said = said_by(entry.folder);
    terminal.event(Json{{"event", "model"},
                        {"id", entry.id},
                        {"folder", entry.folder.string()},
                        {"bundled", entry.bundled},
                        {"about", said}});
    std::string about = entry.bundled ? "bundled" : "your own";
    if (said.is_object()) {
        if (const auto family = said.find("family"); family != said.end() && family->is_string())
            about += ", " + family->get<std::string>();
        if (const auto classes = said.find("classes"); classes != said.end() && !classes->empty())
            about += ", " + std::to_string(classes->size()) + " classes";
    }
    terminal.line(entry.id + "\n  " + about + "\n  " + entry.folder.string());
}

Result run(Terminal& terminal) {
    const std::vector<ModelEntry> models = known_models();
    for (const ModelEntry& entry : models) show(terminal, entry);
    if (models.empty())
        terminal.remark(
            "No models yet. Train one: daguerre train mnist --family diffusion --out RUN");
    return {};
}

}  // namespace

Command models_command() {
    return {"models", "Bundled models and your own", [](CLI::App&) -> Run {
                return [](Terminal& terminal, const Fields&) { return run(terminal); };
            }};
}

}  // namespace daguerre
