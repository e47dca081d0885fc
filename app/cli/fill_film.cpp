#include "app/cli/fill_film.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/inpaint/fill.h"

namespace daguerre {
namespace {

constexpr int longer_side = 768;          // px
constexpr std::size_t most_frames = 400;  // 40 s at the usual rate

Rect united(const Rect& a, const Rect& b) {
    const int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
    return {x, y, std::max(a.x + a.width, b.x + b.width) - x,
            std::max(a.y + a.height, b.y + b.height) - y};
}

/// All that the engine will see.
Rect seen_of(const Tiles& photo, const Tiles& mask) {
    const std::vector<FillPart> parts = fill_parts(mask);
    Rect seen = parts.empty() ? Rect{0, 0, photo.size().width, photo.size().height} : parts[0].area;
    for (const FillPart& part : parts) seen = united(seen, part.area);
    return seen;
}

}  // namespace

FillFilm::FillFilm(const Tiles& photo, const Tiles& mask) : where_(seen_of(photo, mask)) {
    const double scale = std::min(1.0, double(longer_side) / std::max(where_.width, where_.height));
    size_ = {std::max(int(where_.width * scale), 1), std::max(int(where_.height * scale), 1)};
    canvas_ = part_of(photo);
    enter(where_);
}

Image FillFilm::part_of(const Tiles& photo) const {
    return to_channels(resize(photo.crop(where_), size_), 3);
}

void FillFilm::enter(Rect area) {
    const auto scaled = [](int at, int length, int from, int whole, int to) {
        const double scale = double(to) / whole;
        const int start = std::clamp(int(std::lround((at - from) * scale)), 0, to - 1);
        return std::pair(start, std::clamp(int(std::lround(length * scale)), 1, to - start));
    };
    const auto [x, width] = scaled(area.x, area.width, where_.x, where_.width, size_.width);
    const auto [y, height] = scaled(area.y, area.height, where_.y, where_.height, size_.height);
    place_ = {x, y, width, height};
}

Image FillFilm::shown(const Image& preview) const {
    Image frame = canvas_;
    paste(frame, place_.x, place_.y,
          resize(to_channels(preview, 3), {place_.width, place_.height}));
    return frame;
}

void FillFilm::take(const Preview& preview) {
    if (preview.denoised.empty()) return;
    Frame frame{{}, shown(preview.denoised.front())};
    if (!preview.x.empty()) frame.x = shown(preview.x.front());
    canvas_ = frame.denoised;
    if (seen_++ % every_ != 0) return;
    frames_.push_back(std::move(frame));
    if (frames_.size() < most_frames) return;
    for (std::size_t i = 0; 2 * i < frames_.size(); ++i) frames_[i] = std::move(frames_[2 * i]);
    frames_.resize((frames_.size() + 1) / 2);
    every_ *= 2;
}

std::vector<Image> FillFilm::frames(const Tiles& result) const {
    const bool noisy =
        std::ranges::any_of(frames_, [](const Frame& frame) { return frame.x.width > 0; });
    const auto framed = [&](const Image& x, const Image& denoised) {
        if (!noisy) return denoised;
        return grid_of(std::array{x.width > 0 ? x : denoised, denoised}, 2);
    };
    std::vector<Image> all;
    for (const Frame& frame : frames_) all.push_back(framed(frame.x, frame.denoised));
    all.push_back(framed({}, part_of(result)));
    return all;
}

}  // namespace daguerre
