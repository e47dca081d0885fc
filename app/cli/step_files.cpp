#include "app/cli/step_files.h"

#include <cmath>
#include <cstdio>

#include "core/image/image_file.h"

namespace daguerre {
namespace {

void place(std::vector<Image>& all, std::size_t first, const std::vector<Image>& some) {
    if (all.size() < first + some.size()) all.resize(first + some.size());
    for (std::size_t i = 0; i < some.size(); ++i) all[first + i] = some[i];
}

}  // namespace

std::string numbered(std::int64_t i) {
    char text[32];
    std::snprintf(text, sizeof text, "%04lld", static_cast<long long>(i));
    return text;
}

Image square_of(const std::vector<Image>& images) {
    if (images.size() == 1) return images.front();
    return grid_of(images, int(std::ceil(std::sqrt(double(images.size())))));
}

void FilmFrames::keep(const Preview& preview, std::int64_t before) {
    if (steps_.size() <= std::size_t(preview.step)) steps_.resize(std::size_t(preview.step) + 1);
    Step& step = steps_[std::size_t(preview.step)];
    const auto first = std::size_t(before + preview.first);
    noisy_ = noisy_ || !preview.x.empty();
    place(step.x, first, preview.x);
    place(step.denoised, first, preview.denoised);
}

std::vector<Image> FilmFrames::frames(const std::vector<Image>& finished) const {
    const auto pair_of = [&](const std::vector<Image>& left, const std::vector<Image>& right) {
        const auto n = std::ptrdiff_t(finished.size());
        if (!noisy_) return square_of({right.begin(), right.begin() + n});
        return grid_of(std::vector<Image>{square_of({left.begin(), left.begin() + n}),
                                          square_of({right.begin(), right.begin() + n})},
                       2);
    };
    std::vector<Image> frames;
    for (const Step& step : steps_)
        if ((noisy_ ? step.x : step.denoised).size() >= finished.size())
            frames.push_back(pair_of(step.x, step.denoised));
    frames.push_back(pair_of(finished, finished));
    return frames;
}

void write_steps(const std::filesystem::path& folder, const Preview& preview, std::int64_t before) {
    char number[16];
    std::snprintf(number, sizeof number, "-%03d.png", preview.step);
    for (std::size_t i = 0; i < preview.denoised.size(); ++i) {
        const auto own = folder / numbered(before + preview.first + std::int64_t(i));
        if (i < preview.x.size()) write_image(own / (std::string("x") + number), preview.x[i]);
        write_image(own / (std::string("denoised") + number), preview.denoised[i]);
    }
}

}  // namespace daguerre
