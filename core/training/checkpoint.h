// The files of a run folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/fields.h"

namespace daguerre {

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

/// What run.json and state.safetensors are numbered with. Throws Error for a greater number.
inline constexpr std::int64_t run_format = 1;
void check_format(std::int64_t format, const std::filesystem::path& file);

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
    std::filesystem::path lock() const { return folder / "lock"; }
    /// failed.json: why training ended; there until the run goes on.
    std::filesystem::path failure() const { return folder / "failed.json"; }
    /// previews/0000064000.png
    std::filesystem::path preview(std::int64_t images_seen) const;
    /// Writes down why training ended; where that can't be done, nobody hears of it.
    void note_failure(std::int64_t images_seen, const Sentence& why) const noexcept;
    /// What was written down, or "".
    std::string noted_failure() const;
    /// Copies state and model to checkpoints/0000064000 and keeps the newest three there.
    void keep_checkpoint(std::int64_t images_seen) const;
};

}  // namespace daguerre
