#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/outputs.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/models/model_library.h"
#include "core/models/open_model.h"
#include "core/models/reproduce.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string model, out, probe;
};

bool is_tensor_file(const fs::path& path) { return path.extension() == ".safetensors"; }

Result probed(Terminal& terminal, const Words& words, const Model& model,
              const GenerateRequest& request) {
    if (!is_tensor_file(words.out))
        throw Error("“{file}” can't be written. Let it end in .safetensors.",
                    {{"file", words.out}});
    require_writable(words.out, true);
    probe(model, words.probe, words.out, request);
    terminal.line(words.out);
    return {.files = {words.out}};
}

Result run(Terminal& terminal, const Words& words, const Fields& machine) {
    const auto request = options_from<GenerateRequest>(machine);
    use_device(request.device, request.threads);
    const auto model = open_model(words.model);
    for (const std::string& remark : model->info().remarks) terminal.remark(remark);
    if (!words.probe.empty()) return probed(terminal, words, *model, request);
    require_writable(words.out, is_tensor_file(words.out));
    const int compared = export_model(*model, words.out, terminal.on_progress());
    if (compared == 0) return {.stopped = true};
    terminal.remark(std::to_string(compared) + " pictures of both are the same, byte for byte.");
    terminal.line(words.out);
    return {.files = {words.out}};
}

}  // namespace

Command convert_command() {
    return {"convert", "Write a model as another folder or file, or ask its bare network",
            [](CLI::App& app) -> Run {
                const auto words = std::make_shared<Words>();
                app.add_option(
                       "MODEL", words->model,
                       "a bundled id, a model or diffusers folder, a run, or a file that convert "
                       "wrote")
                    ->required();
                app.add_option(
                       "--out", words->out,
                       "folder that diffusers opens too, or one .safetensors file; with --probe "
                       "the file of the answer")
                    ->type_name("DIR|FILE")
                    ->required();
                app.add_option("--probe", words->probe,
                               "run the network once on the x, t and class_labels of this file; "
                               "--out gets its answer, `out`")
                    ->type_name("FILE.safetensors");
                return [words](Terminal& terminal, const Fields& machine) {
                    return run(terminal, *words, machine);
                };
            }};
}

}  // namespace daguerre
