#include "ui/canvas/stroke.h"

#include <QImage>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

namespace daguerre {
namespace {

constexpr int side = Tiles::side;

/// What a dab covers: 0 to 255, by the distance from its middle.
class Dab {
public:
    Dab(double radius, double hardness, double opacity)
        : radius_(radius),
          top_(std::uint8_t(std::lround(255 * opacity))),
          soft_((1 - hardness) * radius > 1),
          inner_(soft_ ? hardness * radius : radius - 0.5),
          outer_(soft_ ? radius : radius + 0.5) {
        if (soft_)
            for (std::size_t i = 0; i < falls_.size(); ++i) {
                const double d = std::sqrt(double(i) / double(falls_.size() - 1)) * outer_;
                falls_[i] = fallen(d);
            }
    }

    double outer() const { return outer_; }
    std::uint8_t top() const { return top_; }

    /// Whether all pixels of a rectangle around the dab's middle have full strength.
    bool fills(const QRectF& around) const {
        const double x = std::max(std::abs(around.left()), std::abs(around.right()));
        const double y = std::max(std::abs(around.top()), std::abs(around.bottom()));
        return inner_ > 0 && std::hypot(x, y) <= inner_;
    }

    /// The larger of what is there and of this dab, for one row. dy: of the row's middle from the
    /// dab's; x0: of the first pixel's middle.
    void row(double dy, double x0, int count, std::uint8_t* cover) const {
        const double reach = outer_ * outer_ - dy * dy;
        if (reach <= 0) return;
        const double half = std::sqrt(reach);
        const auto pixel = [&](double x) { return int(std::clamp(x, 0., double(count))); };
        const int first = pixel(std::ceil(-half - x0)), last = pixel(std::floor(half - x0) + 1);
        const double core = inner_ * inner_ - dy * dy;
        int full = last, end = last;  // the part of full strength
        if (inner_ > 0 && core >= 0) {
            full = std::clamp(int(std::ceil(-std::sqrt(core) - x0)), first, last);
            end = std::clamp(int(std::floor(std::sqrt(core) - x0)) + 1, full, last);
        }
        rim(dy, x0, first, full, cover);
        for (int x = full; x < end; ++x) cover[x] = std::max(cover[x], top_);
        rim(dy, x0, end, last, cover);
    }

private:
    std::uint8_t fallen(double distance) const {
        const double share =
            std::clamp((outer_ - distance) / (outer_ - std::max(inner_, 0.)), 0., 1.);
        return std::uint8_t(std::lround(top_ * (soft_ ? share * share * (3 - 2 * share) : share)));
    }

    void rim(double dy, double x0, int from, int to, std::uint8_t* cover) const {
        const float scale = float(double(falls_.size() - 1) / (outer_ * outer_));
        for (int x = from; x < to; ++x) {
            const float dx = float(x0 + x), square = dx * dx + float(dy * dy);
            const std::uint8_t value =
                soft_ ? falls_[std::min(std::size_t(square * scale), falls_.size() - 1)]
                      : fallen(std::sqrt(double(square)));
            cover[x] = std::max(cover[x], value);
        }
    }

