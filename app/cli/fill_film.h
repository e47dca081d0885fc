// What becomes of the steps of a fill on the command line: a film.
#pragma once

#include <vector>

#include "core/image/progress.h"
#include "core/image/tiles.h"

namespace daguerre {

/// Keeps what the steps looked like, on the part of the photo that the engine sees, at most 768 px.
class FillFilm {
public:
    FillFilm(const Tiles& photo, const Tiles& mask);

    /// The part of the photo that the next steps show.
    void enter(Rect area);
    void take(const Preview& preview);
    /// One frame a step, with the noisy picture on the left where there was one, and the result
    /// last. Of very many steps every second, fourth, ... is kept.
    std::vector<Image> frames(const Tiles& result) const;

private:
    struct Frame {
        Image x, denoised;  // x without pixels: nothing noisy
    };
    Image shown(const Image& preview) const;
    Image part_of(const Tiles& photo) const;

    Rect where_;
    Size size_;
    Rect place_;    // of the area in a frame
    Image canvas_;  // the last frame
    std::vector<Frame> frames_;
    int every_ = 1, seen_ = 0;
};

}  // namespace daguerre
