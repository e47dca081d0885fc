#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/models/model.h"
#include "core/nn/torch_error.h"

namespace daguerre {
namespace {

enum Status { Done = 0, Failed = 1, WrongWords = 2, Stopped = 130 };

/// device, precision and threads, as every request has them.
Fields machine_fields() {
    Fields fields;
    for (const Field& field : fields_of<GenerateRequest>())
        if (field.key == "device" || field.key == "precision" || field.key == "threads")
            fields.push_back(field);
    return fields;
}

/// One command of the command line, ready to be parsed.
struct Entry {
    CLI::App* words = nullptr;
    Run run;
    FieldOptions machine;
};

std::vector<Entry> add_commands(CLI::App& app) {
    const std::string json = "print one JSON object a line and nothing else";
    const std::string quiet = "no progress, no remarks";
    std::vector<Entry> entries;
    for (const Command& command : commands()) {
        Entry entry;
        entry.words = app.add_subcommand(command.name, command.summary)->allow_extras();
        entry.run = command.add(*entry.words);
        entry.machine = FieldOptions(*entry.words, machine_fields());
        entry.words->add_flag("--json", json);
        entry.words->add_flag("--quiet", quiet);
        entries.push_back(std::move(entry));
    }
    return entries;
}

const Entry* chosen(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries)
        if (entry.words->parsed()) return &entry;
    return nullptr;
}

/// Throws CLI::ParseError (help is one) and UnknownWord.
void parse(CLI::App& app, const std::vector<Entry>& entries, int argc, char** argv) {
    const auto refuse_unknown = [&] {
        if (const Entry* entry = chosen(entries)) refuse_unknown_words(*entry->words);
        refuse_unknown_words(app);
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError&) {
        refuse_unknown();  // “--ot” says more than that --out is missing
        throw;
    }
    refuse_unknown();
    if (!chosen(entries)) throw CLI::RequiredError("A command");
}

std::string sentence_of(const CLI::ParseError& error, const Entry* entry) {
    std::string what = error.what();
    // “--out: 1 required FILE missing” is what CLI11 says of an option at the end of the line.
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
        what = "“" + what.substr(0, what.find(':')) + "” needs a value";
    const std::string command = entry ? entry->words->get_name() + " " : "";
    return what + ". “daguerre " + command + "--help” says how it is written.";
}

/// How the program ends.
struct Ending {
    int status = Done;
    std::string command, sentence;  // why it couldn't be done
    Result result{};
};

Json done_event(const Ending& ending, double seconds) {
    const char* outcome = ending.status == Done      ? "done"
                          : ending.status == Stopped ? "stopped"
                                                     : "failed";
    Json object{{"event", "done"}, {"command", ending.command}, {"outcome", outcome}};
    object["files"] = Json::array();
    for (const auto& file : ending.result.files) object["files"].push_back(file.string());
    object["seconds"] = seconds;
    object["seed"] = ending.result.seed ? Json(*ending.result.seed) : Json();
    if (!ending.sentence.empty()) object["sentence"] = ending.sentence;
    return object;
}

/// Whether a flag stands on the command line, also on one that can't be parsed.
bool has_flag(int argc, char** argv, const char* flag) {
    return std::any_of(argv + 1, argv + argc,
                       [&](const char* word) { return std::strcmp(word, flag) == 0; });
}

Result run(const Entry& entry, Terminal& terminal) {
    Fields machine = machine_fields();
    entry.machine.take(machine, entry.words->get_name());
    Result result = entry.run(terminal, machine);
    terminal.flush();
    return result;
}

/// The one place where what went wrong becomes a sentence and a status.
Ending ending_of(CLI::App& app, Terminal& terminal, int argc, char** argv) {
    const std::vector<Entry> entries = add_commands(app);
    Ending ending;
    try {
        parse(app, entries, argc, argv);
        ending.result = run(*chosen(entries), terminal);
        ending.sentence = ending.result.failure;
        if (!ending.sentence.empty()) ending.status = Failed;
        if (ending.result.stopped) ending.status = Stopped;
    } catch (const CLI::Success&) {
        throw;
    } catch (const CLI::ParseError& error) {
        ending.status = WrongWords;
        ending.sentence = sentence_of(error, chosen(entries));
    } catch (const UnknownWord& error) {
        ending.status = WrongWords;
        ending.sentence = error.sentence().text();
    } catch (...) {
        ending.status = Failed;
        ending.sentence = sentence_for(std::current_exception()).text();
    }
    if (const Entry* entry = chosen(entries)) ending.command = entry->words->get_name();
    return ending;
}

int run(int argc, char** argv) {
    const auto start = std::chrono::steady_clock::now();
    Terminal terminal(has_flag(argc, argv, "--json"), has_flag(argc, argv, "--quiet"));
    CLI::App app("Makes images with small neural networks that you train yourself.", "daguerre");
    app.set_version_flag("--version", "daguerre " DAGUERRE_VERSION);
    app.allow_extras()->require_subcommand(0, 1);
    try {
        const Ending ending = ending_of(app, terminal, argc, argv);
        if (ending.status == Stopped) terminal.remark("Stopped. What was finished is kept.");
        if (!ending.sentence.empty()) terminal.failure(ending.sentence);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        terminal.event(done_event(ending, taken.count()));
        return ending.status;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    }
}

}  // namespace
}  // namespace daguerre

int main(int argc, char** argv) {
    // A file over the size limit is then an error of write(), which has a sentence.
    std::signal(SIGXFSZ, SIG_IGN);
    daguerre::keep_freed_memory();
    return daguerre::run(argc, argv);
}
