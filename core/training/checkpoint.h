// The files of a run folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/fields.h"

namespace daguerre {

class FileLock;

/// run.json: what the user asked for, and what it became.
struct RunRequest {
    std::string dataset, family;  // as named by the user
    std::string dataset_sha256;
    std::vector<std::pair<std::string, std::string>> given;  // settings of the user's own
    Fields settings;  // of TrainRequest and of the family, all settled
};

/// Throws Error: no run there, one of a newer version, or what run.json says can't be.
RunRequest read_run(const std::filesystem::path& folder);
void write_run(const std::filesystem::path& folder, const RunRequest& request);

/// Throws Error: the folder isn't empty, nor what a start leaves that was killed at once.
void check_new_run(const std::filesystem::path& folder);
/// A folder with run.json, locked; none when that can't be written. Throws Error.
std::unique_ptr<FileLock> new_run(const std::filesystem::path& folder, const RunRequest& request);

/// The test loss that a state was saved with; nothing where none was measured or it can't be read.
std::optional<double> test_loss_of(const std::filesystem::path& state);
/// The same from the metadata of a state.
std::optional<double> test_loss_of(const std::map<std::string, std::string>& metadata);
/// The place of the least; the first of equal ones; the size of the list where all are nothing.
std::size_t best_of(const std::vector<std::optional<double>>& losses);

/// What run.json and state.safetensors are numbered with. Throws Error for a greater number.
inline constexpr std::int64_t run_format = 1;
void check_format(std::int64_t format, const std::filesystem::path& file);

/// An empty file in the folder of a checkpoint that shall stay.
inline constexpr const char* kept_mark = "kept";

/// Fields of TrainRequest and of a family beside them, with their defaults. Throws UnknownWord.
Fields train_fields(const std::string& family);

/// "daguerre train mnist --family diffusion --out digits --set preset=tiny-28", with the name of
/// the folder alone and, for a dataset of one's own, the name of its file alone.
std::string command_of(const RunRequest& request, const std::filesystem::path& folder);

struct RunFolder {
    std::filesystem::path folder;

    std::filesystem::path state() const { return folder / "state.safetensors"; }
    std::filesystem::path model() const { return folder / "model"; }
    std::filesystem::path log() const { return folder / "log.jsonl"; }
    /// floor.json: {"loss": [...]}, of the best linear denoiser in each bin of noise level.
    std::filesystem::path floor() const { return folder / "floor.json"; }
    /// confusion.json of a classifier: {"images": n, "counts": [[...], ...]}, by true class the
    /// held-out images by the class they were taken for.
    std::filesystem::path confusion() const { return folder / "confusion.json"; }
    std::filesystem::path lock() const { return folder / "lock"; }
    /// failed.json: why training ended; there until the run goes on.
    std::filesystem::path failure() const { return folder / "failed.json"; }
    /// previews/0000064000.png
    std::filesystem::path preview(std::int64_t images_seen) const;
    /// previews/raw/0000064000.png, by the weights as they were, not averaged
    std::filesystem::path raw_preview(std::int64_t images_seen) const;
    /// reconstructions/0000064000.png
    std::filesystem::path reconstruction(std::int64_t images_seen) const;
    /// Writes down why training ended; where that can't be done, nobody hears of it.
    void note_failure(std::int64_t images_seen, const Sentence& why) const noexcept;
    /// What was written down, or "".
    std::string noted_failure() const;
    /// Copies state and model to checkpoints/0000064000. Of what lies there stay the newest three,
    /// the best by test loss, and those with a file `kept`. Throws Error.
    void keep_checkpoint(std::int64_t images_seen) const;
};

}  // namespace daguerre
