// A large image as squares that copies share: copying is cheap, and a change makes only the
// squares anew that it touches.
#pragma once

#include <memory>
#include <vector>

#include "core/image/image.h"

namespace daguerre {

/// A value; safe to read from several threads at once. Squares of the right and lower edge are as
/// small as the image. Conventions of pixels and masks: image.h.
class Tiles {
public:
    static constexpr int side = 256;

    /// No pixels, size 0 x 0.
    Tiles() = default;
    /// The pixels and metadata of an image.
    explicit Tiles(const Image& image);
    /// All bytes 0; squares of one size share their memory. Throws as Image::blank.
    static Tiles blank(Size size, int channels, int depth = 8);

    Size size() const { return size_; }
    int channels() const { return channels_; }
    int depth() const { return depth_; }
    int columns() const { return (size_.width + side - 1) / side; }
    int rows() const { return (size_.height + side - 1) / side; }
    /// The square at a column and row; never null inside. Two images whose squares are one pointer
    /// are equal there.
    const std::shared_ptr<const Image>& tile(int column, int row) const {
        return tiles_[std::size_t(row) * std::size_t(columns()) + std::size_t(column)];
    }
    Rect tile_rect(int column, int row) const;
    /// Replaces one square; of the square's size and kind, else std::logic_error.
    void set_tile(int column, int row, std::shared_ptr<const Image> pixels);

    const Metadata& metadata() const { return *metadata_; }
    void set_metadata(Metadata metadata);

    /// A part, without metadata. The rectangle must lie inside.
    Image crop(Rect where) const;
    /// Writes `part` with its left upper corner at (x, y); inside, same channels and depth. Squares
    /// whose bytes stay the same keep their pointer.
    void paste(int x, int y, const Image& part);
    /// All of it, with metadata.
    Image image() const;

private:
    Size size_;
    int channels_ = 0, depth_ = 8;
    std::vector<std::shared_ptr<const Image>> tiles_;
    std::shared_ptr<const Metadata> metadata_ = std::make_shared<Metadata>();
};

/// The box of the squares that differ by pointer; width 0 when none does. Same size and kind.
Rect changed_area(const Tiles& before, const Tiles& after);

}  // namespace daguerre
