#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/terminal.h"
#include "core/base/json.h"
#include "core/nn/device.h"

namespace daguerre {
namespace {

std::string gigabytes(std::uint64_t bytes) { return figure_text(double(bytes) / 1e9) + " GB"; }

void show(Terminal& terminal, const DeviceRow& row, const std::string& automatic) {
    Json event{{"event", "device"},
               {"device", row.device},
               {"name", row.name},
               {"usable", !row.refusal},
               {"automatic", row.device == automatic}};
    if (row.refusal) {
        event["why_not"] = row.refusal.why.text();
        terminal.event(event);
        terminal.line(row.device + "  " + row.name + "\n  " + row.refusal.why.text());
        return;
    }
    const DeviceMemory memory = device_memory(row.device);
    event["memory"] = memory.total;
    event["memory_free"] = memory.free;
    event["precision"] = row.fast_bf16 ? "bf16" : "fp32";
    terminal.event(event);
    terminal.line(row.device + "  " + row.name + (row.device == automatic ? "  (auto)" : "") +
                  "\n  " + gigabytes(memory.total) + " of memory, " + gigabytes(memory.free) +
                  " free; " + (row.fast_bf16 ? "bf16 is fast" : "fp32"));
}

Result run(Terminal& terminal) {
    const DeviceChoice automatic = use_device();
    for (const DeviceRow& row : devices()) show(terminal, row, automatic.device);
    return {};
}

}  // namespace

Command devices_command() {
    return {"devices", "What can be computed on, with its memory, or why it can't be used",
            [](CLI::App&) -> Run {
                return [](Terminal& terminal, const Fields&) { return run(terminal); };
            }};
}

}  // namespace daguerre
