#include "ui/canvas/tile_pyramid.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/image/colour.h"
#include "ui/widgets/qimage.h"

namespace daguerre {
namespace {

constexpr int side = Tiles::side;
constexpr int threads = 2;
constexpr int largestShown = 2 * side;  // px: of pictures kept as they are drawn

/// The mean of each two by two pixels of `from`, written into `to` at (left, top).
void halve(const Image& from, Image& to, int left, int top) {
    const int channels = from.channels;
    for (int y = 0; y < (from.height + 1) / 2; ++y) {
        const std::uint8_t* upper = from.row<std::uint8_t>(2 * y).data();
        const std::uint8_t* lower =
            from.row<std::uint8_t>(std::min(2 * y + 1, from.height - 1)).data();
        std::uint8_t* out = to.row<std::uint8_t>(top + y).data() + left * channels;
        for (int x = 0; x < from.width / 2; ++x)
            for (int c = 0; c < channels; ++c) {
                const int i = 2 * x * channels + c, j = i + channels;
                *out++ = std::uint8_t((upper[i] + upper[j] + lower[i] + lower[j] + 2) / 4);
            }
        if (from.width % 2 == 1)
            for (int c = 0; c < channels; ++c) {
                const int i = (from.width - 1) * channels + c;
                *out++ = std::uint8_t((upper[i] + lower[i] + 1) / 2);
            }
    }
}

/// Whether squares of one can stand beside squares of the other.
bool alike(const Tiles& a, const Tiles& b) {
    return a.size() == b.size() && a.channels() == b.channels() && a.depth() == b.depth() &&
           (&a.metadata() == &b.metadata() || a.metadata().icc == b.metadata().icc);
}

}  // namespace

TilePyramid::TilePyramid(QObject* parent) : QObject(parent) {
    pool_.setMaxThreadCount(threads);
    pool_.setThreadPriority(QThread::LowPriority);
}

TilePyramid::~TilePyramid() {
    pool_.clear();
    pool_.waitForDone();
}

void TilePyramid::setPhoto(const Tiles& photo, int orientation) {
    const bool same = alike(photo, photo_) && orientation == orientation_;
    const Tiles before = std::exchange(photo_, photo);
    if (same) {
        for (int row = 0; row < photo.rows(); ++row)
            for (int column = 0; column < photo.columns(); ++column)
                if (before.tile(column, row) != photo.tile(column, row)) drop(column, row);
        return;
    }
    orientation_ = orientation;
    // Levels of half size and less are 8 bit, and level 0 becomes so before it is converted.
    convert_ = srgb_conversion(photo.metadata().icc, photo.channels(), 8);
    squares_.clear();
    pictures_.clear();
    wanted_.clear();
    bytes_ = 0;
}

void TilePyramid::drop(int column, int row) {
    for (int level = 0; level < 31; ++level) {
        const Key key{level, column >> level, row >> level};
        squares_.erase(key);
        if (const auto found = pictures_.find(key); found != pictures_.end())
            found->second.stale = true;
        if (photo_.columns() >> level == 0 && photo_.rows() >> level == 0) break;
    }
}

QRect TilePyramid::placeOf(Key key) const {
    const int size = side << key.level;
    return QRect(key.column * size, key.row * size, size, size) &
           QRect(0, 0, photo_.size().width, photo_.size().height);
}

std::shared_ptr<const Image> TilePyramid::reduced(const Tiles& photo, const Squares& known, Key key,
                                                  Squares& made) {
    if (const auto found = known.find(key); found != known.end()) return found->second;
    if (key.level == 0) {
        const auto& square = photo.tile(key.column, key.row);
        return square->depth == 8 ? square : std::make_shared<const Image>(to_depth(*square, 8));
    }
    std::vector<std::pair<Key, std::shared_ptr<const Image>>> parts;
    int width = 0, height = 0;
    for (int i = 0; i < 4; ++i) {
        const Key part{key.level - 1, 2 * key.column + i % 2, 2 * key.row + i / 2};
        const int size = side << part.level;
        if (part.column * size >= photo.size().width || part.row * size >= photo.size().height)
            continue;
        auto square = reduced(photo, known, part, made);
        if (i < 2) width += (square->width + 1) / 2;
        if (i % 2 == 0) height += (square->height + 1) / 2;
        parts.emplace_back(part, std::move(square));
    }
    Image whole = Image::blank(width, height, photo.channels());
    for (const auto& [part, square] : parts)
        halve(*square, whole, part.column % 2 * (side / 2), part.row % 2 * (side / 2));
    return made[key] = std::make_shared<const Image>(std::move(whole));
}

QImage TilePyramid::pictureOf(const Image& square, int orientation,
                              const std::function<void(Image&)>& convert) {
    Image converted = square.depth == 8 ? square : to_depth(square, 8);
    if (convert) convert(converted);
    const QImage pixels =
        asQImage(std::make_shared<const Image>(std::move(converted)))
            .convertToFormat(square.channels == 4 ? QImage::Format_ARGB32_Premultiplied
                                                  : QImage::Format_RGB32);
    if (orientation == 1) return pixels;
    const ViewMap map{{square.width, square.height}, orientation, 1, {}};
    return pixels.transformed(map.turned());
}

QImage TilePyramid::picture(const Image& part) const {
    return pictureOf(part, orientation_, convert_);
}

void TilePyramid::collect(Key key, Squares& known) const {
    if (key.level == 0) return;
    if (const auto found = squares_.find(key); found != squares_.end()) {
        known.insert(*found);
        return;
    }
    for (int i = 0; i < 4; ++i) {
        const Key part{key.level - 1, 2 * key.column + i % 2, 2 * key.row + i / 2};
        if (!placeOf(part).isEmpty()) collect(part, known);
    }
}

void TilePyramid::ask(Key key, QPointF middle) {
    const auto asked = [&](const auto& wish) { return wish.second == key; };
    if (std::ranges::find(inWork_, key) != inWork_.end() || std::ranges::any_of(wanted_, asked))
        return;
    const QPointF away = QRectF(placeOf(key)).center() - middle;
    const std::pair wish{QPointF::dotProduct(away, away), key};
    const auto at = std::ranges::upper_bound(wanted_, wish);
    wanted_.insert(at, wish);
}

void TilePyramid::begin() {
    while (working_ < threads && !wanted_.empty()) {
        const Key key = wanted_.front().second;
        wanted_.erase(wanted_.begin());
        inWork_.push_back(key);
        ++working_;
        auto known = std::make_shared<Squares>();
        collect(key, *known);
        pool_.start(
            [this, key, known, photo = photo_, orientation = orientation_, convert = convert_] {
                auto made = std::make_shared<Squares>();
                const auto square = reduced(photo, *known, key, *made);
                const QImage pixels = pictureOf(*square, orientation, convert);
                QMetaObject::invokeMethod(
                    this, [=, this] { take(key, photo, pixels, std::move(*made)); },
                    Qt::QueuedConnection);
            });
    }
}

void TilePyramid::take(Key key, const Tiles& photo, QImage pixels, Squares made) {
    --working_;
    std::erase(inWork_, key);
    // The photo may have changed meanwhile: under this square, or altogether.
    const bool same = alike(photo, photo_);
    const QRect place = placeOf(key);
    bool fresh = same;
    for (int row = place.top() / side; fresh && row <= place.bottom() / side; ++row)
        for (int column = place.left() / side; fresh && column <= place.right() / side; ++column)
            fresh = photo.tile(column, row) == photo_.tile(column, row);
    if (fresh) {
        squares_.merge(made);
        Picture& picture = pictures_[key];
        bytes_ -= picture.bytes();
        picture = {std::move(pixels), {}, false, ++clock_};
        bytes_ += picture.bytes();
        forgetOld();
    }
    if (same) Q_EMIT improved(place);
    begin();
}

void TilePyramid::forgetOld() {
    while (bytes_ > limit_ && pictures_.size() > 1) {
        // Those of the last paint are the newest: a quarter of the rest goes at once.
        std::vector<qint64> ages;
        for (const auto& [key, picture] : pictures_) ages.push_back(picture.used);
        const auto quarter = ages.begin() + std::ptrdiff_t(ages.size() / 4);
        std::ranges::nth_element(ages, quarter);
        std::erase_if(pictures_, [&, oldest = *quarter](const auto& entry) {
            if (entry.second.used > oldest) return false;
            bytes_ -= entry.second.bytes();
            return true;
        });
    }
}

void TilePyramid::paint(QPainter& painter, const ViewMap& map, const QRect& where,
                        const QRect& view, double ratio) {
    const QRectF whole(0, 0, photo_.size().width, photo_.size().height);
    const QRectF seen = map.toPhoto(QRectF(where)) & whole;
    if (seen.isEmpty()) return;
    const double step = 1 / (map.scale * ratio);
    int level = 0;
    while (std::ldexp(1, level + 1) <= step + 1e-9 &&
           (side << level) < std::max(photo_.size().width, photo_.size().height))
        ++level;
    const double size = side << level;
    const QRectF viewed = map.toPhoto(QRectF(view)) & whole;
    if (!view.isEmpty())
        std::erase_if(wanted_, [&](const auto& wish) {
            return wish.second.level != level || !QRectF(placeOf(wish.second)).intersects(viewed);
        });
    const QPointF middle = view.isEmpty() ? seen.center() : viewed.center();
    for (int row = int(seen.top() / size); row * size < seen.bottom(); ++row)
        for (int column = int(seen.left() / size); column * size < seen.right(); ++column) {
            const Key key{level, column, row};
            const auto found = pictures_.find(key);
            if (found == pictures_.end() || found->second.stale) ask(key, middle);
            drawBest(painter, map, key, ratio);
        }
    begin();
}

void TilePyramid::draw(QPainter& painter, Picture& picture, const QRectF& target, bool smooth,
                       double ratio) {
    const QSize size = (target.size() * ratio).toSize();
    if (size == picture.pixels.size() || size.isEmpty() || size.width() > largestShown ||
        size.height() > largestShown)
        return painter.drawImage(target, picture.pixels);
    if (picture.shown.size() != size) {
        bytes_ -= picture.bytes();
        picture.shown =
            picture.pixels.scaled(size, Qt::IgnoreAspectRatio,
                                  smooth ? Qt::SmoothTransformation : Qt::FastTransformation);
        picture.shown.setDevicePixelRatio(ratio);
        bytes_ += picture.bytes();
    }
    painter.drawImage(target.topLeft(), picture.shown);
}

void TilePyramid::drawBest(QPainter& painter, const ViewMap& map, Key key, double ratio) {
    // Edges on device pixels: neighbours meet without a seam.
    const auto snapped = [ratio](const QRectF& r) {
        const auto at = [ratio](double v) { return std::round(v * ratio) / ratio; };
        return QRectF(QPointF(at(r.left()), at(r.top())), QPointF(at(r.right()), at(r.bottom())));
    };
    const QRect place = placeOf(key);
    const double scale = map.scale * ratio * std::ldexp(1, key.level);
    const bool smooth = scale < 2 && std::abs(scale - 1) > 1e-6;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, smooth);
    for (Key from = key; from.level < 31; ++from.level, from.column /= 2, from.row /= 2) {
        if (const auto found = pictures_.find(from); found != pictures_.end()) {
            found->second.used = ++clock_;
            const QRectF target = snapped(map.toWidget(QRectF(place)));
            if (from == key) return draw(painter, found->second, target, smooth, ratio);
            const QImage& pixels = found->second.pixels;
            const QRect whole = placeOf(from);
            // The part of a coarser picture, in its turned pixels.
            const ViewMap turn{{whole.width(), whole.height()}, map.orientation, 1, {}};
            QRectF part = turn.toWidget(QRectF(place.translated(-whole.topLeft())));
            const QSize shown = turn.shown();
            part = QTransform::fromScale(double(pixels.width()) / shown.width(),
                                         double(pixels.height()) / shown.height())
                       .mapRect(part);
            return painter.drawImage(target, pixels, part);
        }
        if (side << from.level > std::max(photo_.size().width, photo_.size().height)) break;
    }
}

}  // namespace daguerre
