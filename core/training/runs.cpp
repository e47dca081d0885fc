#include "core/training/runs.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/models/train_request.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch_error.h"
#include "core/training/checkpoint.h"
#include "core/training/run_log.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t longest_notes = 1 << 20;

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The process that holds a FileLock: 0 when none does, -1 when it doesn't say.
std::int64_t holder_of(const fs::path& lock) {
    const int descriptor = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    std::int64_t process = 0;
    if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
        char text[32];
        const ssize_t n = ::read(descriptor, text, sizeof text);
        process = number_in({text, std::size_t(std::max<ssize_t>(n, 0))}).value_or(-1);
    }
    ::close(descriptor);
    return process;
}

/// What the last saved state has seen; 0 without one.
std::int64_t saved_images(const fs::path& state) {
    std::error_code error;
    if (!fs::exists(state, error)) return 0;
    const WeightsMetadata metadata = read_safetensors_metadata(state);
    const auto format = metadata.find("format_version"), seen = metadata.find("images_seen");
    if (format != metadata.end()) check_format(number_in(format->second).value_or(0), state);
    return seen == metadata.end() ? 0 : number_in(seen->second).value_or(0);
}

fs::file_time_type last_change(const RunFolder& run) {
    fs::file_time_type last = fs::file_time_type::min();
    std::error_code error;
    for (const fs::path& file : {run.log(), run.state(), run.folder / "run.json"}) {
        const fs::file_time_type time = fs::last_write_time(file, error);
        if (!error) last = std::max(last, time);
    }
    return last;
}

void fill_in(RunInfo& info) {
    const RunFolder run{info.folder};
    RunRequest request = read_run(info.folder);
    info.dataset = std::move(request.dataset);
    info.family = std::move(request.family);
    info.dataset_sha256 = std::move(request.dataset_sha256);
    info.settings = std::move(request.settings);
    info.images_total = total_images(options_from<TrainRequest>(info.settings));
    info.process = holder_of(run.lock());
    info.images_seen = saved_images(run.state());
    if (info.process != 0) {
        info.state = RunState::Running;
        // A state that is there is older than what the log says of a run that goes on.
        if (LogLine line; read_last_line(run.log(), line))
            info.images_seen = std::max(info.images_seen, line.images);
    } else if (info.why = run.noted_failure(); !info.why.empty()) {
        info.state = RunState::Failed;
    } else if (info.images_seen >= info.images_total) {
        info.state = RunState::Finished;
    }
}

/// What is in a folder, nothing when it can't be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end;
         each.increment(error))
        entries.push_back(each->path());
    return entries;
}

std::vector<PreviewFile> sheets_in(const fs::path& folder) {
    std::vector<PreviewFile> sheets;
    for (const fs::path& file : entries_of(folder))
        if (const auto images = number_in(file.stem().string());
            images && *images >= 0 && file.extension() == ".png")
            sheets.push_back({*images, file});
    std::ranges::sort(sheets, {}, &PreviewFile::images);
    return sheets;
}

}  // namespace

RunInfo look_at_run(const fs::path& folder) {
    RunInfo info;
    info.folder = folder;
    info.changed = last_change({folder});
    try {
        fill_in(info);
    } catch (...) {
        info.trouble = sentence_for(std::current_exception());
    }
    return info;
}

std::vector<RunInfo> known_runs() {
    std::vector<RunInfo> runs;
    std::error_code error;
    for (const fs::path& folder : entries_of(home_folder() / "runs"))
        if (!folder.filename().string().starts_with('.') && fs::is_directory(folder, error))
            runs.push_back(look_at_run(folder));
    std::sort(runs.begin(), runs.end(), [](const RunInfo& a, const RunInfo& b) {
        return a.changed != b.changed ? a.changed > b.changed : a.folder < b.folder;
    });
    return runs;
}

std::vector<PreviewFile> previews_of(const fs::path& folder) {
    return sheets_in(folder / "previews");
}

std::vector<PreviewFile> raw_previews_of(const fs::path& folder) {
    return sheets_in(folder / "previews" / "raw");
}

std::vector<PreviewFile> reconstructions_of(const fs::path& folder) {
    return sheets_in(folder / "reconstructions");
}

std::optional<Confusion> confusion_of(const fs::path& folder) try {
    const fs::path file = RunFolder{folder}.confusion();
    std::error_code error;
    if (!fs::exists(file, error)) return std::nullopt;
    const Json json = read_json(file);
    Confusion confusion{json.at("images"), json.at("classes"), json.at("counts")};
    const std::size_t classes = confusion.classes.size();
    const bool square =
        confusion.counts.size() == classes &&
        std::ranges::all_of(confusion.counts, [&](const auto& row) {
            return row.size() == classes && std::ranges::all_of(row, [](auto n) { return n >= 0; });
        });
    return square && classes > 0 ? std::optional(std::move(confusion)) : std::nullopt;
} catch (const std::exception&) {  // of another program, or torn
    return std::nullopt;
}

std::vector<CheckpointInfo> checkpoints_of(const fs::path& folder) {
    std::vector<CheckpointInfo> checkpoints;
    std::error_code error;
    for (const fs::path& kept : entries_of(folder / "checkpoints"))
        if (const auto images = number_in(kept.filename().string()); images && *images >= 0)
            checkpoints.push_back({.images = *images,
                                   .folder = kept / "model",
                                   .test_loss = test_loss_of(kept / "state.safetensors"),
                                   .kept = fs::exists(kept / kept_mark, error)});
    std::ranges::sort(checkpoints, {}, &CheckpointInfo::images);
    const fs::path state = RunFolder{folder}.state();
    try {
        if (fs::exists(state, error))
            checkpoints.push_back({.images = saved_images(state),
                                   .folder = folder,
                                   .newest = true,
                                   .test_loss = test_loss_of(state)});
    } catch (const Error&) {  // look_at_run says why
    }
    std::vector<std::optional<double>> losses;
    for (const CheckpointInfo& checkpoint : checkpoints) losses.push_back(checkpoint.test_loss);
    if (const std::size_t best = best_of(losses); best < checkpoints.size())
        checkpoints[best].best = true;
    return checkpoints;
}

void set_kept(const CheckpointInfo& checkpoint, bool kept) {
    require(!checkpoint.newest, "the newest state is the run itself and can't be marked");
    const fs::path mark = checkpoint.folder.parent_path() / kept_mark;
    if (kept) return write_whole(mark, "");
    std::error_code error;
    fs::remove(mark, error);
    if (error)
        throw Error("Daguerre may not write in “{folder}”. Nothing was changed.",
                    {{"folder", mark.parent_path()}});
}

std::string notes_of(const fs::path& folder) {
    const fs::path file = folder / "notes.txt";
    std::error_code error;
    return fs::exists(file, error) ? read_file(file, longest_notes) : "";
}

void write_notes(const fs::path& folder, const std::string& text) {
    if (text.size() > longest_notes)
        throw Error("These notes have {n} bytes, where {limit} are allowed.",
                    {{"n", text.size()}, {"limit", longest_notes}});
    write_whole(folder / "notes.txt", text);
}

}  // namespace daguerre
