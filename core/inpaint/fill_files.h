// Filling photos in files: which mask belongs to which photo, what is written, what is said of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/inpaint/fill.h"
#include "core/inpaint/fill_record.h"

namespace daguerre {

struct FillFile {
    std::filesystem::path photo, mask, out;
    std::filesystem::path only_from{}, never_from{};  // masks; empty: none
};

/// Masks of where alone, and where never, pieces may be copied from: a file or a folder each, or
/// empty for none.
struct CopyFiles {
    std::filesystem::path only_from, never_from;
};

/// A photo without a mask, or a mask without a photo.
struct LeftOut {
    std::filesystem::path file;
    Sentence why;
};

struct FillFiles {
    std::vector<FillFile> files;  // by the photos' names
    std::vector<LeftOut> left_out;
};

/// photo, mask: a file or a folder each. The masks of a folder are matched by file stem; one mask
/// may serve a folder of photos; a photo may lack those of `copy`. out: an image file for one
/// photo; else a folder, where results keep the photos' names. Reads folders, not files. Throws
/// Error for what isn't there, for a folder without images, and when a result would lie over a
/// photo or a mask.
FillFiles match_files(const std::filesystem::path& photo, const std::filesystem::path& mask,
                      const std::filesystem::path& out, const CopyFiles& copy = {});

/// How photos are filled: by which engine, made from `options`.
struct FillSettings {
    FillRequest request;
    Fields options;
    Inpainter inpainter;
};

/// Of an engine with `make`. options: its own, or none for their defaults.
FillSettings engine_settings(const FillRequest& request, Fields options = {});

/// A photo and its mask, read once for any number of fills.
struct FillSource {
    FillFile file;
    Tiles photo, mask;
    CopyLimits limits;
    std::string photo_sha256, mask_sha256;  // as FillNote's
};

/// Throws Error as read_image and read_mask, and for a file of several pictures: only one would be
/// left of it.
FillSource read_source(const FillFile& file);

/// What became of one result: a row of a report.
struct FillRow {
    enum class State { Done, Skipped, Failed, Stopped };
    FillFile file;
    State state = State::Done;
    FillRequest request;
    Size size;
    int depth = 0;
    std::int64_t parts = 0, hole_pixels = 0, outside_changed = 0, outside_bytes = 0;
    double seconds = 0;  // of the fill, without reading and writing
    std::vector<Sentence> remarks;
    Sentence error;  // of Failed
};

/// Fills and writes one result, with its record, to `out`. patches: what was filled; may be null.
/// Throws Error as fill and write_image.
FillRow fill_to(const std::filesystem::path& out, const FillSource& source,
                const FillSettings& settings, const OnProgress& on_progress,
                const std::function<void(Rect)>& on_area = {},
                std::vector<Patch>* patches = nullptr);

/// Whether `out` is the result of this source and these settings, as its record says. Reads the
/// photo's and the mask's file, without decoding the photo.
bool is_done(const FillFile& file, const FillSettings& settings);

/// "done", "skipped", "failed", "stopped".
std::string state_name(FillRow::State state);
/// A row as it stands in reports.
nlohmann::ordered_json json_of(const FillRow& row);
/// What became of all results so far. settings: with the first seed.
nlohmann::ordered_json fill_report(const FillSettings& settings, std::int64_t variants,
                                   const std::vector<FillRow>& rows,
                                   const std::vector<LeftOut>& left_out);

/// "photo-0.png" for photo.png and 0.
std::filesystem::path numbered_file(const std::filesystem::path& file, std::int64_t number);

}  // namespace daguerre
