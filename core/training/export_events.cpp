#include "core/training/export_events.h"

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/image_file.h"
#include "core/training/checkpoint.h"
#include "core/training/event_file.h"
#include "core/training/run_log.h"
#include "core/training/runs.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t lines_between = 1000;         // two looks at whether to stop
constexpr std::uint64_t largest_preview = 1 << 28;  // bytes

/// A folder that goes with what is in it.
struct Temporary {
    fs::path folder;
    ~Temporary() {
        std::error_code gone;
        fs::remove_all(folder, gone);
    }
};

bool add_lines(EventFile& events, const std::vector<LogLine>& lines, const OnProgress& go) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        events.add(lines[i]);
        if (i % lines_between == 0 &&
            !go({std::int64_t(i), std::int64_t(lines.size()), "line", nullptr}))
            return false;
    }
    return true;
}

bool add_previews(EventFile& events, const std::vector<PreviewFile>& previews,
                  const OnProgress& go) {
    std::int64_t done = 0;
    for (const PreviewFile& preview : previews) {
        if (!go({done++, std::int64_t(previews.size()), "file", nullptr})) return false;
        try {
            const Image sheet = read_image(preview.file);
            events.add_preview(preview.images, read_file(preview.file, largest_preview),
                               sheet.width, sheet.height, sheet.channels);
        } catch (const Error&) {  // it isn't a picture
        }
    }
    return true;
}

bool is_events(const fs::path& file) {
    return file.filename().string().starts_with("events.out.tfevents.");
}

}  // namespace

bool has_events(const fs::path& run) {
    std::error_code error;
    for (fs::directory_iterator each(run, error), end; !error && each != end; each.increment(error))
        if (is_events(each->path())) return true;
    return false;
}

fs::path export_events(const fs::path& run, const fs::path& folder, const OnProgress& on_progress) {
    const std::vector<LogLine> lines = read_log(RunFolder{run}.log());
    if (lines.empty())
        throw Error("“{run}” has no numbers yet: its log is empty.", {{"run", run.filename()}});
    const Temporary beside{folder / ".events"};
    std::error_code error;
    fs::create_directories(beside.folder, error);
    if (error)
        throw Error("Daguerre may not write in “{folder}”. Choose another folder.",
                    {{"folder", folder}});
    {
        EventFile events(beside.folder, 0);
        if (!add_lines(events, lines, on_progress) ||
            !add_previews(events, previews_of(run), on_progress))
            return {};
    }
    for (const auto& each : fs::directory_iterator(beside.folder)) {
        const fs::path file = folder / each.path().filename();
        fs::rename(each.path(), file, error);
        if (error) throw Error("“{file}” can't be written.", {{"file", file}});
        return file;
    }
    return {};
}

}  // namespace daguerre
