#include "ui/canvas/mask_view.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace daguerre {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Which pixels of a level a pixel of the screen covers, along one axis.
struct Span {
    int from = 0, to = 0;  // to: after the last one
};

/// One per device pixel from `first` on. a, b: photo = a * device + b. sorted by the caller's axis.
std::vector<Span> spans(int first, int count, double a, double b, int level, int size) {
    std::vector<Span> all(static_cast<std::size_t>(count));
    const double shrink = std::ldexp(1, -level);
    for (int i = 0; i < count; ++i) {
        const double one = (a * (first + i) + b) * shrink, two = (a * (first + i + 1) + b) * shrink;
        const double middle = (one + two) / 2;
        // At 100 % and over, each screen pixel lies in one photo pixel.
        int from = int(std::floor(middle)), to = from + 1;
        if (std::abs(two - one) > 1.0001) {
            from = int(std::floor(std::min(one, two) + 1e-6));
            to = int(std::ceil(std::max(one, two) - 1e-6));
        }
        from = std::clamp(from, 0, size - 1);
        all[std::size_t(i)] = {from, std::clamp(to, from + 1, size)};
    }
    return all;
}

/// The largest of each pair of columns and rows.
void halve(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* to, int count) {
    for (int x = 0; x < count; ++x)
        to[x] = std::max(std::max(upper[2 * x], upper[2 * x + 1]),
                         std::max(lower[2 * x], lower[2 * x + 1]));
}

/// 255 where the pixel or one of its neighbours is 255; diagonal ones too when `corners`.
Bytes widened(const Bytes& from, int width, int height, bool corners) {
    Bytes across(from.size()), to(from.size());
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* in = &from[std::size_t(y) * std::size_t(width)];
        std::uint8_t* out = &across[std::size_t(y) * std::size_t(width)];
        std::memcpy(out, in, std::size_t(width));
        for (int x = 1; x < width; ++x) out[x] = std::max(out[x], in[x - 1]);
        for (int x = 0; x + 1 < width; ++x) out[x] = std::max(out[x], in[x + 1]);
    }
    const Bytes& vertical = corners ? across : from;
    for (int y = 0; y < height; ++y) {
        const std::size_t row = std::size_t(y) * std::size_t(width);
        const std::size_t above = y > 0 ? row - std::size_t(width) : row;
        const std::size_t below = y + 1 < height ? row + std::size_t(width) : row;
        for (std::size_t x = 0; x < std::size_t(width); ++x)
            to[row + x] =
                std::max(across[row + x], std::max(vertical[above + x], vertical[below + x]));
    }
    return to;
}

}  // namespace

void MaskView::setMask(const Tiles& mask) {
    if (mask.size() != mask_.size()) {
        mask_ = Tiles();
        levels_.clear();
        for (Size size = mask.size(); size.width > 1 || size.height > 1;) {
            size = {(size.width + 1) / 2, (size.height + 1) / 2};
            levels_.push_back({size.width, size.height,
                               Bytes(std::size_t(size.width) * std::size_t(size.height))});
        }
    }
    const Tiles before = std::exchange(mask_, mask);
    if (mask_.size() == Size()) return;
    // A new pyramid is 0 everywhere, as a blank mask is.
    const Tiles known = before.size() == mask.size() ? before : Tiles::blank(mask.size(), 1);
    for (int row = 0; row < mask.rows(); ++row)
        for (int column = 0; column < mask.columns(); ++column) {
            if (known.tile(column, row) == mask.tile(column, row)) continue;
            const Rect r = mask.tile_rect(column, row);
            update(mask_, {r.x, r.y, r.width, r.height});
        }
}

void MaskView::update(const Tiles& mask, const QRect& where) {
    if (&mask != &mask_) mask_ = mask;
    const QRect inside = where & QRect(0, 0, mask.size().width, mask.size().height);
    if (inside.isEmpty()) return;
    int left = inside.left(), top = inside.top(), right = inside.right(), bottom = inside.bottom();
    int width = mask.size().width, height = mask.size().height;
    Bytes upper, lower;
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        left /= 2, top /= 2, right /= 2, bottom /= 2;
        Level& to = levels_[level];
        const int count = right - left + 1, wide = 2 * count;
        upper.resize(std::size_t(wide));
        lower.resize(std::size_t(wide));
        for (int y = top; y <= bottom; ++y) {
            const int end = std::min(2 * left + wide, width);
            fetchRow(int(level), 2 * y, 2 * left, end, upper.data());
            fetchRow(int(level), std::min(2 * y + 1, height - 1), 2 * left, end, lower.data());
            if (end < 2 * left + wide) {  // an odd width: the last column stands alone
                upper.back() = upper[upper.size() - 2];
                lower.back() = lower[lower.size() - 2];
            }
            halve(upper.data(), lower.data(),
                  &to.values[std::size_t(y) * std::size_t(to.width) + std::size_t(left)], count);
        }
        width = to.width, height = to.height;
    }
}

void MaskView::fetchRow(int level, int y, int from, int to, std::uint8_t* out) const {
    if (level > 0) {
        const Level& source = levels_[std::size_t(level) - 1];
        std::memcpy(out,
                    &source.values[std::size_t(y) * std::size_t(source.width) + std::size_t(from)],
                    std::size_t(to - from));
        return;
    }
    for (int x = from; x < to;) {
        const int column = x / Tiles::side;
        const Image& square = *mask_.tile(column, y / Tiles::side);
        const int end = std::min(to, column * Tiles::side + square.width);
        std::memcpy(out, square.row<std::byte>(y % Tiles::side).data() + x % Tiles::side,
                    std::size_t(end - x));
        out += end - x;
        x = end;
    }
}