    const double radius_;
    const std::uint8_t top_;
    const bool soft_;
    const double inner_, outer_;
    std::array<std::uint8_t, 4096> falls_{};  // by the squared distance
};

/// Lays `cover` over `before`, count pixels.
void lay(const std::uint8_t* before, const std::uint8_t* cover, std::uint8_t* out, int count,
         bool subtract) {
    for (int x = 0; x < count; ++x) {
        const unsigned b = before[x], c = cover[x];
        out[x] = subtract ? std::uint8_t((b * (255 - c) + 127) / 255)
                          : std::uint8_t(b + ((255 - b) * c + 127) / 255);
    }
}

std::uint8_t* rowOf(Image& image, int y) { return image.row<std::uint8_t>(y).data(); }
const std::uint8_t* rowOf(const Image& image, int y) { return image.row<std::uint8_t>(y).data(); }

/// Calls visit(column, row, part) for the squares that a rectangle touches; part: in the square.
void eachSquare(const Tiles& tiles, const QRect& where, auto visit) {
    const QRect inside = where & QRect(0, 0, tiles.size().width, tiles.size().height);
    if (inside.isEmpty()) return;
    for (int row = inside.top() / side; row <= inside.bottom() / side; ++row)
        for (int column = inside.left() / side; column <= inside.right() / side; ++column) {
            const Rect r = tiles.tile_rect(column, row);
            visit(column, row,
                  (inside & QRect(r.x, r.y, r.width, r.height)).translated(-r.x, -r.y));
        }
}

}  // namespace

Stroke::Stroke(Tiles before, bool subtract)
    : before_(std::move(before)),
      now_(before_),
      subtract_(subtract),
      covers_(std::size_t(before_.rows()) * std::size_t(before_.columns())) {}

void Stroke::dab(QPointF at, double radius, double hardness, double opacity) {
    const Dab dab(radius, hardness, opacity);
    const double outer = dab.outer();
    const QRect box = QRectF(at.x() - outer, at.y() - outer, 2 * outer, 2 * outer).toAlignedRect();
    eachSquare(before_, box, [&](int column, int row, const QRect& part) {
        const int index = row * before_.columns() + column;
        Cover& cover = covers_[std::size_t(index)];
        if (cover.least >= dab.top()) return;  // the middle of a large brush: nothing more to do
        if (!cover.values)
            cover.values = std::make_unique<std::uint8_t[]>(std::size_t(side) * side);
        const QPointF middle = at - QPointF(column * side, row * side);
        for (int y = part.top(); y <= part.bottom(); ++y)
            dab.row(y + 0.5 - middle.y(), part.left() + 0.5 - middle.x(), part.width(),
                    cover.values.get() + std::ptrdiff_t(y) * side + part.left());
        if (cover.fresh.isEmpty()) fresh_.push_back(index);
        cover.fresh |= part;
        const Rect whole = before_.tile_rect(column, row);
        if (dab.fills(QRectF(0, 0, whole.width, whole.height).translated(-middle)))
            cover.least = dab.top();
    });
}

QRegion Stroke::refresh() {
    QRegion changed;
    std::array<std::uint8_t, side> line;
    for (const int index : std::exchange(fresh_, {})) {
        Cover& cover = covers_[std::size_t(index)];
        const QRect part = std::exchange(cover.fresh, QRect());
        const int column = index % before_.columns(), row = index / before_.columns();
        const Image& old = *before_.tile(column, row);
        std::shared_ptr<Image> square;  // a copy, once a pixel differs
        int top = -1, bottom = -1;
        for (int y = part.top(); y <= part.bottom(); ++y) {
            const std::uint8_t* shown = rowOf(*now_.tile(column, row), y) + part.left();
            lay(rowOf(old, y) + part.left(),
                cover.values.get() + std::ptrdiff_t(y) * side + part.left(), line.data(),
                part.width(), subtract_);
            if (std::memcmp(line.data(), shown, std::size_t(part.width())) == 0) continue;
            if (!square) square = std::make_shared<Image>(*now_.tile(column, row));
            std::memcpy(rowOf(*square, y) + part.left(), line.data(), std::size_t(part.width()));
            if (top < 0) top = y;
            bottom = y;
        }
        if (!square) continue;
        now_.set_tile(column, row, std::move(square));
        changed |=
            QRect(part.left() + column * side, top + row * side, part.width(), bottom - top + 1);
    }
    return changed;
}

Tiles withShape(const Tiles& mask, const QPainterPath& shape, bool subtract) {
    Tiles result = mask;
    eachSquare(mask, shape.boundingRect().toAlignedRect(),
               [&](int column, int row, const QRect& part) {
                   QImage cover(side, side, QImage::Format_Grayscale8);
                   cover.fill(0);
                   QPainter painter(&cover);
                   painter.setRenderHint(QPainter::Antialiasing);
                   painter.translate(-column * side, -row * side);
                   painter.fillPath(shape, Qt::white);
                   painter.end();
                   auto square = std::make_shared<Image>(*mask.tile(column, row));
                   for (int y = part.top(); y <= part.bottom(); ++y)
                       lay(rowOf(*mask.tile(column, row), y), cover.constScanLine(y),
                           rowOf(*square, y), square->width, subtract);
                   if (square->pixels != mask.tile(column, row)->pixels)
                       result.set_tile(column, row, std::move(square));
               });
    return result;
}

Tiles withFound(const Tiles& mask, const Tiles& found, bool subtract) {
    Tiles result = mask;
    eachSquare(mask, QRect(0, 0, mask.size().width, mask.size().height),
               [&](int column, int row, const QRect&) {
                   const Image& cover = *found.tile(column, row);
                   const Image& old = *mask.tile(column, row);
                   auto square = std::make_shared<Image>(old);
                   for (int y = 0; y < old.height; ++y)
                       lay(rowOf(old, y), rowOf(cover, y), rowOf(*square, y), old.width, subtract);
                   if (square->pixels != old.pixels)
                       result.set_tile(column, row, std::move(square));
               });
    return result;
}

}  // namespace daguerre
