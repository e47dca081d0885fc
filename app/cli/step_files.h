// What becomes of the steps of sampling on the command line: a film, and a PNG for each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "core/image/progress.h"

namespace daguerre {

/// Keeps what each step of each image looked like, for a film.
class FilmFrames {
public:
    /// `preview` is of images that follow `before` others.
    void keep(const Preview& preview, std::int64_t before);
    /// One frame a step, x of all finished images beside their clean guesses, and a last one with
    /// the images themselves. Where nothing was noisy the guesses stand alone.
    std::vector<Image> frames(const std::vector<Image>& finished) const;

private:
    struct Step {
        std::vector<Image> x, denoised;  // by number of the image
    };
    std::vector<Step> steps_;
    bool noisy_ = false;
};

/// Writes `folder`/0003/x-007.png and denoised-007.png for step 7 of image 3, at once. Throws
/// Error.
void write_steps(const std::filesystem::path& folder, const Preview& preview, std::int64_t before);

/// "0003", counted from 0; longer from 10,000 on.
std::string numbered(std::int64_t i);
/// Images in a square, or nearly; one alone stays as it is. Not empty.
Image square_of(const std::vector<Image>& images);

}  // namespace daguerre