Bytes MaskView::sampled(const QRect& where, const ViewMap& map, double ratio) const {
    const QTransform toPhoto =
        QTransform::fromScale(1 / ratio, 1 / ratio) * map.toWidget().inverted();
    const bool swapped = map.orientation >= 5;
    const double step = 1 / (map.scale * ratio);  // photo px a device pixel
    const int level =
        std::clamp(int(std::floor(std::log2(std::max(step, 1.0)))), 0, int(levels_.size()));
    const Size full = mask_.size();
    const Size size = level == 0 ? full
                                 : Size{levels_[std::size_t(level) - 1].width,
                                        levels_[std::size_t(level) - 1].height};
    // Photo x follows the screen's x, or its y where sides are swapped.
    const std::vector<Span> xs =
        swapped ? spans(where.y(), where.height(), toPhoto.m21(), toPhoto.dx(), level, size.width)
                : spans(where.x(), where.width(), toPhoto.m11(), toPhoto.dx(), level, size.width);
    const std::vector<Span> ys =
        swapped ? spans(where.x(), where.width(), toPhoto.m12(), toPhoto.dy(), level, size.height)
                : spans(where.y(), where.height(), toPhoto.m22(), toPhoto.dy(), level, size.height);
    const int from = std::min(xs.front().from, xs.back().from),
              to = std::max(xs.front().to, xs.back().to);
    Bytes result(std::size_t(where.width()) * std::size_t(where.height()));
    Bytes line(std::size_t(to - from)), more(std::size_t(to - from));
    Span last{-1, -1};
    for (std::size_t j = 0; j < ys.size(); ++j) {
        if (ys[j].from != last.from || ys[j].to != last.to) {
            fetchRow(level, ys[j].from, from, to, line.data());
            for (int y = ys[j].from + 1; y < ys[j].to; ++y) {
                fetchRow(level, y, from, to, more.data());
                for (std::size_t x = 0; x < line.size(); ++x) line[x] = std::max(line[x], more[x]);
            }
            last = ys[j];
        }
        for (std::size_t i = 0; i < xs.size(); ++i) {
            std::uint8_t value = line[std::size_t(xs[i].from - from)];
            for (int x = xs[i].from + 1; x < xs[i].to; ++x)
                value = std::max(value, line[std::size_t(x - from)]);
            result[swapped ? i * ys.size() + j : j * xs.size() + i] = value;
        }
    }
    return result;
}

QImage MaskView::picture(const QRect& where, const ViewMap& map, double ratio, const QColor& colour,
                         bool line) const {
    if (where.isEmpty() || mask_.size() == Size()) return {};
    const int thickness = std::max(1, int(std::lround(ratio))), margin = thickness + 2;
    const QRect around = where.adjusted(-margin, -margin, margin, margin);
    const Bytes values = sampled(around, map, ratio);
    if (std::ranges::all_of(values, [](std::uint8_t value) { return value == 0; })) return {};
    const int width = around.width(), height = around.height();
    Bytes white, black;
    if (line) {
        Bytes outside(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) outside[i] = values[i] >= 128 ? 0 : 255;
        white = widened(outside, width, height, false);
        for (int i = 1; i < thickness; ++i) white = widened(white, width, height, false);
        for (std::size_t i = 0; i < white.size(); ++i) white[i] &= std::uint8_t(~outside[i]);
        black = widened(white, width, height, true);
    }
    QRgb shades[256];
    for (int value = 0; value < 256; ++value)
        shades[value] = qPremultiply(qRgba(colour.red(), colour.green(), colour.blue(),
                                           (colour.alpha() * value + 127) / 255));
    QImage picture(where.size(), QImage::Format_ARGB32_Premultiplied);
    for (int y = 0; y < where.height(); ++y) {
        auto* out = reinterpret_cast<QRgb*>(picture.scanLine(y));
        const std::size_t row = std::size_t(y + margin) * std::size_t(width) + std::size_t(margin);
        for (int x = 0; x < where.width(); ++x) out[x] = shades[values[row + std::size_t(x)]];
        if (!line) continue;
        for (int x = 0; x < where.width(); ++x) {
            const std::size_t i = row + std::size_t(x);
            if (white[i])
                out[x] = qRgba(255, 255, 255, 255);
            else if (black[i])
                out[x] = qRgba(0, 0, 0, 255);
        }
    }
    return picture;
}

QImage MaskView::hole(const QRect& where, const ViewMap& map, double ratio) const {
    QImage alpha(where.size(), QImage::Format_Alpha8);
    alpha.fill(0);
    if (where.isEmpty() || mask_.size() == Size()) return alpha;
    const Bytes values = sampled(where, map, ratio);
    for (int y = 0; y < where.height(); ++y)
        for (int x = 0; x < where.width(); ++x)
            alpha.scanLine(y)[x] =
                values[std::size_t(y) * std::size_t(where.width()) + std::size_t(x)] >= 128 ? 255
                                                                                            : 0;
    return alpha;
}

}  // namespace daguerre
