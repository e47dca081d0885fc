// Frames to a film, and steps to a contact sheet.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "core/image/image.h"
#include "core/image/progress.h"
#include "core/image/record.h"

namespace daguerre {

struct FilmOptions {
    double frames_per_second = 10;  // 0.1 to 60
    int scale = 0;  // 1 to 64, nearest neighbour; 0: to about 512 px, larger frames to 512
    double hold_last_seconds =
        1.5;  // how long the last frame stands, 0 to 60; at least as the rest
};

/// Frames of one size, alpha laid over black. The suffix decides: .gif, .png or .apng (APNG), .mp4.
/// Needs the program ffmpeg, which runs as a child; written whole. Blocks until it is there.
/// on_progress: "frame", also asked while ffmpeg takes its time; false stops and leaves nothing
/// behind. It may be empty.
/// record: in the text chunks of an APNG, the comments of a GIF, a .json beside an MP4; may be
/// null. Throws Error for no frames, numbers out of range, another suffix, a size no film can have,
/// a missing ffmpeg or encoder, and when it can't be written.
void write_film(const std::filesystem::path& file, std::span<const Image> frames,
                const FilmOptions& options, const Record* record, const OnProgress& on_progress);
/// Whether the suffix is one that write_film takes.
bool is_film(const std::filesystem::path& file);
/// Steps in rows of `columns`, enlarged `scale` times by nearest neighbour. Images of one size and
/// kind, not empty.
Image contact_sheet(std::span<const Image> frames, int columns, int scale = 1);

}  // namespace daguerre
