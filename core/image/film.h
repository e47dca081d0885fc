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
    int scale = 0;                  // whole factor, nearest neighbour; 0: to about 512 px
    double hold_last_seconds = 1.5;
};

/// Frames of one size. The suffix decides: .gif, .png or .apng (APNG), .mp4. Needs the program
/// ffmpeg, which runs as a child; written whole. A film of fewer than one frame is refused.
/// on_progress: "frame"; false stops and leaves nothing behind.
/// Throws Error with the sentence for a missing ffmpeg or encoder.
void write_film(const std::filesystem::path& file, std::span<const Image> frames,
                const FilmOptions& options, const Record* record, const OnProgress& on_progress);
/// Whether the suffix is one that write_film takes.
bool is_film(const std::filesystem::path& file);
/// Steps in rows and columns, nearest-neighbour scaled by `scale`.
Image contact_sheet(std::span<const Image> frames, int columns, int scale = 1);

}  // namespace daguerre
