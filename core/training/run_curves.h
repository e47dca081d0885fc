// The log of a run, however long, reduced to what a chart can show.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/models/losses.h"

namespace daguerre {

/// A stretch of one curve: the lines of the log within it that were read.
struct CurvePoint {
    double images = 0;       // seen at its end
    double seconds = 0;      // of training until then
    double wall = 0;         // of the day, in Unix seconds; 0: not known
    std::int64_t steps = 0;  // in it, and `bad` of them in lines with a value that wasn't finite
    std::int64_t bad = 0;
    double mean = 0;          // weighted by steps, over finite values; NaN: there were none
    double min = 0, max = 0;  // exact over what was read; NaN: as above
};

/// The unweighted loss by noise level in such a stretch: mean of each bin, NaN where nothing was
/// drawn.
struct LevelPoint {
    double images = 0, seconds = 0;
    std::array<double, level_bins> mean{};
};

struct RunCurves {
    /// Losses first ("loss", "test loss", ...), then "gradient norm", "learning rate", "images per
    /// second", "data wait", and "memory", "GPU memory" (bytes) where the log has them.
    std::vector<std::string> names;
    std::vector<std::vector<CurvePoint>> curves;  // one a name, images rising
    std::vector<double> resumed;                  // images at which a segment began
    std::vector<double> skipped;                  // images at which steps were skipped, and
    std::vector<std::int64_t> skipped_steps;      // how many there
    std::vector<LevelPoint> levels;               // images rising; empty: the family has none
    std::vector<double> floor;  // of each bin, the best linear denoiser's loss; empty: not known
    std::int64_t lines = 0;     // that were read
    bool whole = true;          // false: of a sample of the file, more follows
};

/// Reads log.jsonl of a run as it grows. Of a long file the first call reads a sample from all over
/// it, later calls what is missing, then what was appended. What a later segment did again is left
/// out, as read_log does. Memory is bounded by `most`, whatever the length of the file.
class CurveReader {
public:
    /// `most`: points a curve has at most, at least 2.
    explicit CurveReader(std::filesystem::path folder, std::size_t most = 4000);
    ~CurveReader();
    CurveReader(CurveReader&&) noexcept;
    CurveReader& operator=(CurveReader&&) noexcept;

    /// Blocks about 0.2 s at most. False: there was nothing new. A file that can't be read is an
    /// empty one; what isn't a line is passed over.
    bool read_more();
    const RunCurves& curves() const;

private:
    class Reading;
    std::unique_ptr<Reading> reading_;
};

}  // namespace daguerre
