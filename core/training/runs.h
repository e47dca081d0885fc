// What run folders say of themselves, without anything being trained. Safe from any thread; blocks
// while reading a few small files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fields.h"

namespace daguerre {

enum class RunState {
    Running,   // a living process trains it
    Stopped,   // can be resumed
    Finished,  // has seen all its images
    Failed     // ended with `why`; can be resumed
};

struct RunInfo {
    std::filesystem::path folder;  // its name is that of the run
    std::string dataset, family;   // as in run.json
    std::string dataset_sha256;
    Fields settings;  // all settled
    std::int64_t images_seen = 0, images_total = 0;
    RunState state = RunState::Stopped;
    std::int64_t process = 0;  // that trains it
    std::string why;           // of Failed
    std::filesystem::file_time_type changed{};
    Sentence trouble;  // not empty: can't be read as a run, and the other members may be empty
};

/// Never throws.
RunInfo look_at_run(const std::filesystem::path& folder);
/// The runs in user data, the newest first; a broken one has its trouble.
std::vector<RunInfo> known_runs();

struct PreviewFile {
    std::int64_t images = 0;  // seen
    std::filesystem::path file;
};
/// In order of images.
std::vector<PreviewFile> previews_of(const std::filesystem::path& folder);
/// The same by the weights as the last step left them; empty where they weren't asked for.
std::vector<PreviewFile> raw_previews_of(const std::filesystem::path& folder);
/// Sheets of training images above what the model made of them, in order of images; empty where its
/// family makes none.
std::vector<PreviewFile> reconstructions_of(const std::filesystem::path& folder);

/// What a classifier took held-out images for.
struct Confusion {
    std::int64_t images = 0;  // seen when it was measured
    std::vector<std::string> classes;
    std::vector<std::vector<std::int64_t>> counts;  // [true class][class it was taken for]
};
/// Nothing where there is none, or it can't be read.
std::optional<Confusion> confusion_of(const std::filesystem::path& folder);

struct CheckpointInfo {
    std::int64_t images = 0;            // seen
    std::filesystem::path folder;       // that open_model takes: checkpoints/N/model, or the run
    bool newest = false;                // what resuming goes on from
    std::optional<double> test_loss{};  // of the averaged weights; nothing: not measured
    bool best = false;                  // the least test loss of all
    bool kept = false;                  // marked to stay
};
/// In order of images, the state of the run itself last.
std::vector<CheckpointInfo> checkpoints_of(const std::filesystem::path& folder);

/// Marks a checkpoint so that it stays however many follow, or takes the mark away. Not for the
/// newest, which is the run itself. Throws Error: the folder can't be written.
void set_kept(const CheckpointInfo& checkpoint, bool kept);

/// notes.txt, "" when there is none. Throws Error: longer than 1 MiB, or it can't be read.
std::string notes_of(const std::filesystem::path& folder);
/// Throws Error: longer than 1 MiB, or it can't be written.
void write_notes(const std::filesystem::path& folder, const std::string& text);

}  // namespace daguerre
